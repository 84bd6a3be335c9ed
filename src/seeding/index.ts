import { setImmediate as nextTurn } from 'node:timers/promises';
import { eq } from '../platform/database/sql.ts';
import { isDuplicateKey } from '../platform/database/index.ts';
import { catalogueOf, itemSource } from './items.ts';
import { orderSource } from './orders.ts';
import { otherSeed, refuseImpossible, refuseOtherData, refuseProduction } from './refuse.ts';
import type { SeedingApp, SeedKind, Source } from './source.ts';
import { subscriptionSource } from './subscriptions.ts';
import { peopleOf, SEEDED_PASSWORD, userSource } from './users.ts';
import { yearBefore } from './year.ts';

export interface SeedRequest {
  items: number;
  users: number;
  orders: number;
  subscriptions: number;
  /** The day on which the first `dueSubscriptions` of the subscriptions fall due; orders lie in the year before. */
  due: string;
  dueSubscriptions: number;
  seed: number;
  /** Seed even where there is other data. */
  add?: boolean;
}

export interface SeedReport {
  items: number;
  users: number;
  orders: number;
  subscriptions: number;
  /** Things written now; the others were there. */
  written: number;
  seconds: number;
  /** Of every seeded user. */
  password: string;
}

export interface SeedProgress {
  kind: SeedKind;
  done: number;
  total: number;
}

/** Named sizes: a shop to look at, and one to load. */
export const PRESETS = {
  demo: { items: 40_000, users: 3, orders: 60, subscriptions: 6, dueSubscriptions: 2 },
  load: { items: 40_000, users: 1_000, orders: 100_000, subscriptions: 5_000, dueSubscriptions: 2_000 },
} as const satisfies Record<string, Omit<SeedRequest, 'due' | 'seed'>>;

/** Things written in one transaction: what an interrupted run loses at most. */
const BATCH = 1_000;

/**
 * Fills a database with a shop that follows from the request alone: the same request gives the same rows anywhere.
 * Batches that are there are passed over, so an interrupted run goes on and a finished one writes nothing. Throws
 * `Misconfigured` in production and, without `add`, where there is other data; `InvalidInput` for impossible numbers.
 */
export async function seed(
  app: SeedingApp,
  request: SeedRequest,
  onProgress: (progress: SeedProgress) => void = () => {},
): Promise<SeedReport> {
  refuseImpossible(request);
  refuseProduction(app.config);
  const sources = sourcesOf(app, request);
  if (!request.add) await refuseOtherData(app, sources);
  if (request.subscriptions > 0) app.payments.vault(); // a missing key is told before the first row is written
  const started = app.clock.monotonicMs();
  let written = 0;
  for (const source of sources) written += await writeSource(app, source, onProgress);
  const seconds = Math.round(app.clock.monotonicMs() - started) / 1_000;
  const { items, users, orders, subscriptions } = request;
  return { items, users, orders, subscriptions, written, seconds, password: SEEDED_PASSWORD };
}

function sourcesOf(app: SeedingApp, request: SeedRequest): Source[] {
  const catalogue = catalogueOf(request.seed, request.items);
  const people = peopleOf(request.seed);
  const year = yearBefore(request.due, app.config.shop.timeZone);
  const shop = { seed: request.seed, users: request.users, catalogue, people, year };
  return [
    itemSource(app, catalogue, request.items),
    userSource(app, people, request.users),
    orderSource(app, { ...shop, total: request.orders }),
    subscriptionSource(app, { ...shop, total: request.subscriptions, dueNow: request.dueSubscriptions }),
  ];
}

async function writeSource(
  app: SeedingApp,
  source: Source,
  onProgress: (progress: SeedProgress) => void,
): Promise<number> {
  const { kind, total } = source;
  let written = 0;
  for (let from = 0; from < total; from += BATCH) {
    const size = Math.min(BATCH, total - from);
    if (!(await exists(app, source, from + size - 1))) {
      const missing = await firstMissing(app, source, from, from + size);
      if (written === 0) await source.prepare?.();
      const indexes = Array.from({ length: from + size - missing }, (_, offset) => missing + offset);
      await writeBatch(app, source, indexes);
      written += indexes.length;
    }
    onProgress({ kind, done: from + size, total });
    await nextTurn(); // SQLite never waits, so nobody else would get a turn: neither Ctrl-C nor a progress line
  }
  return written;
}

async function writeBatch({ database }: SeedingApp, source: Source, indexes: readonly number[]): Promise<void> {
  try {
    await database.transaction((tx) => source.write(tx, indexes));
  } catch (error) {
    throw isDuplicateKey(error) ? otherSeed(source, error) : error;
  }
}

/** A batch is written whole or not at all, but an earlier, smaller request may have ended inside this one. */
async function firstMissing(app: SeedingApp, source: Source, from: number, end: number): Promise<number> {
  let [least, most] = [from, end];
  while (least < most) {
    const middle = (least + most) >> 1;
    if (await exists(app, source, middle)) least = middle + 1;
    else most = middle;
  }
  return least;
}

async function exists({ database }: SeedingApp, { table, idAt }: Source, index: number): Promise<boolean> {
  const rows = await database
    .select({ id: table.id })
    .from(table)
    .where(eq(table.id, idAt(index)));
  return rows.length > 0;
}
