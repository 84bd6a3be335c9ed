import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asc, eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { importFile } from '../../src/catalog/index.ts';
import { ENGINES, tempDir } from '../support/databases.ts';
import { formOf, shelf } from '../support/shelf.ts';

const CSV = [
  'statementNumber,name,brand,originPrice,discountRate,mainFunction,categories',
  '1,루테인,푸른들,10000,10,눈 건강에 도움,',
  '2,두뇌엔,푸른들,20000,,"두뇌 건강, ""기억""에 도움",',
  '3,하루한알,하늘팜,30000,12.5,섭취 시간은 자유,',
  '4,모름,하늘팜,40000,,,',
  '5,피부애,하늘팜,50000,,피부,"BONE,SKIN"',
].join('\n');

const itemsOf = ({ database }: App) =>
  database.select().from(database.tables.items).orderBy(asc(database.tables.items.statementNumber));

const categoriesOf = async ({ database }: App, id: string) => {
  const { itemCategories: c } = database.tables;
  const rows = await database.select({ code: c.code }).from(c).where(eq(c.itemId, id)).orderBy(asc(c.code));
  return rows.map(({ code }) => code);
};

describe.each(ENGINES)('an import on %s', (engine) => {
  it('classifies new items in both representations, and changes nothing the second time', async () => {
    const { app, upload } = await shelf(engine);
    expect((await upload(CSV)).body.data).toEqual({ created: 5, updated: 0, unchanged: 0, rejected: [] });
    const items = await itemsOf(app);
    expect(items.map(({ categoryCodes }) => categoryCodes)).toEqual(['EYE', 'BRAIN', 'ETC', 'ETC', 'BONE,SKIN']);
    for (const item of items) expect(await categoriesOf(app, item.id)).toEqual(item.categoryCodes.split(','));
    expect(items[0]).toMatchObject({ salePrice: 9_000, categoryMode: 'AUTO' });
    expect(items[4]).toMatchObject({ categoryMode: 'MANUAL' });

    expect((await upload(CSV)).body.data).toEqual({ created: 0, updated: 0, unchanged: 5, rejected: [] });
    expect(await itemsOf(app)).toEqual(items);
  });

  it('tells bad rows by number and field, and takes the others', async () => {
    const { app, upload } = await shelf(engine);
    const file = [
      'statementNumber,name,brand,originPrice,discountPrice',
      '1,하나,푸른들,10000,',
      ',둘,푸른들,10000,',
      '3,셋,푸른들,만원,',
      '4,넷,푸른들,10000,10001',
      '5,다섯',
      '1,여섯,푸른들,10000,',
      '7,,,10000,',
      '8,여덟,푸른들,10000,1000',
    ].join('\n');
    expect((await upload(file)).body.data).toEqual({
      created: 2,
      updated: 0,
      unchanged: 0,
      rejected: [
        { row: 2, field: 'statementNumber', reason: 'format' },
        { row: 3, field: 'originPrice', reason: 'format' },
        { row: 4, field: 'discountPrice', reason: 'out_of_range' },
        { row: 5, field: '', reason: 'format' },
        { row: 6, field: 'statementNumber', reason: 'taken' },
        { row: 7, field: 'name', reason: 'required' },
        { row: 7, field: 'brand', reason: 'required' },
      ],
    });
    expect((await itemsOf(app)).map(({ name }) => name)).toEqual(['하나', '여덟']);
  });

  it('keeps what the file has no column for: prices, and categories that a person chose', async () => {
    const { app, upload } = await shelf(engine);
    await upload(CSV);
    const names = 'STTEMNT_NO,PRDUCT,MAIN_FNCTN,REGIST_DT\n1,루테인 플러스,뼈 건강,20200229\n5,피부애,눈 건강,\n';
    expect((await upload(names)).body.data).toMatchObject({ created: 0, updated: 2 });
    const [first, , , , fifth] = await itemsOf(app);
    expect(first).toMatchObject({
      name: '루테인 플러스',
      salePrice: 9_000,
      categoryCodes: 'BONE',
      brandName: '푸른들',
    });
    expect(first).toMatchObject({ registeredOn: '2020-02-29', version: 2 });
    expect(fifth).toMatchObject({ mainFunction: '눈 건강', categoryCodes: 'BONE,SKIN', categoryMode: 'MANUAL' });
  });

  it('writes nothing when it is only tried', async () => {
    const { app, upload } = await shelf(engine);
    expect((await upload(CSV, { query: '?dryRun=true' })).body.data).toMatchObject({ created: 5 });
    const { brands, auditLog, catalogVersions } = app.database.tables;
    for (const table of [brands, auditLog, catalogVersions])
      expect(await app.database.select().from(table)).toEqual([]);
    expect(await itemsOf(app)).toEqual([]);
  });

  it('beside another import of the same file makes every item once', async () => {
    const { app, upload } = await shelf(engine);
    const reports = await Promise.all([upload(CSV), upload(CSV)]);
    const sum = (key: 'created' | 'unchanged') => reports.reduce((total, { body }) => total + body.data[key], 0);
    expect([sum('created'), sum('unchanged')]).toEqual([5, 5]);
    expect(await itemsOf(app)).toHaveLength(5);
  });
});

describe('an import', () => {
  it('invents no price: without one a new item is refused, or made hidden at the given one', async () => {
    const { app, upload } = await shelf();
    const file = 'statementNumber,name,brand,status\n1,하나,푸른들,\n2,둘,푸른들,ON_SALE\n';
    const refused = await upload(file);
    expect(refused.body.data).toMatchObject({
      created: 0,
      rejected: [
        { row: 1, field: 'originPrice', reason: 'required' },
        { row: 2, field: 'originPrice', reason: 'required' },
      ],
    });
    const made = await upload(file, { query: '?defaultOriginPrice=30000' });
    expect(made.body.data).toMatchObject({ created: 1, rejected: [{ row: 2, field: 'originPrice' }] });
    expect(await itemsOf(app)).toMatchObject([{ status: 'HIDDEN', originPrice: 30_000, listed: false }]);
    const again = await upload(file, { query: '?defaultOriginPrice=30000' });
    expect(again.body.data).toMatchObject({ created: 0, updated: 0, unchanged: 1 });
  });

  it('takes JSON as well, as a body or as a file of a form', async () => {
    const { upload } = await shelf();
    const rows = [
      { statementNumber: '1', name: '하나, "둘" [셋]', brand: '푸른들', originPrice: 10_000, discountPrice: 1_234 },
      { statementNumber: '2', PRDUCT: '둘', ENTRPS: '푸른들', originPrice: '10000' },
      'three',
      { statementNumber: '4', name: '넷', brand: '푸른들', originPrice: 10_000, price: 1 },
    ];
    const body = await upload(JSON.stringify(rows), { type: 'application/json' });
    expect(body.body.data).toMatchObject({
      created: 1,
      rejected: [
        { row: 2, field: 'originPrice', reason: 'format' },
        { row: 3, field: '', reason: 'format' },
        { row: 4, field: 'price', reason: 'unknown_field' },
      ],
    });
    const form = formOf(new File([JSON.stringify(rows, null, 2)], 'items.json'));
    expect((await upload(form)).body.data).toMatchObject({ created: 0, unchanged: 1 });
    const csv = formOf(new File(['\uFEFF', CSV], 'items.csv', { type: 'application/vnd.ms-excel' }));
    expect((await upload(csv)).body.data).toMatchObject({ created: 4, updated: 1 });
  });

  it.each([
    ['an unknown column', 'statementNumber,nmae\n1,x\n', 'text/csv', 'VALIDATION_FAILED'],
    ['no statement numbers', 'name,brand\nx,y\n', 'text/csv', 'VALIDATION_FAILED'],
    ['an open quote', 'statementNumber,name\n1,"x\n', 'text/csv', 'IMPORT_UNREADABLE'],
    ['nothing in it', '', 'text/csv', 'IMPORT_UNREADABLE'],
    ['an array without an end', '[{"name":"x"}', 'application/json', 'IMPORT_UNREADABLE'],
    ['no array', '{"name":"x"}', 'application/json', 'IMPORT_UNREADABLE'],
    ['a comma too many', '[{"statementNumber":"1"},]', 'application/json', 'IMPORT_UNREADABLE'],
    ['too many rows', `statementNumber\n${'1\n'.repeat(2_001)}`, 'text/csv', 'TOO_MANY_ROWS'],
  ])('refuses a file with %s as a whole', async (_what, body, type, code) => {
    const { upload } = await shelf();
    const answer = await upload(body, { type });
    expect([answer.status, answer.body.code]).toEqual([400, code]);
  });

  it('refuses other encodings, forms without a file, and what is no file', async () => {
    const { upload } = await shelf();
    const korean = new Uint8Array([0x6e, 0x61, 0x6d, 0x65, 0x0a, 0xb3, 0xaa]);
    expect((await upload(korean)).body).toMatchObject({ status: 400, code: 'IMPORT_UNREADABLE' });
    expect((await upload(new FormData())).body.errors).toEqual([{ field: 'file', reason: 'required' }]);
    expect((await upload('x', { type: 'image/png' })).status).toBe(415);
    expect((await upload('x'.repeat(5 * 1_048_576 + 1))).status).toBe(413);
  });

  it('reads a file of any size row by row', async () => {
    const { app } = await shelf();
    const file = join(await tempDir(), 'items.csv');
    const row = (n: number) => `${n},"상품 ""${n}""\n둘째 줄",브랜드${n % 7},${10_000 + n},눈 건강`;
    const rows = Array.from({ length: 2_345 }, (_, n) => row(n + 1));
    await writeFile(file, ['statementNumber,name,brand,originPrice,mainFunction', ...rows].join('\r\n'));
    const request = { file, dryRun: false, tell: () => undefined };
    expect(await importFile(app, request)).toMatchObject({ created: 2_345, rejectedRows: 0 });
    expect(await importFile(app, request)).toMatchObject({ unchanged: 2_345, updated: 0 });
    expect((await itemsOf(app))[0]).toMatchObject({ name: '상품 "1" 둘째 줄' });
    await expect(importFile(app, { ...request, file: `${file}.json` })).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
    });
  });
});
