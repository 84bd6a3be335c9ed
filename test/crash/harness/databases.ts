import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { startMariaDb, type MysqlServer } from '../../support/mariadb.ts';
import type { Combination } from './combinations.ts';

/** The databases of one lane, which plays one run after the other. */
export interface Databases {
  /** The address of an empty database for a run. */
  fresh(engine: Combination['engine'], folder: string): Promise<string>;
  /** The next run must not get this one: its schema was changed. */
  spoil(): void;
  kill(): Promise<void>;
  startAgain(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A SQLite file is made for each run. Making a MariaDB database takes seconds, so that a lane has one on a server of its
 * own, which it may kill, and empties it between runs.
 */
export function openDatabases(): Databases {
  let server: Promise<MysqlServer> | undefined;
  let [made, url]: [number, string | undefined] = [0, undefined];
  const running = (): Promise<MysqlServer> => (server ??= startServer());
  return {
    async fresh(engine, folder) {
      if (engine === 'sqlite') return `sqlite:${join(folder, 'shop.db')}`;
      if (url) await empty(url);
      else url = await (await running()).createDatabase(`crash_${(made += 1)}`);
      return url;
    },
    spoil() {
      url = undefined;
    },
    kill: async () => (await running()).kill(),
    startAgain: async () => (await running()).startAgain(),
    close: async () => (await server)?.stop(),
  };
}

async function startServer(): Promise<MysqlServer> {
  const server = await startMariaDb();
  if (!server)
    throw new Error(
      'There is no MySQL-protocol server on this machine: install mariadb-server, or name --engine sqlite.',
    );
  return server;
}

async function empty(url: string): Promise<void> {
  const connection = await mysql.createConnection(url);
  const [tables] = await connection.query<mysql.RowDataPacket[]>(
    `select table_name as name from information_schema.tables
      where table_schema = database() and table_name <> 'schema_migrations'`,
  );
  await connection.query('set foreign_key_checks = 0');
  await connection.beginTransaction();
  for (const { name } of tables) await connection.query(`delete from ${name}`);
  await connection.commit();
  await connection.end();
}
