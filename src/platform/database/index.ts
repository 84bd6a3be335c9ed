import { Misconfigured } from '../errors.ts';
import { mysqlKit, sqliteKit, type Kit } from './columns.ts';
import type { Engine, RawQuery } from './engine.ts';
import { withoutParameters } from './failures.ts';
import { openMysql } from './mysql.ts';
import type { Queries, Transaction } from './queries.ts';
import { openSqlite } from './sqlite.ts';

export type { Kit } from './columns.ts';
export {
  byIndex,
  contains,
  findTextIndex,
  isTrueInRow,
  narrowByText,
  type SearchedText,
  type TextIndex,
} from './dialect.ts';
export { findForgetfulness } from './durability.ts';
export { isDuplicateKey, withoutParameters } from './failures.ts';
export { increasedBy, increasedDownTo0 } from './increase.ts';
export type { Queries, Transaction } from './queries.ts';
export { insideTransaction } from './scope.ts';
export { setByServer } from './server-clock.ts';
export { updateEach, type RowChange } from './update-each.ts';
export { appliedMigrations, checkSchema, migrate, readMigrations, type Migration } from './migrations.ts';

/** An open database: queries that stand for themselves, transactions, and the tables of its engine. */
export interface Database<Tables> extends Queries {
  readonly tables: Tables;
  readonly engine: 'sqlite' | 'mysql';
  /** Runs `work` in one transaction; on MySQL a deadlock repeats the whole of it, so it must do nothing but query. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Plain SQL for migrations and health checks; features have the query builder. */
  raw: RawQuery;
  migrating: Engine['migrating'];
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** Connections per process (MySQL only). */
  poolSize?: number;
}

/**
 * Opens `sqlite:FILE`, `sqlite::memory:` or `mysql://…`. Throws `Misconfigured` for any other URL; a MySQL server is
 * not asked for anything before the first query.
 */
export function openDatabase<Tables>(
  url: string,
  defineTables: (kit: Kit) => Tables,
  { poolSize = 10 }: DatabaseOptions = {},
): Database<Tables> {
  const engine = openEngine(url, poolSize);
  return {
    ...engine.loose,
    tables: defineTables(engine.kind === 'mysql' ? mysqlKit : sqliteKit),
    engine: engine.kind,
    raw: engine.raw,
    migrating: engine.migrating,
    close: engine.close,
    async transaction(work) {
      try {
        return await engine.transaction(work);
      } catch (error) {
        throw withoutParameters(error);
      }
    },
  };
}

function openEngine(url: string, poolSize: number): Engine {
  if (url.startsWith('sqlite:')) return openSqlite(url.slice('sqlite:'.length));
  if (url.startsWith('mysql:')) return openMysql(url, { poolSize });
  throw new Misconfigured('DATABASE_URL_INVALID', 'database.url must begin with sqlite: or mysql://.', {});
}
