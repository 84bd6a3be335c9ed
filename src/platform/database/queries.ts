import type { InferInsertModel, SQL } from './sql.ts';
import type { SQLiteTable, SQLiteUpdateSetSource } from 'drizzle-orm/sqlite-core';
import type { SqliteRemoteDatabase } from 'drizzle-orm/sqlite-proxy';

/** What a write did: the rows it matched, changed or not, on both engines. */
export interface Written {
  rowsAffected: number;
}

/** What both engines can do, and nothing else: `returning`, `onConflict` and `for` do not compile in a feature. */
export interface Queries {
  select: SqliteRemoteDatabase['select'];
  selectDistinct: SqliteRemoteDatabase['selectDistinct'];
  insert<T extends SQLiteTable>(
    table: T,
  ): { values(rows: InferInsertModel<T> | InferInsertModel<T>[]): Promise<Written> };
  update<T extends SQLiteTable>(
    table: T,
  ): { set(values: SQLiteUpdateSetSource<T>): { where(condition: SQL | undefined): Promise<Written> } };
  delete(table: SQLiteTable): { where(condition: SQL | undefined): Promise<Written> };
}

export interface LockOptions {
  /** Leave out rows that somebody else holds instead of waiting for them. */
  skipLocked?: boolean;
}

/** The queries of one transaction. */
export interface Transaction extends Queries {
  /** Locks the rows a select finds until the transaction ends; on SQLite the whole transaction is the lock. */
  lock<T>(query: PromiseLike<T>, options?: LockOptions): Promise<T>;
}

/** A thenable statement of Drizzle, whichever engine. */
type Statement = PromiseLike<unknown>;

/** The part of a Drizzle handle that `narrow` builds on; the MySQL and the SQLite one both have it. */
export interface DrizzleHandle {
  select: unknown;
  selectDistinct: unknown;
  update(table: unknown): { set(values: unknown): { where(condition: unknown): Statement } };
  delete(table: unknown): { where(condition: unknown): Statement };
}

/** How an engine runs what `narrow` makes. */
export interface Narrowing {
  /** Runs before each statement is built and throws when it may not run here. */
  admit(): void;
  /** Reads the matched rows from the engine's own answer. */
  count(result: unknown): number;
  /** Plain rows, past Drizzle. */
  insertRows(table: SQLiteTable, rows: readonly Record<string, unknown>[]): Statement;
}

/** Narrows a Drizzle handle to `Queries`. */
export function narrow(handle: DrizzleHandle, { admit, count, insertRows }: Narrowing): Queries {
  const admitted = (verb: 'select' | 'selectDistinct') =>
    ((...fields: unknown[]) => {
      admit();
      return (handle[verb] as (...fields: unknown[]) => unknown).call(handle, ...fields);
    }) as never;
  const run = async (statement: () => Statement): Promise<Written> => {
    admit();
    return { rowsAffected: count(await statement()) };
  };

  return {
    select: admitted('select'),
    selectDistinct: admitted('selectDistinct'),
    insert: (table) => ({ values: (rows) => run(() => insertRows(table, Array.isArray(rows) ? rows : [rows])) }),
    update: (table) => ({
      set: (values) => ({ where: (condition) => run(() => handle.update(table).set(values).where(condition)) }),
    }),
    delete: (table) => ({ where: (condition) => run(() => handle.delete(table).where(condition)) }),
  };
}
