import { eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import { runBilling } from '../../src/billing/index.ts';
import { relayOnce } from '../../src/outbox/index.ts';
import { settle } from '../../src/payments/ledger/settle.ts';
import { bundle } from '../support/bundle.ts';
import { ENGINES } from '../support/databases.ts';
import { deactivations, end, mandateRow, renewalAttempt, subscribed } from '../support/mandates.ts';
import { orderRow } from '../support/buying.ts';
import { askBack, eventsOf, minutesPass } from '../support/refunding.ts';

describe.each(ENGINES)('ending a subscription on %s', (engine) => {
  it('while a charge is in doubt is accepted, and an approval that comes late is booked as an order', async () => {
    const shop = await bundle({ engine });
    const { app, sandbox } = shop;
    const { first } = await subscribed(app);
    minutesPass(shop, 30 * 24 * 60);
    sandbox.addFault({ match: { op: 'subscription' }, effect: { kind: 'commit_drop' } });
    await runBilling(app, { date: '2026-12-20' });
    expect(await end(app, first)).toBe(true);
    const attempt = await renewalAttempt(app, first.id);
    const amounts = { total: attempt.amount, taxFree: 0 };
    await settle(app, attempt, { kind: 'approved', paymentId: 'T-late', approvedAt: app.clock.now(), amounts });

    const { orders, subscriptions: s } = app.database.tables;
    expect(await app.database.select().from(orders).where(eq(orders.kind, 'RENEWAL'))).toMatchObject([
      { status: 'PAID' },
    ]);
    expect(await app.database.select().from(s).where(eq(s.id, first.id))).toMatchObject([
      { status: 'CANCELLED', nextBillingOn: null, cancelReason: 'CUSTOMER' },
    ]);
  });

  it('comes with the refund of the whole first order where that was asked for', async () => {
    const shop = await bundle({ engine });
    const { app } = shop;
    const paid = await subscribed(app, 2);
    await askBack(app, paid, { amount: 10_000, cancelSubscriptions: true });
    await relayOnce(app);
    expect(await statuses(shop)).toEqual(['ACTIVE', 'ACTIVE']);

    await askBack(app, paid, { cancelSubscriptions: true });
    await relayOnce(app);
    expect(await orderRow(app, paid.order.id)).toMatchObject({ status: 'REFUNDED', refundedAmount: 54_000 });
    expect(await statuses(shop)).toEqual(['CANCELLED', 'CANCELLED']);
    expect(await mandateRow(app, paid.mandateId)).toMatchObject({ status: 'INACTIVE' });
    expect(await eventsOf(app, 'subscription.cancelled')).toHaveLength(2);
    expect(deactivations(shop)).toBe(1);
  });

  it('does not come with a refund that did not ask for it', async () => {
    const shop = await bundle({ engine });
    const { app } = shop;
    const paid = await subscribed(app);
    await askBack(app, paid);
    await relayOnce(app);
    expect(await statuses(shop)).toEqual(['ACTIVE']);
    expect(deactivations(shop)).toBe(0);
  });

  it('without a mandate deactivates none, and ending it again changes nothing', async () => {
    const shop = await bundle({ engine });
    const { app } = shop;
    const { first } = await subscribed(app);
    const { subscriptions: s } = app.database.tables;
    await app.database.update(s).set({ mandateId: null }).where(eq(s.id, first.id));
    expect(await end(app, first)).toBe(true);
    expect(await end(app, first)).toBe(false);
    expect(await eventsOf(app, 'mandate.deactivate')).toEqual([]);
    expect(await eventsOf(app, 'subscription.cancelled')).toHaveLength(1);
  });

  it('closes its open cycle, which is never charged again', async () => {
    const shop = await bundle({ engine });
    const { app, sandbox } = shop;
    const { first } = await subscribed(app);
    minutesPass(shop, 30 * 24 * 60);
    sandbox.addFault({ match: { op: 'subscription' }, effect: { kind: 'decline', result: 'LACK_BALANCE' } });
    await runBilling(app, { date: '2026-12-20' });
    await end(app, first);
    const { billingCycles: c } = app.database.tables;
    const cycles = await app.database.select().from(c).where(eq(c.subscriptionId, first.id)).orderBy(c.cycle);
    expect(cycles).toMatchObject([{ status: 'PAID' }, { status: 'FAILED', liveAttemptId: null }]);
    sandbox.clearFaults();
    minutesPass(shop, 24 * 60);
    expect(await runBilling(app, { date: '2026-12-21' })).toMatchObject({ totals: { selected: 0 } });
  });
});

type Shop = Awaited<ReturnType<typeof bundle>>;

async function statuses({ app }: Shop): Promise<string[]> {
  const { subscriptions: s } = app.database.tables;
  const rows = await app.database.select({ status: s.status }).from(s).orderBy(s.id);
  return rows.map(({ status }) => status);
}
