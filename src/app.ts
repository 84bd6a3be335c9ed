import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import {
  accountCompletions,
  openPasswords,
  openSocialLogins,
  type Farewell,
  type Passwords,
  type SocialLogins,
} from './accounts/index.ts';
import { billingSettlement } from './billing/index.ts';
import { applySales, openCatalog, type Catalog } from './catalog/index.ts';
import { cancelUnpaidOrders, orderSettlement } from './orders/index.ts';
import { logSink, type Completions, type Handlers, type Sink } from './outbox/index.ts';
import { openPayments, paymentHandlers, refuseWhilePaying, type Payments, type Settlements } from './payments/index.ts';
import {
  checkSchema,
  migrate,
  openDatabase,
  readMigrations,
  setByServer,
  type Migration,
} from './platform/database/index.ts';
import { systemClock, type MovableClock } from './platform/clock.ts';
import { databaseUrl, loadConfig, type Config } from './platform/config/index.ts';
import { idsFrom, randomBase32, type NewId } from './platform/ids.ts';
import { openLog, type Log } from './platform/log.ts';
import { openMetrics, type Metrics } from './platform/metrics.ts';
import { connectStores, type Stores } from './platform/stores/index.ts';
import { defineTables, type Database, type Queries, type User } from './schema.ts';
import { endAllSubscriptions, newMethodSettlement, subscriptionSettlement } from './subscriptions/index.ts';

/** Everything a service may need. Each names the parts it uses, so a test passes exactly those. */
export interface App {
  config: Config;
  database: Database;
  /** What this release wants to have been applied to it. */
  migrations: readonly Migration[];
  clock: MovableClock;
  /** Puts the clock right by the database server's; to be called now and then. Does nothing to a test clock. */
  keepTime(): Promise<void>;
  log: Log;
  metrics: Metrics;
  newId: NewId;
  /** What processes share beside the database: short-lived values, messages, limits. */
  stores: Stores;
  /** Of this process, as rows name it that it has taken or sent: host, process number and a random part. */
  processId: string;
  passwords: Passwords;
  socialLogins: SocialLogins;
  payments: Payments;
  catalog: Catalog;
  settlements: Settlements;
  /** What is settled when a user withdraws, in this order. */
  farewells: readonly Farewell[];
  /** Who carries out the outbox's commands. */
  handlers: Handlers;
  /** What is added to its notices when they are sent. */
  completions: Completions;
  /** Where its notices go. */
  sinks: readonly Sink[];
  /** Of this release, as /health and runners report it. */
  version: string;
  /** Throws when the database is at a level that this release does not work on, as another release may leave it. */
  checkSchema(): Promise<void>;
  close(): Promise<void>;
}

/** Writes down, in the transaction of a change, what a repeat of the request with its Idempotency-Key is answered. */
export type KeepAnswer = (tx: Queries, answer: { status: number; body: unknown; location?: string }) => Promise<void>;

/** What a request carries through the house. `user` and `sessionId` are set on routes that ask for a user. */
export interface ApiEnv {
  Variables: {
    user: User;
    sessionId: string;
    requestId: string;
    /** Template of the route that answers, for what is counted by route. */
    route: string | undefined;
    /** The caller's, as far as trusted proxies tell; `networkOf` gives what limits count. */
    address: string;
    /** On routes that are asked with a key; a service that changes something calls it in its transaction. */
    keepAnswer: KeepAnswer | undefined;
  };
  /** Of the Node server; absent where the API is called without a socket. */
  Bindings: { incoming?: { socket: { remoteAddress?: string | undefined } } } | undefined;
}

export interface Package {
  /** Folder of the installed package. */
  root: string;
  version: string;
}

export interface OpenOptions extends Package {
  clock?: MovableClock;
  /** Applies pending migrations first: for the demo and for databases that live as long as the process. */
  migrateFirst?: boolean;
  /** Works on a schema that was made by other migrations than this release's: for who is asked to name them. */
  acceptsChanged?: boolean;
}

/** Opens database, log and clock, without asking whether the schema fits: for `migrate`. */
export async function openStores(config: Config, { root, clock: given }: Pick<OpenOptions, 'root' | 'clock'>) {
  const url = databaseUrl(config);
  if (url.startsWith('sqlite:') && url.includes(config.dataDir)) await mkdir(config.dataDir, { recursive: true });
  const database = openDatabase(url, defineTables, { poolSize: config.database.poolSize });
  const clock = given ?? systemClock(config.clock.now ? new Date(config.clock.now) : undefined);
  const migrations = await readMigrations(join(root, 'migrations'), database.engine);
  return { database, clock, migrations };
}

/** The composition root: config in, wired app out. Refuses a database whose schema this release cannot work on. */
export async function openApp(config: Config, options: OpenOptions): Promise<App> {
  const { database, clock, migrations } = await openStores(config, options);
  const log = openLog(config.log.level);
  const keepTime = timekeeper({ database, clock, log }, !options.clock && !config.clock.now);
  try {
    await keepTime();
    if (options.migrateFirst) await migrate(database, migrations, clock.now());
    await checkSchema(database, migrations, { acceptsChanged: options.acceptsChanged });
  } catch (error) {
    await database.close();
    throw error;
  }
  const newId = idsFrom(clock);
  const metrics = openMetrics();
  const stores = await connectStores({ ...config.redis, clock, log, metrics });
  const socialLogins = openSocialLogins(config, { clock, log, metrics });
  const payments = openPayments(config, { database, clock, log, metrics, newId });
  return {
    config,
    database,
    migrations,
    clock,
    keepTime,
    log,
    metrics,
    newId,
    stores,
    processId: `${hostname().slice(0, 40)}:${process.pid}:${randomBase32(6)}`,
    passwords: openPasswords(config),
    socialLogins,
    payments,
    catalog: openCatalog({ config, database, clock, stores, log, metrics }),
    settlements: {
      ORDER: orderSettlement({ database, clock, newId }),
      SUBSCRIPTION_START: subscriptionSettlement({ config, database, clock, newId }),
      MANDATE_UPDATE: newMethodSettlement({ database, clock, newId }),
      RENEWAL: billingSettlement({ config, database, clock, newId }),
    },
    farewells: [refuseWhilePaying, endAllSubscriptions, cancelUnpaidOrders],
    handlers: { ...paymentHandlers, 'sales.apply': applySales },
    completions: accountCompletions,
    sinks: [logSink(log)],
    version: options.version,
    checkSchema: () => checkSchema(database, migrations),
    close: async () => {
      await payments.close();
      await socialLogins.close();
      await stores.close();
      await database.close();
    },
  };
}

/** A machine's clock that is further off than this is worth a word to whoever looks after the machine. */
const WORTH_A_WORD_MS = 2_000;

/** Machines that share a database go by its clock; a clock that was put somewhere on purpose stays there. */
function timekeeper({ database, clock, log }: Pick<App, 'database' | 'clock' | 'log'>, isMachines: boolean) {
  return async (): Promise<void> => {
    if (!isMachines || database.engine === 'sqlite') return;
    const offMs = await setByServer(database.raw, clock);
    if (Math.abs(offMs) > WORTH_A_WORD_MS)
      log.warn({ event: 'clock_off', offMs }, "this machine's clock is not the database server's, which counts");
  };
}

/** Settings under which nothing outside the process plays a part. */
const NEUTRAL = { PILLIVERY_DATABASE__URL: 'sqlite::memory:', PILLIVERY_LOG__LEVEL: 'silent' };

/** An app with default settings on an empty database in memory: for what describes the house and touches nothing. */
export const openThrowAwayApp = ({ root, version }: Package): Promise<App> =>
  openApp(loadConfig({ root, cwd: root, environment: NEUTRAL }), { root, version, migrateFirst: true });
