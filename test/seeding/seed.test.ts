import { count, eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import { personFields } from '../../src/accounts/index.ts';
import { seed } from '../../src/seeding/index.ts';
import { bundle } from '../support/bundle.ts';

const SMALL = {
  items: 300,
  users: 12,
  orders: 200,
  subscriptions: 40,
  dueSubscriptions: 10,
  due: '2026-11-20',
  seed: 7,
};

async function seeded(request: Partial<typeof SMALL> = {}) {
  const { app } = await bundle();
  const report = await seed(app, { ...SMALL, ...request });
  return { app, report, tables: app.database.tables };
}

describe('seed', () => {
  it('adds what a larger request lacks', async () => {
    const { app } = await seeded();
    expect(await seed(app, { ...SMALL, items: 320, orders: 250 })).toMatchObject({ written: 70 });
  });

  it('finds items and users again when another day is asked for', async () => {
    const { app } = await seeded();
    expect(await seed(app, { ...SMALL, due: '2026-11-21' })).toMatchObject({ written: 240 });
  });

  it('lets others have a turn between two batches', async () => {
    const { app } = await bundle();
    const turns: string[] = [];
    await seed(app, { ...SMALL, items: 2_000, orders: 0, subscriptions: 0, dueSubscriptions: 0 }, ({ kind }) => {
      turns.push(kind);
      setImmediate(() => turns.push('other'));
    });
    expect(turns.slice(0, 3)).toEqual(['items', 'other', 'items']);
  });

  it('makes people whose fields the shop would accept, who know the password that the report tells', async () => {
    const { app, report, tables } = await seeded();
    const [first, ...others] = await app.database.select().from(tables.users).orderBy(tables.users.id);
    expect(first).toMatchObject({ email: 'seed000001@example.test', role: 'ADMIN' });
    expect(others.every(({ role }) => role === 'USER')).toBe(true);
    expect(personFields.email.safeParse(first?.email).success).toBe(true);
    expect(personFields.phone.safeParse(first?.phone).success).toBe(true);
    expect(personFields.displayName.safeParse(first?.displayName).success).toBe(true);
    expect(personFields.zipCode.safeParse(first?.zipCode).success).toBe(true);
    expect(personFields.password.safeParse(report.password).success).toBe(true);
    expect(await app.passwords.matches(first?.passwordHash, report.password)).toBe(true);
  });

  it('has as many subscriptions due on the day as were asked for, each of another customer', async () => {
    const { app, tables } = await seeded();
    const { subscriptions: s } = tables;
    const due = await app.database.select().from(s).where(eq(s.nextBillingOn, SMALL.due));
    expect(due).toHaveLength(10);
    expect(new Set(due.map(({ userId }) => userId)).size).toBe(10);
    const all = await app.database.select().from(s);
    expect(all.filter((one) => one.nextBillingOn === null || one.nextBillingOn < SMALL.due)).toEqual([]);
    expect(all.filter((one) => one.lastBillingOn >= SMALL.due)).toEqual([]);
  });

  it('gives every paid order an approved attempt of its amount, and no other order one', async () => {
    const { app, tables } = await seeded();
    const { orders, paymentAttempts: t } = tables;
    const rows = await app.database
      .select({ order: orders, attempt: t })
      .from(orders)
      .leftJoin(t, eq(t.orderId, orders.id));
    const approved = rows.filter(({ attempt }) => attempt?.state === 'APPROVED');
    expect(
      approved.every(({ order, attempt }) => order.paidAttemptId === attempt?.id && order.payAmount === attempt.amount),
    ).toBe(true);
    expect(approved.length).toBe(rows.filter(({ order }) => order.status === 'PAID').length);
    expect(rows.filter(({ attempt }) => attempt?.liveKey)).toEqual([]);
  });

  it('orders only what is for sale, and sums it up', async () => {
    const { app, tables } = await seeded();
    const { orders, orderLines, items } = tables;
    const lines = await app.database
      .select({ line: orderLines, status: items.status })
      .from(orderLines)
      .innerJoin(items, eq(items.id, orderLines.itemId));
    const [counted] = await app.database.select({ lines: count() }).from(orderLines);
    expect(lines).toHaveLength(counted?.lines ?? 0);
    expect(lines.filter(({ status }) => status !== 'ON_SALE')).toEqual([]);
    const sums = Map.groupBy(lines, ({ line }) => line.orderId);
    const wrong = (await app.database.select().from(orders)).filter(
      ({ id, payAmount }) =>
        payAmount !== sums.get(id)?.reduce((sum, { line }) => sum + line.salePrice * line.quantity, 0),
    );
    expect(wrong).toEqual([]);
  });
});
