import type { Queries, Transaction } from './queries.ts';

export type Row = Record<string, unknown>;

/** Plain SQL, for what no query builder says: migrations, set-up, health. */
export type RawQuery = (sql: string, parameters?: unknown[]) => Promise<Row[]>;

/** What an engine gives to `openDatabase`. */
export interface Engine {
  readonly kind: 'sqlite' | 'mysql';
  readonly loose: Queries;
  readonly raw: RawQuery;
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Runs `work` on one connection while no other process migrates this database. */
  migrating<T>(work: (raw: RawQuery, atomically: Atomically) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Runs DDL as one transaction where the engine can (SQLite), else statement by statement (MySQL commits each DDL). */
export type Atomically = (work: () => Promise<void>) => Promise<void>;
