import { eq, ne } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { saleEvent } from '../../src/catalog/index.ts';
import { relayOnce } from '../../src/outbox/index.ts';
import { claimDue } from '../../src/outbox/claim.ts';
import { bundle } from '../support/bundle.ts';
import { paidOrder } from '../support/buying.ts';
import { ENGINES } from '../support/databases.ts';
import { given } from '../support/given.ts';
import { anotherWorker, enqueue, outboxOf, wait } from '../support/outbox.ts';

async function salesOf({ database }: App, itemId: string): Promise<{ item: number; copies: number[] }> {
  const { items: i, itemCategories: c } = database.tables;
  const [item] = await database.select().from(i).where(eq(i.id, itemId));
  const copies = await database.select().from(c).where(eq(c.itemId, itemId));
  return { item: item?.sales ?? -1, copies: copies.map(({ sales }) => sales) };
}

describe.each(ENGINES)('counting sales on %s', (engine) => {
  it('counts what a paid order sold, once, in the item and in its categories', async () => {
    const { app } = await bundle({ engine });
    const item = await given(app).item({ categoryCodes: 'EYE,BRAIN' });
    await paidOrder(app, { items: [item] });

    await relayOnce(app);
    await relayOnce(app);

    expect(await salesOf(app, item.id)).toEqual({ item: 1, copies: [1, 1] });
  });

  it('counts a sale once whose counter died with the event in its hands', async () => {
    const shop = await bundle({ engine });
    const item = await given(shop.app).item();
    await enqueue(shop.app, saleEvent('order-1', [{ itemId: item.id, units: 3 }]));
    await claimDue({ ...shop.app, processId: 'died' }, { most: 1, held: [] });

    wait(shop, 120);
    await relayOnce(shop.app);

    expect(await salesOf(shop.app, item.id)).toMatchObject({ item: 3 });
  });

  it('loses nothing and counts nothing twice when two processes count 700 sales at once', async () => {
    const shop = await bundle({ engine });
    const items = [await given(shop.app).item(), await given(shop.app).item()];
    const sales = Array.from({ length: 700 }, (_, n) =>
      saleEvent(`order-${n}`, [{ itemId: items[n % 2]?.id ?? '', units: 2 }]),
    );
    await enqueue(shop.app, ...sales.slice(0, 350));
    await enqueue(shop.app, ...sales.slice(350));

    await Promise.all([relayOnce(shop.app), relayOnce(anotherWorker(shop))]);

    const { outboxEvents: e } = shop.app.database.tables;
    expect(await shop.app.database.select().from(e).where(ne(e.status, 'DONE'))).toEqual([]);
    for (const { id } of items) expect(await salesOf(shop.app, id)).toEqual({ item: 700, copies: [700] });
  });

  it('takes back what a refund gave back, and never goes below 0', async () => {
    const { app } = await bundle({ engine });
    const item = await given(app).item();
    await enqueue(app, saleEvent('order-1', [{ itemId: item.id, units: 3 }]));
    await enqueue(app, saleEvent('order-1', [{ itemId: item.id, units: -1 }], 'rf_1'));
    await relayOnce(app);
    expect(await salesOf(app, item.id)).toEqual({ item: 2, copies: [2] });

    await enqueue(app, saleEvent('order-1', [{ itemId: item.id, units: -9 }], 'rf_2'));
    await relayOnce(app);
    expect(await salesOf(app, item.id)).toEqual({ item: 0, copies: [0] });
  });

  it('counts the others when one cannot be counted', async () => {
    const shop = await bundle({ engine });
    const item = await given(shop.app).item();
    await enqueue(shop.app, { type: 'sales.apply', subject: 'broken', payload: { sales: 'none' } });
    await enqueue(shop.app, saleEvent('order-1', [{ itemId: item.id, units: 1 }]));

    await relayOnce(shop.app);
    wait(shop, 60);
    await relayOnce(shop.app);

    expect(await salesOf(shop.app, item.id)).toMatchObject({ item: 1 });
    expect((await outboxOf(shop.app)).map(({ status }) => status)).toEqual(['PENDING', 'DONE']);
  });
});
