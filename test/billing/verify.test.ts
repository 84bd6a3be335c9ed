import { count, eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import { faultOf } from '../../src/billing/verify/histories.ts';
import { VerifyDocument, verifyBooks } from '../../src/billing/index.ts';
import { EVERYTHING, rangesOf } from '../../src/billing/verify/ranges.ts';
import { addDays } from '../../src/platform/calendar.ts';
import { bundle } from '../support/bundle.ts';
import { ENGINES } from '../support/databases.ts';
import { given } from '../support/given.ts';
import { givenAttempts } from '../support/given-attempts.ts';
import { wait } from '../support/outbox.ts';
import { livedInShop, RENEWAL, type LivedIn } from './lived-in.ts';

type Spoil = (shop: LivedIn) => Promise<unknown>;

/** One row changed by hand, as no code of ours would; the check and the row that must be named. */
const SPOILT: [name: string, check: string, row: (shop: LivedIn) => string, spoil: Spoil][] = [
  [
    'an order whose total is not that of its lines',
    'V1',
    ({ oneOff }) => oneOff.order.number,
    ({ app: { database }, oneOff }) => {
      const { orders: o } = database.tables;
      return database
        .update(o)
        .set({ totalPrice: oneOff.order.totalPrice + 1_000, totalDiscount: oneOff.order.totalDiscount + 1_000 })
        .where(eq(o.id, oneOff.order.id));
    },
  ],
  [
    'a paid order that lost its payment',
    'V2',
    ({ oneOff }) => oneOff.order.number,
    ({ app: { database }, oneOff }) => {
      const { orders: o } = database.tables;
      return database.update(o).set({ paidAttemptId: null }).where(eq(o.id, oneOff.order.id));
    },
  ],
  [
    'an approved payment of an order that is not paid',
    'V2',
    ({ oneOff }) => oneOff.order.number,
    ({ app: { database }, oneOff }) => {
      const { orders: o } = database.tables;
      return database.update(o).set({ status: 'EXPIRED', paidAttemptId: null }).where(eq(o.id, oneOff.order.id));
    },
  ],
  [
    'a paid cycle whose order is gone',
    'V3',
    ({ renewed }) => `${renewed.id}:2`,
    async ({ app: { database }, renewal }) => {
      const { orders: o } = database.tables;
      await database.delete(o).where(eq(o.paidAttemptId, renewal.id));
    },
  ],
  [
    'a refund above what was paid',
    'V4',
    ({ refunded }) => refunded.attempt.publicId,
    ({ app: { database }, refunded }) => {
      const { refunds: r } = database.tables;
      return database.update(r).set({ amount: 30_000 }).where(eq(r.id, refunded.refund.id));
    },
  ],
  [
    'an order that forgot what went back',
    'V4',
    ({ refunded }) => refunded.attempt.publicId,
    ({ app: { database }, refunded }) => {
      const { orders: o } = database.tables;
      return database.update(o).set({ refundedAmount: 9_000 }).where(eq(o.id, refunded.order.id));
    },
  ],
  [
    'an active subscription without a next date',
    'V5',
    ({ renewed }) => renewed.id,
    ({ app: { database }, renewed }) => {
      const { subscriptions: s } = database.tables;
      return database.update(s).set({ status: 'PAST_DUE' }).where(eq(s.id, renewed.id));
    },
  ],
  [
    'a next date that does not follow from the last',
    'V5',
    ({ renewed }) => renewed.id,
    ({ app: { database }, renewed }) => {
      const { subscriptions: s } = database.tables;
      return database
        .update(s)
        .set({ nextBillingOn: addDays(RENEWAL, 31) })
        .where(eq(s.id, renewed.id));
    },
  ],
  [
    'a payment that is over and still fenced',
    'V6',
    ({ renewal }) => renewal.publicId,
    ({ app: { database }, renewal }) => {
      const { paymentAttempts: t } = database.tables;
      return database.update(t).set({ mandateFence: renewal.mandateId }).where(eq(t.id, renewal.id));
    },
  ],
  [
    'an item that its category shows with other sales',
    'V8',
    ({ renewed }) => renewed.itemId,
    ({ app: { database }, renewed }) => {
      const { itemCategories: c } = database.tables;
      return database.update(c).set({ sales: 7 }).where(eq(c.itemId, renewed.itemId));
    },
  ],
  [
    'a history that ends in another state',
    'V10',
    ({ oneOff }) => oneOff.attempt.publicId,
    ({ app: { database }, oneOff }) => {
      const { paymentAttemptEvents: e } = database.tables;
      return database
        .update(e)
        .set({ toState: 'DECLINED' })
        .where(eq(e.toState, 'APPROVED'))
        .then(() => oneOff);
    },
  ],
  [
    'a migration that was applied from another file',
    'V12',
    () => '0002_payments',
    ({ app: { database } }) =>
      database.raw('update schema_migrations set checksum = ? where number = 2', ['0'.repeat(64)]),
  ],
  [
    'a mandate that nobody needs any more',
    'V13',
    ({ ended }) => ended.mandateId ?? '',
    ({ app: { database }, ended }) => {
      const { mandates: m } = database.tables;
      return database
        .update(m)
        .set({ status: 'ACTIVE' })
        .where(eq(m.id, ended.mandateId ?? ''));
    },
  ],
  [
    'an open cycle that names a payment which is over',
    'V14',
    ({ declined }) => `${declined.id}:2`,
    async ({ app: { database }, declined }) => {
      const { billingCycles: c, paymentAttempts: t } = database.tables;
      const [attempt] = await database.select().from(t).where(eq(t.subscriptionId, declined.id));
      await database
        .update(c)
        .set({ liveAttemptId: attempt?.id ?? null })
        .where(eq(c.subscriptionId, declined.id));
    },
  ],
];

describe.each(ENGINES)('verify on %s', { timeout: 60_000 }, (engine) => {
  it('finds nothing in a shop that has bought, renewed, declined, refunded and ended', async () => {
    const { app } = await livedInShop({ engine });
    const document = await verifyBooks(app);
    expect(VerifyDocument.parse(document)).toMatchObject({ exitCode: 0, breaches: [] });
    expect(document.checks.map(({ check }) => check)).toContain('V10');
  });

  it.each(SPOILT)('names %s, and nothing else', async (_name, check, row, spoil) => {
    const shop = await livedInShop({ engine: engine === 'sqlite' ? 'sqlite-memory' : engine });
    await spoil(shop);
    const { exitCode, breaches } = await verifyBooks(shop.app);
    expect(exitCode).toBe(3);
    expect(new Set(breaches.map((breach) => `${breach.check} ${breach.id}`))).toContain(`${check} ${row(shop)}`);
    expect(breaches.filter((breach) => breach.check !== check)).toEqual([]);
  });

  it('walks every row once, two thousand at a time', async () => {
    const { app } = await bundle({ engine });
    const { subscriptions: s } = app.database.tables;
    await given(app).subscriptions(4_100);
    const sizes: number[] = [];
    for await (const range of rangesOf(app, 'subscriptions', EVERYTHING)) {
      const [row] = await app.database.select({ rows: count() }).from(s).where(range(s.id));
      sizes.push(row?.rows ?? 0);
    }
    expect(sizes).toEqual([2_000, 2_000, 100]);
  });

  it('names a payment that was sent and that nobody has looked after', async () => {
    const shop = await bundle({ engine });
    const { attempt } = await givenAttempts(shop.app).renewalInDoubt({ state: 'SENT' });
    expect((await verifyBooks(shop.app, { only: ['V9'] })).breaches).toEqual([]);
    wait(shop, 6 * 60);
    expect((await verifyBooks(shop.app, { only: ['V9'] })).breaches).toMatchObject([{ id: attempt.publicId }]);
  });

  it('names an approval whose money stands twice until it is flagged, and again when only the flag is gone', async () => {
    const { app, oneOff } = await livedInShop({ engine });
    const { paymentAttempts: t } = app.database.tables;
    const [first] = await app.database.select().from(t).where(eq(t.id, oneOff.attempt.id));
    if (!first) throw new Error('Bug: no attempt.');
    const second = {
      ...first,
      id: app.newId(),
      publicId: 'pa_again',
      idempotencyKey: 'again',
      providerPaymentId: 'T-again',
    };
    const flagged = { needsOperator: true, operatorReason: 'DUPLICATE_APPROVAL' as const };
    await app.database.insert(t).values({ ...second, ...flagged });
    expect((await verifyBooks(app, { only: ['V2'] })).breaches).toEqual([]);
    await app.database.update(t).set({ needsOperator: false, operatorReason: null }).where(eq(t.id, second.id));
    expect((await verifyBooks(app, { only: ['V2'] })).breaches).toMatchObject([{ id: oneOff.order.number }]);
  });
});

describe('a history', () => {
  const walk = (...states: (string | null)[]) =>
    states.slice(1).map((to, index) => ({ from: states[index], to })) as Parameters<typeof faultOf>[0];

  it.each([
    ['one way to where it is', walk(null, 'CREATED', 'SENT', 'UNKNOWN', 'UNKNOWN', 'APPROVED'), 'APPROVED'],
    ['its rows in the wrong order', walk(null, 'CREATED', 'SENT', 'APPROVED').toReversed(), 'APPROVED'],
  ] as const)('with %s is in order', (_name, steps, state) => {
    expect(faultOf([...steps], state)).toBeUndefined();
  });

  it.each([
    ['another end', walk(null, 'CREATED', 'SENT', 'DECLINED'), 'APPROVED', 'ends in DECLINED, and it is APPROVED'],
    ['a way out of a final state', walk(null, 'CREATED', 'SENT', 'DECLINED', 'SENT'), 'SENT', 'DECLINED to SENT'],
    ['no beginning', walk('CREATED', 'SENT'), 'SENT', 'no beginning'],
    ['a gap', [...walk(null, 'CREATED'), ...walk('SENT', 'APPROVED')], 'APPROVED', 'ends in CREATED and APPROVED'],
    ['two ends', [...walk(null, 'CREATED', 'SENT', 'APPROVED'), ...walk('SENT', 'DECLINED')], 'APPROVED', 'ends in'],
    ['nothing at all', [], 'CREATED', 'no beginning'],
  ] as const)('with %s is named', (_name, steps, state, says) => {
    expect(faultOf([...steps], state)).toContain(says);
  });
});
