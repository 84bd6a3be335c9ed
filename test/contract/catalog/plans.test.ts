import { describe, expect, it } from 'vitest';
import type { App } from '../../../src/app.ts';
import { walk } from '../../../src/catalog/lists/access.ts';
import { selectIds } from '../../../src/catalog/lists/find-ids.ts';
import { readFilter, type Filter } from '../../../src/catalog/lists/filter.ts';
import { ITEM_SORTS, type ItemSort } from '../../../src/schema.ts';
import { seed } from '../../../src/seeding/index.ts';
import { bundle } from '../../support/bundle.ts';
import { ENGINES } from '../../support/databases.ts';

const ITEMS = process.env['PILLIVERY_TEST_SIZE'] === 'long' ? 1_000_000 : 40_000;
const ONLY_ITEMS = { users: 0, orders: 0, subscriptions: 0, dueSubscriptions: 0, due: '2026-11-20', seed: 1 };

const ALL: Filter = { ...readFilter({}), brandIds: undefined };
const WIDE_RANGE = { priceMin: 1_000, priceMax: 80_000 };

/** What an ordered walk must not need: a sort, a table of its own, or every row. */
const COSTLY = {
  sqlite: /TEMP B-TREE|\bSCAN\b/,
  mysql: /filesort|temporary|"type":"(ALL|index)"/,
};

/** The plan of one page, as the engine tells it. */
async function explain({ database, catalog }: App, filter: Filter, sort: ItemSort): Promise<string> {
  const access = walk({ database, textIndex: await catalog.textIndex() }, filter, sort);
  const { sql, params } = selectIds(database, access, { sort, offset: 16, size: 8 }).toSQL();
  const verb = database.engine === 'sqlite' ? 'explain query plan' : 'explain';
  return JSON.stringify(await database.raw(`${verb} ${sql}`, params));
}

describe.each(ENGINES)('the plans of lists on %s', (engine) => {
  it(`walk an index in order, whatever the sort and the filter, among ${ITEMS} items`, async () => {
    const { app } = await bundle({ engine });
    await seed(app, { ...ONLY_ITEMS, items: ITEMS });
    const [brand] = await app.database.select().from(app.database.tables.brands).limit(1);
    const filters = {
      all: {},
      onSale: { onSale: true },
      brand: { brandIds: [brand?.id ?? ''] },
      category: { category: 'EYE' as const },
    };
    const costly: string[] = [];
    for (const [name, filter] of Object.entries(filters)) {
      for (const range of [{}, WIDE_RANGE]) {
        for (const sort of ITEM_SORTS) {
          const plan = await explain(app, { ...ALL, ...filter, ...range }, sort);
          if (COSTLY[app.database.engine].test(plan)) costly.push(`${name} ${JSON.stringify(range)} ${sort}: ${plan}`);
        }
      }
    }
    expect(costly).toEqual([]);
  });
});
