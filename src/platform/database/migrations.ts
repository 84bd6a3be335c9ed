import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Misconfigured } from '../errors.ts';
import type { RawQuery } from './engine.ts';
import type { Database } from './index.ts';

/** One numbered file of `migrations/<engine>/`. */
export interface Migration {
  number: number;
  name: string;
  /** `contract` removes what older releases still read; `needs` is the level a binary must know afterwards. */
  phase: 'expand' | 'contract';
  needs: number;
  checksum: string;
  statements: string[];
}

export interface MigrationState {
  number: number;
  name: string;
  phase: Migration['phase'] | 'unknown';
  state: 'applied' | 'pending' | 'interrupted' | 'changed' | 'newer';
}

interface Applied {
  number: number;
  name: string;
  checksum: string;
  minLevel: number;
  statementsDone: number;
  finished: boolean;
}

type AnyDatabase = Pick<Database<unknown>, 'engine' | 'raw' | 'migrating'>;

const FILE = /^(\d{4})_([a-z0-9_]+)\.sql$/;
const HEADER = /^-- phase: (expand|contract, needs: (\d+))\s*$/m;
const BREAK = '--> statement-breakpoint';

/** The first line of a statement for servers that have a plugin only, such as the n-gram parser, which MariaDB lacks. */
const ONLY_WITH = /^-- only with the plugin: (\w+)$/m;

/** MySQL and MariaDB: table, column, index or check exists, or the index to drop is gone. After a kill between a statement and its mark, the statement is met again. */
const ALREADY_DONE = [1050, 1060, 1061, 1091, 1826, 3822];

/** Reads `folder/<engine>`, in order. Throws when a file's name or header is not of the agreed form. */
export async function readMigrations(folder: string, engine: 'sqlite' | 'mysql'): Promise<Migration[]> {
  const place = join(folder, engine);
  const files = (await readdir(place)).filter((file) => file.endsWith('.sql')).toSorted();
  return Promise.all(files.map(async (file) => parseMigration(file, await readFile(join(place, file), 'utf8'))));
}

function parseMigration(file: string, text: string): Migration {
  const [, number, name] = FILE.exec(file) ?? [];
  const [, phase, needs] = HEADER.exec(text) ?? [];
  if (!number || !name || !phase) throw new Error(`Bug: migration ${file} lacks its number, name or phase header.`);
  return {
    number: Number(number),
    name,
    phase: phase === 'expand' ? 'expand' : 'contract',
    needs: Number(needs ?? 0),
    checksum: createHash('sha256').update(text).digest('hex'),
    statements: text
      .replace(HEADER, '')
      .split(BREAK)
      .map((part) => part.trim())
      .filter(Boolean),
  };
}

/** Applies what is pending, by number; returns it. A killed run goes on at the statement where it stopped. */
export async function migrate(
  database: AnyDatabase,
  known: readonly Migration[],
  now: Date,
  announce: (migration: Migration) => void = () => {},
): Promise<Migration[]> {
  return database.migrating(async (raw, atomically) => {
    await raw(CREATE_TABLE[database.engine]);
    const applied = await readApplied(database.engine, raw);
    refuseChanged(applied, known);
    const pending = known.filter(({ number }) => !applied.get(number)?.finished);
    for (const migration of pending) {
      announce(migration);
      await atomically(() => apply(raw, migration, applied.get(migration.number)?.statementsDone, now));
    }
    return pending;
  });
}

const CREATE_TABLE = {
  sqlite: `create table if not exists schema_migrations (number integer primary key, name text not null,
    checksum text not null, min_level integer not null, statements_done integer not null, finished_at text)`,
  mysql: `create table if not exists schema_migrations (number int primary key, name varchar(100) not null,
    checksum char(64) not null, min_level int not null, statements_done int not null, finished_at varchar(30))`,
};

/** The row comes first, so that a second migrator or a kill finds how far this one got. */
async function apply(raw: RawQuery, migration: Migration, done: number | undefined, now: Date): Promise<void> {
  const { number, name, checksum, needs, statements } = migration;
  if (done === undefined) {
    await raw(
      'insert into schema_migrations (number, name, checksum, min_level, statements_done) values (?, ?, ?, ?, 0)',
      [number, name, checksum, needs],
    );
  }
  for (const [index, statement] of statements.entries()) {
    if (index < (done ?? 0)) continue;
    await execute(raw, statement, index === done);
    await raw('update schema_migrations set statements_done = ? where number = ?', [index + 1, number]);
  }
  await raw('update schema_migrations set finished_at = ? where number = ?', [now.toISOString(), number]);
}

async function execute(raw: RawQuery, statement: string, maybeDone: boolean): Promise<void> {
  const [, plugin] = ONLY_WITH.exec(statement) ?? [];
  if (plugin && !(await hasPlugin(raw, plugin))) return;
  try {
    await raw(statement);
  } catch (error) {
    const { errno } = error as { errno?: number };
    if (!(maybeDone && errno !== undefined && ALREADY_DONE.includes(errno))) throw error;
  }
}

async function hasPlugin(raw: RawQuery, plugin: string): Promise<boolean> {
  const found = await raw(
    `select 1 as found from information_schema.plugins where plugin_name = ? and plugin_status = 'ACTIVE'`,
    [plugin],
  );
  return found.length > 0;
}

async function readApplied(engine: Database<unknown>['engine'], raw: RawQuery): Promise<Map<number, Applied>> {
  const [table] = await raw(
    engine === 'sqlite'
      ? `select name from sqlite_master where type = 'table' and name = 'schema_migrations'`
      : `select table_name as name from information_schema.tables where table_schema = database() and table_name = 'schema_migrations'`,
  );
  if (!table) return new Map();
  const rows = await raw(
    'select number, name, checksum, min_level, statements_done, finished_at from schema_migrations order by number',
  );
  return new Map(
    rows.map((row) => [
      Number(row['number']),
      {
        number: Number(row['number']),
        name: String(row['name']),
        checksum: String(row['checksum']),
        minLevel: Number(row['min_level']),
        statementsDone: Number(row['statements_done']),
        finished: row['finished_at'] !== null,
      },
    ]),
  );
}

function refuseChanged(applied: Map<number, Applied>, known: readonly Migration[]): void {
  const changed = known.find(
    ({ number, checksum }) => applied.has(number) && applied.get(number)?.checksum !== checksum,
  );
  if (!changed) return;
  throw new Misconfigured(
    'MIGRATION_CHANGED',
    `Migration ${changed.number} was applied with other content; restore the file it was applied from.`,
    { facts: { number: changed.number } },
  );
}

/** Every migration this binary or this database knows, with its state. */
export async function appliedMigrations(
  database: AnyDatabase,
  known: readonly Migration[],
): Promise<{ level: number; minLevel: number; migrations: MigrationState[] }> {
  const applied = await readApplied(database.engine, database.raw);
  const ours = known.map((migration) => ({
    ...pick(migration),
    state: stateOf(migration, applied.get(migration.number)),
  }));
  const newer = [...applied.values()]
    .filter(({ number }) => !known.some((migration) => migration.number === number))
    .map(({ number, name }) => ({ number, name, phase: 'unknown' as const, state: 'newer' as const }));
  const finished = [...applied.values()].filter((row) => row.finished);
  return {
    level: Math.max(0, ...finished.map(({ number }) => number)),
    minLevel: Math.max(0, ...[...applied.values()].map(({ minLevel }) => minLevel)),
    migrations: [...ours, ...newer],
  };
}

const pick = ({ number, name, phase }: Migration) => ({ number, name, phase });

function stateOf(migration: Migration, applied: Applied | undefined): MigrationState['state'] {
  if (!applied) return 'pending';
  if (applied.checksum !== migration.checksum) return 'changed';
  return applied.finished ? 'applied' : 'interrupted';
}

/**
 * Refuses a schema that this binary cannot work on: something is pending, or a contract migration removed what this
 * binary still reads (`minLevel` above the highest migration it knows). A newer schema that only grew is accepted, so
 * release N-1 works on N's schema.
 */
export async function checkSchema(
  database: AnyDatabase,
  known: readonly Migration[],
  { acceptsChanged = false }: { acceptsChanged?: boolean | undefined } = {},
): Promise<void> {
  const { minLevel, migrations } = await appliedMigrations(database, known);
  const own = Math.max(0, ...known.map(({ number }) => number));
  if (minLevel > own) {
    throw new Misconfigured(
      'SCHEMA_TOO_NEW',
      `This database needs schema level ${minLevel}, this release knows ${own}; run a newer release.`,
      { facts: { minLevel, own } },
    );
  }
  const open = migrations.filter(({ state }) => state === 'pending' || state === 'interrupted');
  if (open.length > 0) {
    throw new Misconfigured(
      'DATABASE_NOT_MIGRATED',
      `The database lacks ${open.length} migration${open.length === 1 ? '' : 's'}; run: pillivery migrate`,
      { facts: { pending: open.map(({ number }) => number) } },
    );
  }
  const changed = migrations.find(({ state }) => state === 'changed');
  if (changed && !acceptsChanged) {
    throw new Misconfigured('MIGRATION_CHANGED', `Migration ${changed.number} was applied with other content.`, {});
  }
}
