import { getTableColumns } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { runBilling } from '../../src/billing/index.ts';
import { classify } from '../../src/catalog/index.ts';
import { seed } from '../../src/seeding/index.ts';
import { bundle } from '../support/bundle.ts';
import { ENGINES } from '../support/databases.ts';
import { given } from '../support/given.ts';

const SMALL = {
  items: 1_500,
  users: 20,
  orders: 40,
  subscriptions: 8,
  dueSubscriptions: 5,
  due: '2026-11-20',
  seed: 7,
};
/** A hash and a cipher hold random salt, so that they differ between databases seeded alike. */
const SALTED = ['passwordHash', 'tokenCipher'];

/** Every row of every table, without what is salted. */
async function dump({ database }: App): Promise<Record<string, unknown>> {
  const tables = Object.entries(database.tables);
  const rows = await Promise.all(
    tables.map(async ([name, table]) => {
      const all: Record<string, unknown>[] = await database.select().from(table);
      const plain = all.map((row) => Object.fromEntries(Object.entries(row).filter(([key]) => !SALTED.includes(key))));
      expect(Object.keys(getTableColumns(table)).length).toBeGreaterThan(1);
      return [name, plain.map((row) => JSON.stringify(row)).toSorted()];
    }),
  );
  return Object.fromEntries(rows) as Record<string, unknown>;
}

describe('seeding', () => {
  it.each(ENGINES)('gives the same rows on %s as in memory', async (engine) => {
    const [one, other] = [await bundle(), await bundle({ engine })];
    await seed(one.app, SMALL);
    await seed(other.app, SMALL);
    expect(await dump(other.app)).toEqual(await dump(one.app));
  });

  it('goes on where it was interrupted, and writes nothing when it is done', async () => {
    const [whole, broken] = [await bundle(), await bundle()];
    await seed(whole.app, SMALL);
    const interrupted = seed(broken.app, SMALL, () => {
      throw new Error('interrupted');
    });
    await expect(interrupted).rejects.toThrow('interrupted');
    expect(await seed(broken.app, SMALL)).toMatchObject({ written: 1_500 - 1_000 + 20 + 40 + 8 });
    expect(await seed(broken.app, SMALL)).toMatchObject({ written: 0 });
    expect(await dump(broken.app)).toEqual(await dump(whole.app));
  });

  it('fills all nine categories, at prices that add up', async () => {
    const { app } = await bundle();
    await seed(app, SMALL);
    const { items, itemCategories } = app.database.tables;
    const codes = await app.database.selectDistinct({ code: itemCategories.code }).from(itemCategories);
    expect(codes).toHaveLength(9);
    const rows = await app.database.select().from(items);
    const wrong = rows.filter(
      (item) => item.discountPrice !== Math.floor((item.originPrice * item.discountPermille + 500) / 1_000),
    );
    expect(wrong).toEqual([]);
    expect(rows.filter((item) => item.salePrice !== item.originPrice - item.discountPrice)).toEqual([]);
  });

  it('makes subscriptions that can be billed, each of its own customer', async () => {
    const { app, sandbox } = await bundle();
    await seed(app, SMALL);
    const report = await runBilling(app, { date: '2026-11-20' });
    expect(report).toMatchObject({ exitCode: 0, totals: { selected: 5, approved: 5 } });
    expect(new Set(sandbox.ledger().map(({ customer }) => customer)).size).toBe(5);
  });

  it('is refused where there is other data, unless it is to be added', async () => {
    const { app } = await bundle();
    await given(app).item();
    await expect(seed(app, SMALL)).rejects.toMatchObject({ code: 'DATABASE_NOT_EMPTY' });
    expect(await seed(app, { ...SMALL, add: true })).toMatchObject({ written: 1_568 });
  });

  it('is refused in production', async () => {
    const { app } = await bundle();
    const production = { ...app, config: { ...app.config, env: 'production' as const } };
    await expect(seed(production, SMALL)).rejects.toMatchObject({ code: 'NOT_IN_PRODUCTION' });
  });
});

describe('classify', () => {
  it.each([
    ['눈 건강에 도움을 줄 수 있음', ['EYE']],
    ['두뇌 건강', ['BRAIN']],
    ['간 건강에 도움', ['LIVER']],
    ['시간이 지나도', ['ETC']],
    ['', ['ETC']],
  ])('puts %j into %j', (text, codes) => {
    expect(classify(text)).toEqual(codes);
  });
});
