import { describe, expect, it } from 'vitest';
import { findRange, walk, type Access } from '../../../src/catalog/lists/access.ts';
import { findBrandIds } from '../../../src/catalog/lists/find-brands.ts';
import { findIds } from '../../../src/catalog/lists/find-ids.ts';
import { readFilter } from '../../../src/catalog/lists/filter.ts';
import { listItems, readRequest } from '../../../src/catalog/lists/list-items.ts';
import { seed } from '../../../src/seeding/index.ts';
import { bundle, type Bundle } from '../../support/bundle.ts';
import { ENGINES } from '../../support/databases.ts';
import { given } from '../../support/given.ts';
import { answerByHand, drawQuestion, TRICKY_NAMES, type Question } from '../../support/item-lists.ts';
import { seeded } from '../../support/random.ts';

const QUESTIONS = process.env['PILLIVERY_TEST_SIZE'] === 'long' ? 20_000 : 400;
const SOME_ITEMS = {
  items: 800,
  users: 0,
  orders: 0,
  subscriptions: 0,
  dueSubscriptions: 0,
  due: '2026-11-20',
  seed: 5,
};

/** A few hundred seeded items, with ratings, and some whose names are full of operators. */
async function filledShop(engine: (typeof ENGINES)[number]): Promise<Bundle> {
  const shop = await bundle({ engine });
  await seed(shop.app, SOME_ITEMS);
  for (const [index, name] of TRICKY_NAMES.entries())
    await given(shop.app).item({ name, sales: index, reviewCount: index % 3 });
  return shop;
}

/** Every way there is to the same page: the one the shop chooses, the ordered walk, and the range where there is one. */
async function ask({ app }: Bundle, { query, sort, page, size }: Question) {
  const { database } = app;
  const { brandKey, ...rest } = readFilter(query);
  const filter = { ...rest, brandIds: brandKey ? await findBrandIds(database, brandKey) : undefined };
  const chosen = await listItems(app, readRequest({ ...query, sort, page, size }, 8));
  const slice = { sort, offset: (page - 1) * size, size };
  const follow = (access: Access | undefined) => access && findIds(database, access, slice);
  const none = filter.brandIds?.length === 0;
  const reading = { database, textIndex: await app.catalog.textIndex() };
  return {
    chosen: { total: chosen.total, ids: chosen.items.map(({ id }) => id) },
    walked: none ? undefined : await follow(walk(reading, filter, sort)),
    ranged: none ? undefined : await follow(findRange(reading, filter)),
    scanned: none ? undefined : await follow(findRange({ database, textIndex: undefined }, filter)),
  };
}

describe.each(ENGINES)('lists of items on %s', (engine) => {
  it('are the same by every way, and as the rows say', async () => {
    const shop = await filledShop(engine);
    const items = await shop.app.database.select().from(shop.app.database.tables.items);
    const random = seeded(2_026);
    for (let number = 0; number < QUESTIONS; number++) {
      const question = drawQuestion(random);
      const { total, ids } = answerByHand(items, question);
      const { chosen, ...ways } = await ask(shop, question);
      expect({ number, question, chosen }).toEqual({ number, question, chosen: { total, ids } });
      for (const way of Object.values(ways))
        expect({ number, question, ids: way ?? ids }).toEqual({ number, question, ids });
    }
  });
});
