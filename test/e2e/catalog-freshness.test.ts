import { setTimeout as sleep } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { changeCatalog } from '../../src/catalog/index.ts';
import { bundle } from '../support/bundle.ts';
import { ENGINES } from '../support/databases.ts';
import { given } from '../support/given.ts';
import { serveShop, type Served } from '../support/serve.ts';

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
    if (stale > GIVE_UP_MS) throw new Error(`${path} still shows ${shown} after ${Math.round(stale)} ms`);
    await sleep(10);
  }
}

describe.each(ENGINES)('two serving processes on %s', (engine) => {
  async function shop() {
    const made = await bundle({ engine });
    const item = await given(made.app).item();
    const { items: i, itemCategories: c } = made.app.database.tables;
    /** What a price is, without telling anybody. */
    const price = (salePrice: number) => {
      const columns = { originPrice: salePrice, discountPrice: 0, discountPermille: 0, salePrice, onSale: false };
      return made.app.database.update(i).set(columns).where(eq(i.id, item.id));
    };
    const changePrice = (salePrice: number) =>
      changeCatalog(made.app, async (tx) => {
        const columns = { originPrice: salePrice, discountPrice: 0, discountPermille: 0, salePrice, onSale: false };
        await tx.update(i).set(columns).where(eq(i.id, item.id));
        await tx.update(c).set({ salePrice, discountPermille: 0, onSale: false }).where(eq(c.itemId, item.id));
      });
    const processes = [await serveShop(made), await serveShop(made)];
    return { item, price, changePrice, processes, paths: [`/api/items/${item.id}`, '/api/items/search'] };
  }

  it('both show a price within a second of its commit, though no message tells them', async () => {
    const { changePrice, processes, paths } = await shop();
    const worst = [];
    for (let round = 1; round <= ROUNDS; round++) {
      await changePrice(10_000 + round);
      const committedAt = performance.now();
      const reads = processes.flatMap((served) =>
        paths.map((path) => lastStaleRead(served, path, 10_000 + round, committedAt)),
      );
      worst.push(Math.max(...(await Promise.all(reads))));
    }
    expect(Math.max(...worst)).toBeLessThanOrEqual(STALE_AT_MOST_MS);
  });

  it('serve from memory what nobody has said to have changed', async () => {
    const { price, changePrice, processes, paths } = await shop();
    await changePrice(20_000);
    for (const served of processes)
      for (const path of paths) await lastStaleRead(served, path, 20_000, performance.now());
    await sleep(600); // a poll of the version, after which what is read is kept
    for (const served of processes) await served.get(paths[0] ?? '');
    await price(30_000);
    // Whoever read the database would never show this price again.
    const shown = processes.map((served) => lastStaleRead(served, paths[0] ?? '', 20_000, performance.now()));
    await expect(Promise.all(shown)).resolves.toHaveLength(2);
  });
});
