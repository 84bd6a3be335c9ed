import { asc, eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import { categoryRowsOf } from '../../src/catalog/index.ts';
import type { App } from '../../src/app.ts';
import { givenCaller } from '../support/calling.ts';
import { ENGINES, type EngineName } from '../support/databases.ts';
import { given } from '../support/given.ts';
import { shelf } from '../support/shelf.ts';

const ITEM = { name: '루테인 골드 60캡슐', brand: '푸른들', originPrice: 10_000, mainFunction: '눈 건강에 도움' };

async function stocked(engine?: EngineName) {
  const shop = await shelf(engine);
  const create = async (fields: object = {}) => (await shop.admin('POST', '/items', { ...ITEM, ...fields })).body.data;
  return { ...shop, create };
}

const copiesOf = async ({ database }: App, id: string) => {
  const { itemCategories: c } = database.tables;
  return database.select().from(c).where(eq(c.itemId, id)).orderBy(asc(c.code));
};

const versionOf = async ({ database }: App) =>
  (await database.select().from(database.tables.catalogVersions))[0]?.version ?? 0;

describe.each(ENGINES)('the shelf on %s', (engine) => {
  it('takes an item with everything that is said of it', async () => {
    const { app, admin, call } = await stocked(engine);
    const said = {
      ...ITEM,
      discountRate: 12.5,
      statementNumber: '2004001500011',
      thumbnail: 'https://shop.example/1.webp',
      descriptionImage: '/images/1.webp',
      baseStandard: '표시량의 80~120%',
      appearance: '연노랑 캡슐',
      servingUse: '1일 1회 1캡슐',
      storage: '서늘한 곳',
      precautions: '임산부는 상담',
      shelfLife: '24개월',
      registeredOn: '2020-02-29',
    };
    const made = await admin('POST', '/items', said);
    expect(made.status).toBe(201);
    expect(made.body.data).toMatchObject({ ...said, salePrice: 8_750, discountPrice: 1_250, categories: ['EYE'] });
    expect(made.headers.get('location')).toBe(`/api/admin/items/${made.body.data.id}`);
    const seen = await call('GET', `/api/items/${made.body.data.id}`);
    expect(seen.body.data).toMatchObject(said);
    expect(await versionOf(app)).toBe(1);
  });

  it('changes copies, brands and version with the item', async () => {
    const { app, admin, create } = await stocked(engine);
    const { id } = await create();
    const { body } = await admin('PATCH', `/items/${id}`, {
      brand: '하늘 팜',
      discountPrice: 1_234,
      mainFunction: '뼈',
    });
    expect(body.data).toMatchObject({ brand: '하늘 팜', salePrice: 8_766, discountRate: 12.3, version: 2 });
    const { items, brands } = app.database.tables;
    const [item] = await app.database.select().from(items).where(eq(items.id, id));
    expect(item && (await copiesOf(app, id))).toEqual(item && categoryRowsOf(item));
    const counted = await app.database.select({ name: brands.name, count: brands.itemCount }).from(brands);
    expect(counted.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
      { name: '푸른들', count: 0 },
      { name: '하늘 팜', count: 1 },
    ]);
    expect(await versionOf(app)).toBe(2);
  });

  it('hides an item from every list and shows it again', async () => {
    const { admin, create, call } = await stocked(engine);
    const { id } = await create();
    expect((await admin('POST', `/items/${id}/hide`)).body.data.status).toBe('HIDDEN');
    expect((await call('GET', `/api/items/${id}`)).status).toBe(404);
    expect((await call('GET', '/api/items/categories?category=EYE')).body.data).toEqual([]);
    expect((await admin('GET', `/items/${id}`)).body.data.status).toBe('HIDDEN');
    expect((await admin('POST', `/items/${id}/show`)).body.data.status).toBe('ON_SALE');
    expect((await call('GET', '/api/items/categories?category=EYE')).body.data).toHaveLength(1);
  });

  it('says which statement number is taken', async () => {
    const { admin, create } = await stocked(engine);
    await create({ statementNumber: '1' });
    const { id } = await create();
    const [again, renamed] = [
      await admin('POST', '/items', { ...ITEM, statementNumber: '1' }),
      await admin('PATCH', `/items/${id}`, { statementNumber: '1' }),
    ];
    expect([again.status, again.body.code, renamed.status, renamed.body.code]).toEqual([
      409,
      'STATEMENT_NUMBER_TAKEN',
      409,
      'STATEMENT_NUMBER_TAKEN',
    ]);
  });

  it('classifies again whatever no person has put somewhere, by the words of today', async () => {
    const { app, admin, create } = await stocked(engine);
    const byWords = await create();
    const byHand = await create({ categories: ['SKIN', 'BONE'] });
    expect(byHand).toMatchObject({ categories: ['BONE', 'SKIN'], categoryMode: 'MANUAL' });
    await admin('PATCH', '/categories/EYE', { keywords: ['시력'], label: '눈' });
    await admin('PATCH', '/categories/FATIGUE', { keywords: ['건강 에'] });
    const dry = await admin('POST', '/categories/reclassify', { dryRun: true });
    expect(dry.body.data).toEqual({ changed: 1, unchanged: 0 });
    const done = await admin('POST', '/categories/reclassify', {});
    expect(done.body.data).toEqual({ changed: 1, unchanged: 0 });
    expect((await copiesOf(app, byWords.id)).map(({ code }) => code)).toEqual(['FATIGUE']);
    expect((await copiesOf(app, byHand.id)).map(({ code }) => code)).toEqual(['BONE', 'SKIN']);
    expect((await admin('POST', '/categories/reclassify', {})).body.data).toEqual({ changed: 0, unchanged: 1 });
  });

  it('lets one of two who make the same brand at once find it made', async () => {
    const { app, create } = await stocked(engine);
    await Promise.all(['새 들', '새들', '새  들', '새들'].map((brand) => create({ brand })));
    const { brands } = app.database.tables;
    expect(await app.database.select({ count: brands.itemCount }).from(brands)).toEqual([{ count: 4 }]);
  });
});

describe('an item', () => {
  it.each([
    ['discountRate', { discountRate: 100.1 }],
    ['discountRate', { discountRate: 12.55 }],
    ['originPrice', { originPrice: -1 }],
    ['originPrice', { originPrice: 0 }],
    ['discountPrice', { discountPrice: 10_001 }],
    ['discountPrice', { discountPrice: 100, discountRate: 1 }],
    ['thumbnail', { thumbnail: 'http://plain.example/1.png' }],
    ['thumbnail', { thumbnail: '//evil.example/1.png' }],
    ['thumbnail', { thumbnail: 'javascript:alert(1)' }],
    ['categories', { categories: ['EYE', 'EYE'] }],
    ['categories.0', { categories: ['NOSE'] }],
    ['registeredOn', { registeredOn: '2021-02-29' }],
    ['price', { price: 1 }],
    ['name', { name: ' ' }],
  ])('is refused when %s is wrong', async (field, fields) => {
    const { admin } = await stocked();
    const { status, body } = await admin('POST', '/items', { ...ITEM, ...fields });
    expect([status, body.code, body.errors.map((one: { field: string }) => one.field)]).toEqual([
      400,
      'VALIDATION_FAILED',
      [field],
    ]);
  });

  it('keeps its rate when only the list price changes, and its amount when nothing does', async () => {
    const { admin, create } = await stocked();
    const { id } = await create({ discountPrice: 1_234 });
    const same = await admin('PATCH', `/items/${id}`, { originPrice: 10_000 });
    expect(same.body.data).toMatchObject({ discountPrice: 1_234, version: 1 });
    const other = await admin('PATCH', `/items/${id}`, { originPrice: 20_000 });
    expect(other.body.data).toMatchObject({ discountPrice: 2_460, discountRate: 12.3, version: 2 });
  });

  it('that was changed meanwhile is not overwritten', async () => {
    const { admin, create } = await stocked();
    const { id } = await create();
    await admin('PATCH', `/items/${id}`, { name: '첫째', version: 1 });
    const late = await admin('PATCH', `/items/${id}`, { name: '둘째', version: 1 });
    expect([late.status, late.body.code]).toEqual([409, 'VERSION_CONFLICT']);
  });

  it('loses what null empties, and goes back to the words when its categories are null', async () => {
    const { admin, create } = await stocked();
    const { id } = await create({ categories: ['SKIN'], storage: '서늘한 곳' });
    const { body } = await admin('PATCH', `/items/${id}`, { storage: null, categories: null });
    expect(body.data).toMatchObject({ storage: null, categories: ['EYE'], categoryMode: 'AUTO' });
  });

  it('leaves a trace of who changed what', async () => {
    const { app, adminId, admin, create } = await stocked();
    const { id } = await create();
    await admin('PATCH', `/items/${id}`, { name: '다른 이름' });
    const trail = await app.database
      .select()
      .from(app.database.tables.auditLog)
      .orderBy(asc(app.database.tables.auditLog.id));
    expect(trail.map(({ action, actorId, targetId }) => [action, actorId, targetId])).toEqual([
      ['item.create', adminId, id],
      ['item.update', adminId, id],
    ]);
    expect(trail[1]).toMatchObject({ before: { name: ITEM.name }, after: { name: '다른 이름' } });
  });

  it('is nobody’s to change but an admin’s', async () => {
    const { app, call } = await stocked();
    const { token } = await givenCaller(app);
    const anyone = await call('POST', '/api/admin/items', { body: ITEM });
    const user = await call('POST', '/api/admin/items', { body: ITEM, token });
    expect([anyone.status, user.status, user.body.code]).toEqual([401, 403, 'FORBIDDEN']);
  });
});

describe('the list of the shelf', () => {
  it('has hidden items, newest first, and narrows by status, words, brand and category', async () => {
    const { app, admin } = await stocked();
    const old = await given(app).item({ name: '오래된 칼슘', categoryCodes: 'BONE', sales: 9 });
    const hidden = await given(app).item({ name: '숨은 루테인', status: 'HIDDEN', listed: false, brandName: '다른들' });
    const ids = async (query: string) =>
      (await admin('GET', `/items?${query}`)).body.data.map(({ id }: { id: string }) => id);
    expect(await ids('')).toEqual([hidden.id, old.id]);
    expect(await ids('sort=SALES')).toEqual([old.id, hidden.id]);
    expect(await ids('status=HIDDEN')).toEqual([hidden.id]);
    expect(await ids(`keyword=${encodeURIComponent('칼슘')}`)).toEqual([old.id]);
    expect(await ids(`brand=${encodeURIComponent('다른')}`)).toEqual([hidden.id]);
    expect(await ids('category=BONE')).toEqual([old.id]);
  });

  it('answers unknown ids and codes as not found', async () => {
    const { admin } = await stocked();
    const answers = [
      await admin('GET', '/items/nothing'),
      await admin('PATCH', '/items/nothing', { name: 'x' }),
      await admin('POST', '/items/nothing/hide'),
      await admin('POST', '/items/nothing/show'),
      await admin('PATCH', '/categories/NOSE', {}),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
  });
});
