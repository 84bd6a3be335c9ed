import { appliedMigrations } from '../../platform/database/index.ts';
import type { Breach, CheckingApp } from './check.ts';

const SAYS = {
  changed: 'it was applied from a file with other content than the one of this release',
  pending: 'it has not been applied',
  interrupted: 'it was begun and not finished',
} as const;

/** V12: the schema is the one that the migrations of this release make. */
export async function migrationBreaches({ database, migrations }: CheckingApp): Promise<Breach[]> {
  const status = await appliedMigrations(database, migrations);
  return status.migrations.flatMap(({ number, name, state }): Breach[] => {
    if (state === 'applied' || state === 'newer') return [];
    const id = `${String(number).padStart(4, '0')}_${name}`;
    return [{ check: 'V12', table: 'schema_migrations', id, says: SAYS[state] }];
  });
}
