import { describe, expect, it } from 'vitest';
import { seed } from '../../src/seeding/index.ts';
import { bundle } from '../support/bundle.ts';

const TINY = { items: 30, users: 4, orders: 6, subscriptions: 4, dueSubscriptions: 2, due: '2026-11-20', seed: 7 };

describe('seed', () => {
  it.each([
    ['a negative number', { items: -5 }],
    ['half an item', { items: 10.5 }],
    ['no number', { users: Number.NaN }],
    ['more than there is room for', { orders: 2_000_001 }],
    ['a seed that is no whole number', { seed: 0.5 }],
    ['a day that does not exist', { due: '2026-02-30' }],
    ['orders of nothing', { items: 0 }],
    ['more due than there are', { dueSubscriptions: 5 }],
  ])('refuses %s before it writes', async (_, wrong) => {
    const { app } = await bundle();
    await expect(seed(app, { ...TINY, ...wrong })).rejects.toMatchObject({ code: 'SEED_IMPOSSIBLE' });
    expect(await app.database.select().from(app.database.tables.items)).toEqual([]);
  });

  it('takes the rows of another seed for other data', async () => {
    const { app } = await bundle();
    await seed(app, TINY);
    await expect(seed(app, { ...TINY, seed: 8 })).rejects.toMatchObject({ code: 'DATABASE_NOT_EMPTY' });
  });

  it('says so when two seeds meet in one database, and leaves the first as it was', async () => {
    const { app } = await bundle();
    await seed(app, TINY);
    await expect(seed(app, { ...TINY, seed: 8, add: true })).rejects.toMatchObject({ code: 'SEED_COLLIDES' });
    expect(await seed(app, TINY)).toMatchObject({ written: 0 });
  });
});
