import { setTimeout as sleep } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import type { AsyncRemoteCallback } from 'drizzle-orm/sqlite-proxy';
import { Misconfigured } from '../errors.ts';
import { sqliteDriver } from './drizzle.ts';
import type { Engine, RawQuery, Row } from './engine.ts';
import { isBusy } from './failures.ts';
import { Mutex } from './mutex.ts';
import { insertStatement } from './insert-rows.ts';
import { narrow, type DrizzleHandle, type Queries, type Transaction } from './queries.ts';
import { assertOutside, runInside } from './scope.ts';

/** SQLite's own waiting blocks the event loop, so it is kept short; longer waits happen between attempts. */
const BLOCKING_WAIT_MS = 100;
/** How long a statement waits for another process that holds the file. */
const BUSY_PATIENCE_MS = 5_000;
/** Statements kept prepared; a batch insert of many rows is too long and too rare to be one of them. */
const PREPARED_MOST = 300;
const PREPARED_LONGEST = 4_000;

/** Opens a SQLite file (or `:memory:`). One connection, one writer: transactions and loose queries take turns. */
export function openSqlite(filename: string): Engine {
  const connection = open(filename);
  const mutex = new Mutex();
  const execute = statementRunner(connection);

  const loose: AsyncRemoteCallback = (...call) => mutex.hold(() => patiently(() => execute(...call)));
  const held: AsyncRemoteCallback = async (...call) => execute(...call);
  const raw: RawQuery = async (sql, parameters = []) => {
    const statement = connection.prepare(sql);
    if (statement.reader) return statement.all(...parameters) as Row[];
    statement.run(...parameters);
    return [];
  };

  return {
    kind: 'sqlite',
    loose: speak(loose, () => assertOutside('a query on the outer handle')),
    raw: (sql, parameters) => mutex.hold(() => raw(sql, parameters)),
    async transaction(work) {
      assertOutside('a transaction');
      return mutex.hold(async () => {
        let open = true;
        const admit = (): void => {
          if (!open) throw new Error('Bug: a query on a transaction that has ended; await every query.');
        };
        const tx: Transaction = {
          ...speak(held, admit),
          lock: async (query) => query,
        };
        await patiently(() => connection.exec('begin immediate'));
        try {
          const result = await runInside(() => work(tx));
          await patiently(() => connection.exec('commit'));
          return result;
        } catch (error) {
          if (connection.inTransaction) connection.exec('rollback');
          throw error;
        } finally {
          open = false;
        }
      });
    },
    migrating: (work) =>
      mutex.hold(() =>
        work(raw, async (migration) => {
          await patiently(() => connection.exec('begin immediate'));
          try {
            await migration();
            connection.exec('commit');
          } catch (error) {
            if (connection.inTransaction) connection.exec('rollback');
            throw error;
          }
        }),
      ),
    close: () => mutex.hold(() => void connection.close()),
  };
}

/** Drizzle reads the casing from its third argument only, so the second, which we have no use for, must be given. */
function speak(execute: AsyncRemoteCallback, admit: () => void): Queries {
  const handle = sqliteDriver.drizzle(execute, refuseBatch, { casing: 'snake_case' });
  return narrow(handle as unknown as DrizzleHandle, {
    admit,
    count: rowsAffected,
    insertRows(table, rows) {
      const { sql, parameters } = insertStatement(table, rows, '"');
      return execute(sql, parameters, 'run');
    },
  });
}

const refuseBatch = async (): Promise<never> => {
  throw new Error('Bug: batches are not part of our query language.');
};

function open(filename: string): Sqlite.Database {
  try {
    const connection = new Sqlite(filename, { timeout: BLOCKING_WAIT_MS });
    connection.pragma('journal_mode = WAL');
    // FULL: NORMAL may forget the last commits on power loss, and a forgotten SENT would be charged again.
    connection.pragma('synchronous = FULL');
    connection.pragma('foreign_keys = ON');
    return connection;
  } catch (cause) {
    throw new Misconfigured('DATABASE_UNUSABLE', `The SQLite file ${filename} cannot be opened.`, { cause });
  }
}

/** Drizzle's remote callback over prepared statements; rows come back as arrays, as Drizzle asks for. */
function statementRunner(connection: Sqlite.Database) {
  const prepared = new Map<string, Sqlite.Statement>();
  const prepare = (sql: string): Sqlite.Statement => {
    const known = prepared.get(sql);
    if (known) return known;
    const statement = connection.prepare(sql);
    if (sql.length > PREPARED_LONGEST) return statement;
    if (prepared.size >= PREPARED_MOST) prepared.clear();
    prepared.set(sql, statement);
    return statement;
  };

  return (...[sql, parameters, method]: Parameters<AsyncRemoteCallback>): { rows: never[]; rowsAffected?: number } => {
    const statement = prepare(sql);
    if (method === 'run') return { rows: [], rowsAffected: statement.run(...parameters).changes };
    const rows = statement.raw();
    return { rows: (method === 'get' ? rows.get(...parameters) : rows.all(...parameters)) as never[] };
  };
}

const rowsAffected = (result: unknown): number => (result as { rowsAffected: number }).rowsAffected;

/** Repeats a statement while another process holds the file, waiting without blocking the event loop. */
async function patiently<T>(statement: () => T): Promise<T> {
  const until = performance.now() + BUSY_PATIENCE_MS;
  for (;;) {
    try {
      return statement();
    } catch (error) {
      if (!isBusy(error) || performance.now() > until) throw error;
    }
    await sleep(5 + Math.random() * 45);
  }
}
