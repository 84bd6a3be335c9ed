import { setTimeout as sleep } from 'node:timers/promises';
import { eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import { changeCatalog } from '../../src/catalog/index.ts';
import type { Queries } from '../../src/schema.ts';
import { bundle, type BundleOptions } from '../support/bundle.ts';
import { ENGINES } from '../support/databases.ts';
import { given } from '../support/given.ts';
import { HAS_REDIS } from '../support/redis.ts';
import { serveShop, type Served } from '../support/serve.ts';
import { freshPrefix, redisOfThisFile } from '../support/stores.ts';

const ROUNDS = process.env['PILLIVERY_TEST_SIZE'] === 'long' ? 200 : 12;
/** No process serves a price for longer than this after the commit that changed it. */
const STALE_AT_MOST_MS = 1_000;
/** A process that never shows the new price is given up on. */
const GIVE_UP_MS = 10_000;

/** Reads the item until its price is the new one; says how long after `committedAt` an answer with the old one was asked for. */
async function lastStaleRead(served: Served, path: string, price: number, committedAt: number): Promise<number> {
  let stale = 0;
  for (;;) {
    const askedAt = performance.now();
    const answer = await served.get(path);
    const data = answer?.body.data as { salePrice?: number } | { salePrice: number }[] | undefined;
    const shown = Array.isArray(data) ? data[0]?.salePrice : data?.salePrice;
    if (shown === price) return stale;
    stale = askedAt - committedAt;
    if (stale > GIVE_UP_MS)
      throw new Error(`${path} still shows ${shown ?? JSON.stringify(answer)} after ${Math.round(stale)} ms`);
    await sleep(10);
  }
}

/** An item, a way to change its price, and two processes that serve it. */
async function servedTwice({ settings = {}, ...options }: BundleOptions) {
  const made = await bundle({ settings, ...options });
  const item = await given(made.app).item();
  const { items: i, itemCategories: c } = made.app.database.tables;
  const at = (salePrice: number) => ({ discountPermille: 0, salePrice, onSale: false });
  const changeItem = (queries: Queries, price: number) =>
    queries
      .update(i)
      .set({ ...at(price), originPrice: price, discountPrice: 0 })
      .where(eq(i.id, item.id));
  return {
    /** Past the version: what nobody is told of. */
    changeUntold: (price: number) => changeItem(made.app.database, price),
    changePrice: (price: number) =>
      changeCatalog(made.app, async (tx) => {
        await changeItem(tx, price);
        await tx.update(c).set(at(price)).where(eq(c.itemId, item.id));
      }),
    processes: [await serveShop(made, settings), await serveShop(made, settings)],
    paths: [`/api/items/${item.id}`, '/api/items/search'],
  };
}

/** The longest that any process served an old price, over some changes, the first of them to `from` won. */
async function longestStale({ changePrice, processes, paths }: Awaited<ReturnType<typeof servedTwice>>, from: number) {
  let longest = 0;
  for (let price = from; price < from + ROUNDS; price++) {
    await changePrice(price);
    const committedAt = performance.now();
    const reads = processes.flatMap((served) => paths.map((path) => lastStaleRead(served, path, price, committedAt)));
    longest = Math.max(longest, ...(await Promise.all(reads)));
  }
  return longest;
}

describe.each(ENGINES)('two serving processes on %s', (engine) => {
  it('both show a price within a second of its commit, though no message tells them', async () => {
    expect(await longestStale(await servedTwice({ engine }), 10_000)).toBeLessThanOrEqual(STALE_AT_MOST_MS);
  });

  it('serve from memory what nobody has said to have changed', async () => {
    const { changeUntold, changePrice, processes, paths } = await servedTwice({ engine });
    const shown = (price: number) =>
      Promise.all(
        processes.flatMap((served) => paths.map((path) => lastStaleRead(served, path, price, performance.now()))),
      );
    await changePrice(20_000);
    await shown(20_000);
    await sleep(600); // a poll of the version, after which what is read is kept
    await shown(20_000);
    await changeUntold(30_000);
    // Whoever read the database would never show this price again.
    expect(await shown(20_000)).toHaveLength(4);
  });
});

describe.runIf(HAS_REDIS)('two serving processes with Redis', () => {
  const redis = redisOfThisFile();

  it.each(ENGINES)('show a price within a second on %s, also after Redis has gone', async (engine) => {
    const settings = { PILLIVERY_REDIS__URL: redis().url, PILLIVERY_REDIS__PREFIX: freshPrefix() };
    const shop = await servedTwice({ engine, settings });
    expect(await longestStale(shop, 10_000)).toBeLessThanOrEqual(STALE_AT_MOST_MS);
    await redis().kill();
    expect(await longestStale(shop, 20_000)).toBeLessThanOrEqual(STALE_AT_MOST_MS);
    await redis().startAgain();
  });
});
