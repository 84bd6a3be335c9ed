import { join } from 'node:path';
import { getTableConfig as mysqlTable } from 'drizzle-orm/mysql-core';
import { getTableConfig as sqliteTable } from 'drizzle-orm/sqlite-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  appliedMigrations,
  checkSchema,
  migrate,
  openDatabase,
  readMigrations,
} from '../../src/platform/database/index.ts';
import { tables as mysqlTables } from '../../src/schema.mysql.ts';
import { tables as sqliteTables } from '../../src/schema.sqlite.ts';
import { defineTables, type Database } from '../../src/schema.ts';
import { ROOT } from '../support/bundle.ts';
import { ENGINES, freshDatabase, type EngineName } from '../support/databases.ts';

const NOW = new Date('2026-11-20T00:00:00Z');

async function empty(engine: EngineName) {
  const database = openDatabase(await freshDatabase(engine), defineTables);
  onTestFinished(() => database.close());
  const known = await readMigrations(join(ROOT, 'migrations'), database.engine);
  return { database, known };
}

/** A migration that follows ours. */
const following = (last: number, phase: 'expand' | 'contract', needs = 0) => ({
  number: last + 1,
  name: 'next',
  phase,
  needs,
  checksum: 'next',
  statements: ['create table next_thing (id int)'],
});

const WRITTEN = { created_at: '2026-11-20 00:00:00', updated_at: '2026-11-20 00:00:00' };
const PRICES = { origin_price: 1_000, discount_permille: 100, discount_price: 100, sale_price: 900 };

/** An order with a line, in the columns of the first release. */
const OLD_ROWS: [table: string, row: Record<string, string | number>][] = [
  [
    'orders',
    {
      id: 'o',
      number: 'PV1',
      user_id: 'u',
      kind: 'ONE_OFF',
      recurring: 0,
      status: 'PAID',
      title: 't',
      line_count: 1,
      total_item_count: 1,
      total_price: 1_000,
      total_discount: 100,
      pay_amount: 900,
      tax_free_amount: 0,
      receiver_name: 'n',
      receiver_phone: '010',
      receiver_city: 'c',
      receiver_detail: 'd',
      ...WRITTEN,
    },
  ],
  [
    'order_lines',
    {
      id: 'l',
      order_id: 'o',
      item_id: 'i',
      name: 'n',
      brand_name: 'b',
      category_codes: 'EYE',
      quantity: 1,
      ...PRICES,
      ...WRITTEN,
    },
  ],
];

const oldItem = (id: string, columns: Record<string, string | number>): (typeof OLD_ROWS)[number] => [
  'items',
  { id, category_codes: 'EYE', status: 'ON_SALE', listed: 1, sales: 0, ...PRICES, ...WRITTEN, ...columns },
];

/** Two items of one brand, one of them hidden, in the columns of the first release. */
const OLD_ITEMS = [
  oldItem('i1', { name: 'Omega 3', brand_name: '푸른 들' }),
  oldItem('i2', { name: 'Lutein', brand_name: '푸른들', status: 'HIDDEN', listed: 0 }),
  ['item_categories', { item_id: 'i1', code: 'EYE', listed: 1, sales: 0 }] satisfies (typeof OLD_ROWS)[number],
];

async function insertRows(database: Pick<Database, 'raw'>, rows: typeof OLD_ROWS): Promise<void> {
  for (const [table, row] of rows) {
    const marks = Object.keys(row).map(() => '?');
    const statement = `insert into ${table} (${Object.keys(row).join(', ')}) values (${marks.join(', ')})`;
    await database.raw(statement, Object.values(row));
  }
}

describe.each(ENGINES)('migrations on %s', (engine) => {
  it('are applied once, also by two at the same time', async () => {
    const { database, known } = await empty(engine);
    const both = await Promise.all([migrate(database, known, NOW), migrate(database, known, NOW)]);
    expect(both.flat()).toHaveLength(known.length);
    expect(await migrate(database, known, NOW)).toEqual([]);
  });

  it('give exactly the tables and columns of the schema', async () => {
    const { database, known } = await empty(engine);
    await migrate(database, known, NOW);
    const rows = await database.raw(
      database.engine === 'mysql'
        ? `select table_name as t, column_name as c from information_schema.columns where table_schema = database()`
        : `select m.name as t, c.name as c from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table'`,
    );
    // SQLite's text index consists of tables of its own.
    const own = /^(schema_migrations|item_search.*)$/;
    const found = rows.filter(({ t }) => !own.test(String(t))).map(({ t, c }) => `${String(t)}.${String(c)}`);
    const wanted = Object.values(sqliteTables).flatMap((table) => {
      const { name, columns } = sqliteTable(table);
      return columns.map((column) => `${name}.${snake(column.name)}`);
    });
    expect(found.toSorted()).toEqual(wanted.toSorted());
  });

  it('that are missing make the database unusable for the app', async () => {
    const { database, known } = await empty(engine);
    await expect(checkSchema(database, known)).rejects.toMatchObject({
      code: 'DATABASE_NOT_MIGRATED',
      kind: 'misconfigured',
    });
  });

  it('that were changed after they ran are refused', async () => {
    const { database, known } = await empty(engine);
    await migrate(database, known, NOW);
    const changed = known.map((migration) => ({ ...migration, checksum: 'other' }));
    await expect(migrate(database, changed, NOW)).rejects.toMatchObject({ code: 'MIGRATION_CHANGED' });
  });

  it('of a newer release that only grew the schema leave this release working', async () => {
    const { database, known } = await empty(engine);
    await migrate(database, [...known, following(known.length, 'expand')], NOW);
    await expect(checkSchema(database, known)).resolves.toBeUndefined();
  });

  it('of a newer release that removed what this one reads shut this release out', async () => {
    const { database, known } = await empty(engine);
    await migrate(database, [...known, following(known.length, 'contract', known.length + 1)], NOW);
    await expect(checkSchema(database, known)).rejects.toMatchObject({ code: 'SCHEMA_TOO_NEW', kind: 'misconfigured' });
  });

  it('keep what an older release has written, and hold a refund against the amount that was paid', async () => {
    const { database, known } = await empty(engine);
    await migrate(database, known.slice(0, 1), NOW);
    await insertRows(database, OLD_ROWS);
    await migrate(database, known, NOW);
    const [order] = await database.raw('select pay_amount, refunded_amount from orders');
    const [lines] = await database.raw('select count(*) as kept from order_lines');
    expect([Number(order?.['pay_amount']), Number(order?.['refunded_amount']), Number(lines?.['kept'])]).toEqual([
      900, 0, 1,
    ]);
    await expect(database.raw('update orders set refunded_amount = 901')).rejects.toThrow(
      /orders_refunded|constraint/i,
    );
  });

  it('find the brand, the text and the categories of items that an older release has written', async () => {
    const { database, known } = await empty(engine);
    await migrate(database, known.slice(0, 3), NOW);
    await insertRows(database, OLD_ITEMS);
    await migrate(database, known, NOW);
    const items = await database.raw('select id, brand_id, search_text, on_sale from items order by id');
    expect(items.map((row) => Object.values(row).map(String))).toEqual([
      ['i1', 'i1', 'omega 3 푸른 들', '1'],
      ['i2', 'i1', 'lutein 푸른들', '1'],
    ]);
    const [brand] = await database.raw('select name_key, item_count from brands');
    expect([brand?.['name_key'], Number(brand?.['item_count'])]).toEqual(['푸른들', 1]);
    const [copy] = await database.raw('select on_sale, sale_price, discount_permille from item_categories');
    expect(Object.values(copy ?? {}).map(Number)).toEqual([1, 900, 100]);
  });

  it('say how far the database is', async () => {
    const { database, known } = await empty(engine);
    await migrate(database, known, NOW);
    expect(await appliedMigrations(database, known)).toMatchObject({ level: known.length, minLevel: 0 });
  });
});

describe.runIf(ENGINES.includes('mysql'))('a migration killed on mysql', () => {
  it('goes on at the statement it had reached, also when that one had run already', async () => {
    const { database, known } = await empty('mysql');
    const first = known.find(({ number }) => number === 1) ?? following(0, 'expand');
    const half = { ...first, statements: first.statements.slice(0, 3) };
    await migrate(database, [half], NOW);
    await database.raw('update schema_migrations set finished_at = null, statements_done = 2');
    expect(await migrate(database, known, NOW)).toHaveLength(known.length);
    await expect(checkSchema(database, known)).resolves.toBeUndefined();
  });
});

describe('the two kits', () => {
  it('give the same tables, columns, nullability and unique keys', () => {
    expect(shapeOf(mysqlTables, mysqlTable as never)).toEqual(shapeOf(sqliteTables, sqliteTable as never));
  });
});

interface TableConfig {
  name: string;
  columns: { name: string; notNull: boolean; primary: boolean }[];
  indexes: { config: { name: string; unique?: boolean } }[];
}

function shapeOf(tables: Record<string, unknown>, configOf: (table: unknown) => TableConfig) {
  return Object.values(tables).map((table) => {
    const { name, columns, indexes } = configOf(table);
    return {
      name,
      columns: columns.map(({ name: column, notNull, primary }) => ({ column, notNull, primary })),
      indexes: indexes.map(({ config }) => ({ name: config.name, unique: config.unique ?? false })),
    };
  });
}

const snake = (key: string): string => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
