import { eq } from '../../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { buildApi } from '../../../src/api/app.ts';
import { Card, Detail, FacetsBody, MainPage } from '../../../src/catalog/body.ts';
import { changeCatalog } from '../../../src/catalog/index.ts';
import { dataOf, listOf } from '../../../src/platform/http/bodies.ts';
import type { Item, ItemSort } from '../../../src/schema.ts';
import { bundle } from '../../support/bundle.ts';
import { ENGINES } from '../../support/databases.ts';
import { given } from '../../support/given.ts';

const List = listOf(Card.strict());

/** The columns of a price, with a discount in won. */
const priced = (originPrice: number, discountPrice: number): Partial<Item> => ({
  originPrice,
  discountPrice,
  discountPermille: Math.round((discountPrice * 1_000) / originPrice),
  salePrice: originPrice - discountPrice,
});

/** The three items of the test of sorts. */
const ORDERS: Record<ItemSort, string> = {
  SALES: 'c b a',
  PRICE_H: 'a c b',
  PRICE_L: 'b c a',
  DISCOUNT_RATE_H: 'b c a',
  DISCOUNT_RATE_L: 'a c b',
  REVIEW_COUNT: 'a b c',
};

describe.each(ENGINES)('items on %s', (engine) => {
  async function shop() {
    const made = await bundle({ engine });
    const api = buildApi(made.app);
    const get = (path: string, headers: Record<string, string> = {}) => api.request(`/api/items/${path}`, { headers });
    const read = async <T extends z.ZodType>(path: string, shape: T): Promise<z.infer<T>> =>
      shape.parse(await (await get(path)).json());
    const list = (path: string) => read(path, List);
    const names = async (path: string) => (await list(path)).data.map(({ name }) => name);
    const refusal = async (path: string) => {
      const response = await get(path);
      return [response.status, ((await response.json()) as { code: string }).code];
    };
    return { ...made, item: given(made.app).item, get, read, list, names, refusal };
  }

  it('stand on the main page by sales and by discount, nine of each', async () => {
    const { item, read } = await shop();
    for (let n = 0; n < 11; n++) await item({ name: `sold ${n}`, sales: n, ...priced(10_000, 0) });
    for (let n = 1; n <= 11; n++) await item({ name: `off ${n}`, ...priced(10_000, 100 * n) });
    const { data } = await read('main', dataOf(MainPage));
    expect(data.bestSellers.map(({ name }) => name).slice(0, 2)).toEqual(['sold 10', 'sold 9']);
    expect(data.topDiscounts.map(({ discountRate }) => discountRate)).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3]);
    expect(data.bestSellers).toHaveLength(9);
  });

  it('tell everything that is known of them', async () => {
    const { item, read } = await shop();
    const texts = {
      statementNumber: '2004001',
      descriptionImage: '/images/long.png',
      shelfLife: '24개월',
      appearance: '황색 정제',
      servingUse: '1일 1회',
      storage: '서늘한 곳',
      precautions: '알레르기 주의',
      mainFunction: '눈 건강 '.repeat(40).trim(),
      baseStandard: '80~120%',
      registeredOn: '2019-03-01',
    };
    const { id } = await item({
      ...priced(10_000, 1_000),
      ...texts,
      categoryCodes: 'EYE,BRAIN',
      starSum: 13,
      reviewCount: 3,
    });
    const { data } = await read(id, dataOf(Detail.strict()));
    expect(data).toMatchObject({ ...texts, id, salePrice: 9_000, discountPrice: 1_000, discountRate: 10, sales: 0 });
    expect(data).toMatchObject({
      starAvg: 4.33,
      reviewCount: 3,
      categories: ['EYE', 'BRAIN'],
      periods: [30, 60, 90, 120],
    });
    expect(data.summary).toBe(texts.mainFunction.slice(0, 120));
  });

  it('that are unknown or hidden are not found, and hidden ones not listed', async () => {
    const { item, refusal, list } = await shop();
    const hidden = await item({ status: 'HIDDEN', listed: false });
    const soldOut = await item({ status: 'SOLD_OUT' });
    expect(await refusal('nothing')).toEqual([404, 'ITEM_NOT_FOUND']);
    expect(await refusal(hidden.id)).toEqual([404, 'ITEM_NOT_FOUND']);
    expect((await list('search')).data.map(({ id }) => id)).toEqual([soldOut.id]);
  });

  it('on sale are those with a discount', async () => {
    const { item, names } = await shop();
    await item({ name: 'full', ...priced(10_000, 0) });
    await item({ name: 'less', ...priced(10_000, 10) });
    expect(await names('on-sale')).toEqual(['less']);
    expect(await names('search?onSale=true')).toEqual(['less']);
    expect(await names('search?onSale=false&sort=PRICE_L')).toEqual(['less', 'full']);
  });

  it('of a category are those and no others', async () => {
    const { item, list, refusal } = await shop();
    for (const categoryCodes of ['EYE', 'BONE,EYE', 'BONE']) await item({ categoryCodes });
    expect((await list('categories?category=EYE')).page).toEqual({ page: 1, size: 8, totalElements: 2, totalPages: 1 });
    expect(await refusal('categories?category=NOSE')).toEqual([400, 'VALIDATION_FAILED']);
    expect(await refusal('categories')).toEqual([400, 'VALIDATION_FAILED']);
  });

  it('of a brand are found whatever its case and blanks; without a brand all are', async () => {
    const { item, names } = await shop();
    await item({ name: 'one', brandName: 'Green Farm' });
    await item({ name: 'two', brandName: 'Green Farm Two' });
    expect(await names('brands?brand=gREENfarm')).toEqual(['one']);
    expect(await names('brands?brand=FARM&sort=PRICE_L')).toEqual(['one', 'two']);
    expect(await names('brands?brand=none')).toEqual([]);
    expect(await names('brands?brand=&sort=PRICE_L')).toEqual(['one', 'two']);
  });

  it('are found by all their words in any order, and every sign is only a sign', async () => {
    const { item, names } = await shop();
    for (const name of ['루테인 100% 골드', '루테인 1000 골드', '눈_편한 루테인', '눈 편한 루테인'])
      await item({ name });
    expect(await names(`search?keyword=${encodeURIComponent('골드  루테인 100%')}`)).toEqual(['루테인 100% 골드']);
    expect(await names(`search?keyword=${encodeURIComponent('_')}`)).toEqual(['눈_편한 루테인']);
    expect(await names(`search?keyword=${encodeURIComponent('눈')}`)).toHaveLength(2);
    expect(await names(`search?keyword=${encodeURIComponent('편한')}`)).toHaveLength(2);
    expect(await names(`search?keyword=${encodeURIComponent('"눈" OR *')}`)).toEqual([]);
    expect(await names('search?keyword=')).toHaveLength(4);
  });

  it('between prices are those that cost no less and no more, whichever bound comes first', async () => {
    const { item, list } = await shop();
    for (const thousands of [10, 12, 13, 14, 15]) await item(priced(1_000 * thousands, 0));
    const found = async (query: string) => (await list(`search?${query}`)).page.totalElements;
    expect(await found('priceMin=10000&priceMax=14999')).toBe(4);
    expect(await found('priceMin=14999&priceMax=10000')).toBe(4);
    expect(await found('priceMin=13000&priceMax=13000')).toBe(1);
    expect(await found('priceMin=12001')).toBe(3);
    expect(await found('priceMax=12000')).toBe(2);
    expect(await list('search?priceMin=0&priceMax=9999')).toMatchObject({
      data: [],
      page: { totalElements: 0, totalPages: 0 },
    });
  });

  it('stand in every list in the order of each sort', async () => {
    const { item, names } = await shop();
    await item({ name: 'a', ...priced(30_000, 30), sales: 1, reviewCount: 9 });
    await item({ name: 'b', ...priced(10_000, 5_000), sales: 2, reviewCount: 8 });
    await item({ name: 'c', ...priced(20_000, 2_000), sales: 3, reviewCount: 7 });
    const lists = ['search?', 'on-sale?', 'categories?category=EYE&', 'brands?brand=%ED%91%B8%EB%A5%B8%EB%93%A4&'];
    for (const path of lists) {
      const orders = Object.keys(ORDERS).map(async (sort) => [sort, (await names(`${path}sort=${sort}`)).join(' ')]);
      expect(Object.fromEntries(await Promise.all(orders))).toEqual(ORDERS);
    }
  });

  it('that are equal come once each over all pages, in the direction of the sort', async () => {
    const { item, list } = await shop();
    for (let n = 0; n < 100; n++) await item();
    const walk = async (sort: ItemSort) => {
      const pages = Array.from({ length: 15 }, (_, index) => list(`search?sort=${sort}&size=7&page=${index + 1}`));
      return (await Promise.all(pages)).flatMap(({ data }) => data.map(({ id }) => id));
    };
    const rising = await walk('PRICE_L');
    expect([rising.length, new Set(rising).size]).toEqual([100, 100]);
    expect(rising).toEqual(rising.toSorted());
    expect(await walk('SALES')).toEqual(rising.toReversed());
  });

  it('come in pages as asked for, and no page is bent to fit', async () => {
    const { item, list, refusal } = await shop();
    for (let n = 0; n < 15; n++) await item();
    expect((await list('search?size=2')).data).toHaveLength(2);
    expect((await list('search?size=14')).page).toMatchObject({ totalElements: 15, totalPages: 2 });
    expect(await list('search?size=14&page=9')).toMatchObject({ data: [], page: { totalElements: 15, totalPages: 2 } });
    for (const query of ['size=0', 'size=101', 'size=x', 'page=0', 'page=10001', 'priceMin=-1', 'sort=NAME'])
      expect(await refusal(`search?${query}`)).toEqual([400, 'VALIDATION_FAILED']);
  });

  it('can be narrowed by the categories, brands and prices that there are', async () => {
    const { item, read } = await shop();
    await item({ ...priced(10_000, 1_000), categoryCodes: 'EYE,BONE', brandName: '가람' });
    await item({ ...priced(50_000, 0), brandName: '가람' });
    await item({ ...priced(90_000, 0), brandName: '나래', status: 'HIDDEN', listed: false });
    const { data } = await read('facets', dataOf(FacetsBody));
    expect(data.brands).toEqual([{ name: '가람', itemCount: 2 }]);
    expect(data.price).toEqual({ min: 9_000, max: 50_000 });
    expect(data.categories).toHaveLength(9);
    expect(data.categories.slice(0, 2)).toEqual([
      { code: 'EYE', label: '눈 건강', itemCount: 2 },
      { code: 'BONE', label: '뼈 건강', itemCount: 1 },
    ]);
  });

  it('need not be sent again to whoever has them', async () => {
    const { app, item, get } = await shop();
    const { id } = await item();
    for (const path of [id, 'main', 'search', 'facets']) {
      const first = await get(path);
      const etag = first.headers.get('etag') ?? '';
      expect([first.status, first.headers.get('cache-control'), etag.startsWith('W/"')]).toEqual([
        200,
        'no-cache',
        true,
      ]);
      const again = await get(path, { 'if-none-match': `"other", ${etag}` });
      expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
    }
    const before = (await get(id)).headers.get('etag') ?? '';
    const { items: i } = app.database.tables;
    await changeCatalog(app, (tx) => tx.update(i).set({ name: 'new' }).where(eq(i.id, id)));
    expect((await get(id, { 'if-none-match': before })).status).toBe(200);
  });

  it('are read from memory while nothing changes, and anew when something did', async () => {
    const { app, item, list } = await shop();
    const { id } = await item({ name: 'old' });
    await app.catalog.version.poll();
    const { items: i } = app.database.tables;
    const rename = (name: string) => app.database.update(i).set({ name }).where(eq(i.id, id));
    const seen = async () => (await list('search')).data.map(({ name }) => name);
    expect(await seen()).toEqual(['old']);
    await rename('changed past everybody');
    expect(await seen()).toEqual(['old']);
    await changeCatalog(app, (tx) => tx.update(i).set({ name: 'new' }).where(eq(i.id, id)));
    expect(await seen()).toEqual(['new']);
  });
});
