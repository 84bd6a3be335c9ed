import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool as PoolCore, PoolConnection as ConnectionCore } from 'mysql2';
import mysql, { type Pool, type PoolConnection, type QueryOptions, type ResultSetHeader } from 'mysql2/promise';
import { Conflict } from '../errors.ts';
import { mysqlDriver } from './drizzle.ts';
import type { Engine, RawQuery, Row } from './engine.ts';
import { isLockFailure } from './failures.ts';
import { insertStatement } from './insert-rows.ts';
import { narrow, type DrizzleHandle, type LockOptions, type Queries, type Transaction } from './queries.ts';
import { assertOutside, runInside } from './scope.ts';

/** Whole transactions are repeated this often when MySQL gives one up for another (deadlock, lock wait). */
const RETRIES = 3;
/** Seconds a row lock is waited for; the server's default of 50 would outlast every deadline of a request. */
const LOCK_WAIT_SECONDS = 10;
/** One migration at a time per server and database; MySQL limits lock names to 64 characters. */
const MIGRATION_LOCK = "concat('pillivery.', left(sha2(database(), 256), 32))";
const MIGRATION_PATIENCE_SECONDS = 60;

export interface MysqlOptions {
  poolSize: number;
}

/** Opens a pool on a server that speaks MySQL's protocol, at READ COMMITTED and in UTC. */
export function openMysql(url: string, { poolSize }: MysqlOptions): Engine {
  const pool = mysql.createPool({
    uri: url,
    connectionLimit: poolSize,
    timezone: 'Z',
    dateStrings: true,
    charset: 'utf8mb4_bin',
    enableKeepAlive: true,
  });
  // Queued before the first statement of whoever asked for the new connection.
  pool.pool.on('connection', (connection) => {
    connection.query('set session transaction isolation level read committed', ignore);
    connection.query(`set session innodb_lock_wait_timeout = ${LOCK_WAIT_SECONDS}, time_zone = '+00:00'`, ignore);
    // Of an n-gram index it would leave out every pair of letters that holds an English stop word such as "a".
    connection.query('set session innodb_ft_enable_stopword = 0', ignore);
  });

  const borrow = async <T>(work: (connection: PoolConnection) => Promise<T>): Promise<T> => {
    const connection = await pool.getConnection();
    try {
      return await work(connection);
    } finally {
      connection.release();
    }
  };

  return {
    kind: 'mysql',
    loose: speak(pool, () => assertOutside('a query on the outer handle')),
    raw: (sql, parameters) => borrow((connection) => rawOn(connection)(sql, parameters)),
    async transaction(work) {
      assertOutside('a transaction');
      for (let tries = 0; ; tries++) {
        try {
          return await borrow((connection) => transact(connection, work));
        } catch (error) {
          if (!isLockFailure(error) || tries === RETRIES) throw error;
        }
        await sleep(10 * 2 ** tries * (0.5 + Math.random()));
      }
    },
    migrating: (work) => borrow((connection) => whileMigrating(connection, work)),
    close: () => pool.end(),
  };
}

/** A set-up statement that fails leaves a broken connection, and the caller's own statement will say so. */
const ignore = (): void => {};

async function transact<T>(connection: PoolConnection, work: (tx: Transaction) => Promise<T>): Promise<T> {
  let open = true;
  const admit = (): void => {
    if (!open) throw new Error('Bug: a query on a transaction that has ended; await every query.');
  };
  const tx: Transaction = {
    ...speak(connection, admit),
    lock: (query, options) => locked(query, options),
  };
  await connection.beginTransaction();
  try {
    const result = await runInside(() => work(tx));
    await connection.commit();
    return result;
  } catch (error) {
    await connection.rollback().catch(() => connection.destroy()); // a lost connection has rolled back already
    throw error;
  } finally {
    open = false;
  }
}

/** The driver's own pool or connection, below its promises. */
type Core = PoolCore | ConnectionCore;

const coreOf = (client: Pool | PoolConnection): Core =>
  ('pool' in client ? client.pool : client.connection) as unknown as Core;

/** The narrow queries over a pool or one connection of it. */
function speak(client: Pool | PoolConnection, admit: () => void): Queries {
  const core = coreOf(client);
  return narrow(handleOf(core), {
    admit,
    count: rowsAffected,
    insertRows(table, rows) {
      const { sql, parameters } = insertStatement(table, rows, '`');
      return run(core, { sql, values: parameters });
    },
  });
}

/** A handle learns the names of tables and columns, so a connection keeps its own from one transaction to the next. */
const handles = new WeakMap<Core, DrizzleHandle>();

function handleOf(core: Core): DrizzleHandle {
  const known = handles.get(core);
  if (known) return known;
  // Drizzle asks to be called back for each field, lest dates become `Date`s; the pool hands them over as strings anyway.
  const client = {
    query: ({ sql, rowsAsArray = false }: QueryOptions, values: unknown[]) => run(core, { sql, rowsAsArray, values }),
  };
  const handle = mysqlDriver.drizzle({
    client: client as unknown as Pool,
    casing: 'snake_case',
  }) as unknown as DrizzleHandle;
  handles.set(core, handle);
  return handle;
}

/** The driver's own promises take the stack of every query on the way, in case it fails. */
const run = (core: Core, options: QueryOptions): Promise<[unknown, unknown]> =>
  new Promise((resolve, reject) => {
    core.query(options, (error, rows, fields) => (error ? reject(error) : resolve([rows, fields])));
  });

/** Every select builder of Drizzle's MySQL side has `for`; the shared type hides it from features. */
async function locked<T>(query: PromiseLike<T>, { skipLocked = false }: LockOptions = {}): Promise<T> {
  const builder = query as unknown as { for(strength: 'update', config?: { skipLocked: true }): PromiseLike<T> };
  return skipLocked ? builder.for('update', { skipLocked: true }) : builder.for('update');
}

async function whileMigrating<T>(connection: PoolConnection, work: Parameters<Engine['migrating']>[0]): Promise<T> {
  const raw = rawOn(connection);
  const [lock] = await raw(`select get_lock(${MIGRATION_LOCK}, ${MIGRATION_PATIENCE_SECONDS}) as got`);
  if (lock?.['got'] !== 1)
    throw new Conflict('MIGRATION_RUNNING', 'Another process migrates this database; wait.', { held: true });
  try {
    return (await work(raw, (migration) => migration())) as T;
  } finally {
    await raw(`select release_lock(${MIGRATION_LOCK})`);
  }
}

const rawOn =
  (connection: PoolConnection): RawQuery =>
  async (sql, parameters = []) => {
    const [rows] = await connection.query(sql, parameters);
    return Array.isArray(rows) ? (rows as Row[]) : [];
  };

const rowsAffected = (result: unknown): number => (result as [ResultSetHeader])[0].affectedRows;
