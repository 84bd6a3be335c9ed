import { asc, eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import { bundle, type Bundle } from '../support/bundle.ts';
import { ENGINES } from '../support/databases.ts';
import { given } from '../support/given.ts';
import { attemptsOf, billOn, cyclesOf, declining, LACKS_BALANCE, TODAY } from './support.ts';

const DEARER = { originPrice: 40_000, discountPermille: 0, discountPrice: 0, salePrice: 40_000 };

async function reprice({ app: { database } }: Bundle, itemId: string): Promise<void> {
  await database.update(database.tables.items).set(DEARER).where(eq(database.tables.items.id, itemId));
}

/** What the renewal orders of a subscription come to, oldest first. */
async function paidFor({ app: { database } }: Bundle, subscriptionId: string): Promise<number[]> {
  const { orders: o } = database.tables;
  const rows = await database.select().from(o).where(eq(o.subscriptionId, subscriptionId)).orderBy(asc(o.id));
  return rows.map(({ payAmount }) => payAmount);
}

describe.each(ENGINES)('what a renewal costs on %s', { timeout: 60_000 }, (engine) => {
  it.each([
    ['LOCKED', 54_000],
    ['CURRENT', 80_000],
  ])('is, with prices %s, %i won for two of an item that has become dearer since', async (policy, amount) => {
    const shop = await bundle({ engine, settings: { PILLIVERY_BILLING__PRICE_POLICY: policy } });
    const { id, itemId } = await given(shop.app).subscription({ quantity: 2 });
    await reprice(shop, itemId);
    expect(await billOn(shop, TODAY)).toMatchObject({ totals: { approved: 1, amountApproved: amount } });
    expect(await attemptsOf(shop, id)).toMatchObject([{ amount }]);
    expect(shop.sandbox.ledger()).toMatchObject([{ amount }]);
    expect(await paidFor(shop, id)).toEqual([amount]);
  });

  it('is fixed when its cycle opens, though the item becomes dearer before the next try', async () => {
    const shop = await bundle({ engine, settings: { PILLIVERY_BILLING__PRICE_POLICY: 'CURRENT' } });
    const { id, itemId } = await declining(shop, LACKS_BALANCE, { times: 1, periodDays: 7 });
    await billOn(shop, TODAY);
    await reprice(shop, itemId);
    await billOn(shop, '2026-11-21');
    await billOn(shop, '2026-11-27');
    expect((await cyclesOf(shop, id)).map((cycle) => cycle.amount)).toEqual([27_000, 40_000]);
    expect(await paidFor(shop, id)).toEqual([27_000, 40_000]);
  });

  it('is asked of an item that is hidden as of any other', async () => {
    const shop = await bundle({ engine });
    const item = await given(shop.app).item({ status: 'HIDDEN', listed: false });
    const { id } = await given(shop.app).subscription({ item });
    expect(await billOn(shop, TODAY)).toMatchObject({ exitCode: 0, totals: { approved: 1 } });
    expect(await cyclesOf(shop, id)).toMatchObject([{ status: 'PAID' }]);
  });
});
