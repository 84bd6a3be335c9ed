import { AsyncResource } from 'node:async_hooks';
import { asc, eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isDuplicateKey, openDatabase } from '../../src/platform/database/index.ts';
import { defineTables } from '../../src/schema.ts';
import { bundle } from '../support/bundle.ts';
import { ENGINES } from '../support/databases.ts';
import { given } from '../support/given.ts';

describe.each(['sqlite-memory' as const, ...ENGINES])('the database on %s', (engine) => {
  it('gives back every kind of column as it was written', async () => {
    const { app } = await bundle({ engine });
    const written = await given(app).item({
      name: '눈 건강 🌿 "골드"',
      originPrice: 9_007_199_254,
      discountPrice: 0,
      discountPermille: 0,
      salePrice: 9_007_199_254,
      registeredOn: '2024-02-29',
      createdAt: new Date('2026-03-29T01:30:00.123Z'),
      listed: false,
    });
    const { items } = app.database.tables;
    const [read] = await app.database.select().from(items).where(eq(items.id, written.id));
    expect(read).toEqual(written);
  });

  it('finds nothing by an id of characters that no id has', async () => {
    const { app } = await bundle({ engine });
    await given(app).item();
    const { items } = app.database.tables;
    for (const id of ['😀', '아이디', '\u0000', '\ufffd', 'é'.repeat(2_000)]) {
      expect(await app.database.select().from(items).where(eq(items.id, id))).toEqual([]);
    }
  });

  it('counts the rows a write matched, changed or not', async () => {
    const { app } = await bundle({ engine });
    const { id } = await given(app).item();
    const { items } = app.database.tables;
    const same = () => app.database.update(items).set({ sales: 7 }).where(eq(items.id, id));
    expect([await same(), await same()]).toEqual([{ rowsAffected: 1 }, { rowsAffected: 1 }]);
    expect(await app.database.delete(items).where(eq(items.id, 'nobody'))).toEqual({ rowsAffected: 0 });
  });

  it('tells a duplicate key, of a unique index and of a primary key', async () => {
    const { app } = await bundle({ engine });
    const { id } = await given(app).item({ statementNumber: 'A-1' });
    const unique = await given(app).item({ statementNumber: 'A-1' }).catch(isDuplicateKey);
    const primary = await given(app).item({ id }).catch(isDuplicateKey);
    expect([unique, primary]).toEqual([true, true]);
  });

  it('compares keys byte by byte', async () => {
    const { app } = await bundle({ engine });
    await given(app).item({ statementNumber: 'abc' });
    await given(app).item({ statementNumber: 'ABC' });
    await given(app).item({ statementNumber: 'ábc' });
    const { items } = app.database.tables;
    const rows = await app.database
      .select({ key: items.statementNumber })
      .from(items)
      .orderBy(asc(items.statementNumber));
    expect(rows.map(({ key }) => key)).toEqual(['ABC', 'abc', 'ábc']);
  });

  it('refuses a price that does not add up', async () => {
    const { app } = await bundle({ engine });
    await expect(given(app).item({ salePrice: 1 })).rejects.toThrow(/items/);
  });

  it('takes everything back when a transaction fails', async () => {
    const { app } = await bundle({ engine });
    const { id } = await given(app).item();
    const { items } = app.database.tables;
    const failing = app.database.transaction(async (tx) => {
      await tx.update(items).set({ sales: 99 }).where(eq(items.id, id));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await app.database.select({ sales: items.sales }).from(items)).toEqual([{ sales: 0 }]);
  });

  it('refuses a transaction and an outer query inside a transaction', async () => {
    const { app } = await bundle({ engine });
    const { items } = app.database.tables;
    const nested = app.database.transaction(() => app.database.transaction(async () => {}));
    const outer = app.database.transaction(async () => app.database.select().from(items));
    await expect(nested).rejects.toThrow(/^Bug: a transaction inside/);
    await expect(outer).rejects.toThrow(/^Bug: a query on the outer handle inside/);
  });

  it('refuses a query on a transaction that has ended', async () => {
    const { app } = await bundle({ engine });
    const { items } = app.database.tables;
    const ended = await app.database.transaction(async (tx) => ({ tx }));
    expect(() => ended.tx.select().from(items)).toThrow(/^Bug: a query on a transaction that has ended/);
  });

  it('loses no increment of twenty that lock the row', async () => {
    const { app } = await bundle({ engine });
    const { id } = await given(app).item();
    const { items } = app.database.tables;
    const increment = () =>
      app.database.transaction(async (tx) => {
        const [item] = await tx.lock(tx.select().from(items).where(eq(items.id, id)));
        await tx
          .update(items)
          .set({ sales: (item?.sales ?? 0) + 1 })
          .where(eq(items.id, id));
      });
    await Promise.all(Array.from({ length: 20 }, increment));
    expect(await app.database.select({ sales: items.sales }).from(items)).toEqual([{ sales: 20 }]);
  });

  it('lets no parameter of a failed query out of a transaction', async () => {
    const { app } = await bundle({ engine });
    const { id } = await given(app).item();
    const failing = app.database.transaction(async (tx) => {
      const { items } = app.database.tables;
      await tx.update(items).set({ name: 'canary-secret', salePrice: -1 }).where(eq(items.id, id));
    });
    await expect(failing).rejects.not.toThrow(/canary-secret/);
  });
});

describe.runIf(ENGINES.includes('mysql'))('row locks on mysql', () => {
  it('leave out what somebody else holds, when asked to', async () => {
    const { app, databaseUrl } = await bundle({ engine: 'mysql' });
    const other = openDatabase(databaseUrl, defineTables);
    onTestFinished(() => other.close());
    const held = await given(app).item({ statementNumber: 'held' });
    const free = await given(app).item({ statementNumber: 'free' });
    const { items } = app.database.tables;
    const found = await app.database.transaction(async (tx) => {
      await tx.lock(tx.select().from(items).where(eq(items.id, held.id)));
      return outsideOf(() =>
        other.transaction((second) => second.lock(second.select({ id: items.id }).from(items), { skipLocked: true })),
      );
    });
    expect(found).toEqual([{ id: free.id }]);
  });

  it('are taken on connections that keep UTC and see what others commit', async () => {
    const { app, databaseUrl } = await bundle({ engine: 'mysql' });
    const other = openDatabase(databaseUrl, defineTables);
    onTestFinished(() => other.close());
    const { id } = await given(app).item();
    const { items } = app.database.tables;
    const sales = await app.database.transaction(async (tx) => {
      const before = await tx.select({ sales: items.sales }).from(items).where(eq(items.id, id));
      await outsideOf(() => other.update(other.tables.items).set({ sales: 5 }).where(eq(other.tables.items.id, id)));
      return [...before, ...(await tx.select({ sales: items.sales }).from(items).where(eq(items.id, id)))];
    });
    expect(sales).toEqual([{ sales: 0 }, { sales: 5 }]);
    expect(await app.database.raw('select @@time_zone as zone')).toEqual([{ zone: '+00:00' }]);
  });
});

/** Another connection's work begins in another asynchronous context, as another process's would. */
const elsewhere = new AsyncResource('elsewhere');
const outsideOf = <T>(work: () => Promise<T>): Promise<T> => elsewhere.runInAsyncScope(work);
