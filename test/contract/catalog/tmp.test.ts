import { it } from 'vitest';
import { findRange, walk } from '../../../src/catalog/lists/access.ts';
import { selectIds, countItems, findIds } from '../../../src/catalog/lists/find-ids.ts';
import { readFilter } from '../../../src/catalog/lists/filter.ts';
import { findBrandIds } from '../../../src/catalog/lists/find-brands.ts';
import { listItems, readRequest } from '../../../src/catalog/lists/list-items.ts';
import { readFacets } from '../../../src/catalog/facets.ts';
import { seed } from '../../../src/seeding/index.ts';
import { bundle } from '../../support/bundle.ts';
import { ENGINES } from '../../support/databases.ts';
it.each(ENGINES)(
  '%s',
  async (engine) => {
    const { app } = await bundle({ engine });
    const n = Number(process.env['N'] ?? 40000);
    let t = performance.now();
    await seed(app, {
      users: 0,
      orders: 0,
      subscriptions: 0,
      dueSubscriptions: 0,
      due: '2026-11-20',
      seed: 1,
      items: n,
    });
    console.log(engine, 'seed s', ((performance.now() - t) / 1000).toFixed(1));
    const { database } = app;
    const reading = { database, textIndex: await app.catalog.textIndex() };
    const qs = [
      {},
      { onSale: true },
      { category: 'EYE' },
      { brand: '가람솔바이오' },
      { brand: '바이오' },
      { brand: '바이오', category: 'EYE' },
      { keyword: '프리미엄' },
      { keyword: '루테인 60캡슐' },
      { keyword: '눈' },
      { keyword: '루테인', category: 'EYE' },
      { keyword: '저분자콜라겐 히알루론산 120정 프리미엄' },
      { keyword: '없는말씀' },
      { priceMin: 20000, priceMax: 21000 },
      { priceMin: 20000, priceMax: 21000, onSale: true, category: 'SKIN' },
      { priceMin: 1000, priceMax: 80000 },
    ] as const;
    for (const q of qs) {
      const { brandKey, ...rest } = readFilter(q);
      const filter = { ...rest, brandIds: brandKey ? await findBrandIds(database, brandKey) : undefined };
      const time = async (f: () => Promise<unknown>) => {
        const a = performance.now();
        const r = await f();
        return [(performance.now() - a).toFixed(1), r];
      };
      const [ct, total] = await time(() => countItems(database, reading, filter));
      const slice = { sort: 'SALES' as const, offset: 0, size: 8 };
      const w = walk(reading, filter, 'SALES');
      const r = findRange(reading, filter);
      const [wt] = await time(() => findIds(database, w, slice));
      const [rt] = r ? await time(() => findIds(database, r, slice)) : ['-'];
      const [lt] = await time(() => listItems(app, readRequest({ ...q, page: 3 } as never, 8)));
      console.log(JSON.stringify(q), 'total', total, 'count', ct, 'walk', wt, 'range', rt, 'all', lt);
      const { sql, params } = selectIds(database, r ?? w, slice).toSQL();
      if (process.env['PLANS'])
        console.log(
          sql,
          JSON.stringify(
            await database.raw(`${database.engine === 'sqlite' ? 'explain query plan' : 'explain'} ${sql}`, params),
          ),
        );
    }
    t = performance.now();
    await readFacets(database);
    console.log('facets', performance.now() - t);
  },
  3_600_000,
);
