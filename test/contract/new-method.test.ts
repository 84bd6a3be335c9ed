import { asc, eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import { runBilling } from '../../src/billing/index.ts';
import { relayOnce } from '../../src/outbox/index.ts';
import { completeCheckout } from '../../src/payments/checkout/complete-checkout.ts';
import { startCheckout } from '../../src/payments/checkout/start-checkout.ts';
import type { Subscription, User } from '../../src/schema.ts';
import { startNewMethod } from '../../src/subscriptions/index.ts';
import { bundle } from '../support/bundle.ts';
import { pressOn } from '../support/checkout.ts';
import { ENGINES } from '../support/databases.ts';
import { given } from '../support/given.ts';
import { deactivations, end, mandateRow, subscribed } from '../support/mandates.ts';
import { comeBack, placedOrder } from '../support/buying.ts';
import { minutesPass } from '../support/refunding.ts';

describe.each(ENGINES)('a new payment method on %s', (engine) => {
  it('costs nothing, serves all subscriptions of the old mandate, and lets go of that', async () => {
    const shop = await bundle({ engine });
    const { app, sandbox } = shop;
    const { user, first, mandateId: old } = await subscribed(app, 2);
    const attempt = await startNewMethod(app, { user, subscriptionId: first.id, scope: 'ALL_ON_MANDATE' });
    expect(attempt).toMatchObject({
      purpose: 'MANDATE_UPDATE',
      amount: 0,
      mandateId: old,
      merchantCode: app.config.payments.kakaopay.recurringCid,
      liveKey: `mandate:${first.id}`,
      idempotencyKey: `mandate:${first.id}:1`,
    });
    expect(await comeBack(app, attempt)).toMatchObject({ state: 'APPROVED' });

    const mandateIds = (await subscriptionRows(shop)).map(({ mandateId }) => mandateId);
    expect(new Set(mandateIds).size).toBe(1);
    expect(mandateIds).not.toContain(old);
    expect(await mandateRow(app, mandateIds[0] ?? '')).toMatchObject({ status: 'ACTIVE' });
    await relayOnce(app);
    expect(await mandateRow(app, old)).toMatchObject({ status: 'INACTIVE' });
    const [ready] = sandbox.requests().filter(({ op }) => op === 'ready');
    expect(ready?.fields).toMatchObject({ total_amount: 0, cid: app.config.payments.kakaopay.recurringCid });
    expect(sandbox.ledger().map(({ op, amount }) => [op, amount])).toEqual([
      ['charge', 54_000],
      ['issue', 0],
      ['issue', 0],
      ['deactivate', 0],
    ]);
  });

  it('for one subscription leaves its sibling on the old mandate, which goes on', async () => {
    const shop = await bundle({ engine });
    const { app } = shop;
    const { user, first, mandateId: old } = await subscribed(app, 2);
    await comeBack(app, await startNewMethod(app, { user, subscriptionId: first.id, scope: 'THIS' }));
    const rows = await subscriptionRows(shop);
    expect(rows.filter(({ mandateId }) => mandateId === old)).toHaveLength(1);
    expect(rows.find(({ id }) => id === first.id)?.mandateId).not.toBe(old);
    await relayOnce(app);
    expect(await mandateRow(app, old)).toMatchObject({ status: 'ACTIVE' });
    expect(deactivations(shop)).toBe(0);
  });

  it('is what the next renewal is charged on', async () => {
    const shop = await bundle({ engine });
    const { app } = shop;
    const { user, first, mandateId: old } = await subscribed(app);
    await comeBack(app, await startNewMethod(app, { user, subscriptionId: first.id, scope: 'ALL_ON_MANDATE' }));
    await relayOnce(app);
    minutesPass(shop, 30 * 24 * 60);
    expect(await runBilling(app, { date: '2026-12-20' })).toMatchObject({ totals: { approved: 1 } });
    const { paymentAttempts: t } = app.database.tables;
    const [renewal] = await app.database.select().from(t).where(eq(t.purpose, 'RENEWAL'));
    expect(renewal).toMatchObject({ state: 'APPROVED' });
    expect(renewal?.mandateId).not.toBe(old);
  });

  it('makes subscriptions chargeable whose order was found paid without a mandate', async () => {
    const shop = await bundle({ engine });
    const { app } = shop;
    const { user, first } = await subscribed(app, 2);
    const { subscriptions: s } = app.database.tables;
    await app.database.update(s).set({ mandateId: null }).where(eq(s.userId, user.id));
    const attempt = await startNewMethod(app, { user, subscriptionId: first.id, scope: 'ALL_ON_MANDATE' });
    await comeBack(app, attempt);
    const rows = await subscriptionRows(shop);
    expect(rows[0]?.mandateId).toEqual(expect.any(String));
    expect(rows[1]?.mandateId).toBe(rows[0]?.mandateId);
  });

  it('is not asked for while a charge on the old mandate is in doubt', async () => {
    const shop = await bundle({ engine });
    const { app, sandbox } = shop;
    const { user, subscriptions } = await subscribed(app, 2);
    minutesPass(shop, 30 * 24 * 60);
    sandbox.addFault({ match: { op: 'subscription' }, effect: { kind: 'commit_drop' } });
    await runBilling(app, { date: '2026-12-20' });
    for (const { id } of subscriptions) {
      await expect(startNewMethod(app, { user, subscriptionId: id, scope: 'ALL_ON_MANDATE' })).rejects.toMatchObject({
        code: 'PAYMENT_IN_PROGRESS',
      });
    }
    expect(sandbox.requests().filter(({ op }) => op === 'ready')).toHaveLength(1);
  });

  it('asked for again closes the checkout that was open, whose return then changes nothing', async () => {
    const shop = await bundle({ engine });
    const { app } = shop;
    const { user, first } = await subscribed(app);
    const request = { user, subscriptionId: first.id, scope: 'THIS' as const };
    const abandoned = await startNewMethod(app, request);
    const attempt = await startNewMethod(app, request);
    expect(attempt.idempotencyKey).toBe(`mandate:${first.id}:2`);
    expect(await comeBack(app, abandoned)).toMatchObject({ state: 'NOT_CHARGED', closeReason: 'SUPERSEDED' });
    expect(await comeBack(app, attempt)).toMatchObject({ state: 'APPROVED' });
  });

  it('for a subscription that ended while the customer was away is let go of at once', async () => {
    const shop = await bundle({ engine });
    const { app } = shop;
    const { user, first } = await subscribed(app);
    const attempt = await startNewMethod(app, { user, subscriptionId: first.id, scope: 'THIS' });
    const query = await pressOn(attempt, 'approve');
    await end(app, first);
    const { attempt: after } = await completeCheckout(app, { attemptId: attempt.publicId, query });
    expect(after).toMatchObject({ state: 'NOT_CHARGED', closeReason: 'ORDER_CLOSED' });
  });

  it('is refused for a cancelled subscription and for somebody else’s', async () => {
    const shop = await bundle({ engine });
    const { app } = shop;
    const { user, first } = await subscribed(app);
    const stranger: User = await given(app).user();
    const request = { subscriptionId: first.id, scope: 'THIS' as const };
    await expect(startNewMethod(app, { ...request, user: stranger })).rejects.toMatchObject({
      code: 'SUBSCRIPTION_NOT_FOUND',
    });
    await end(app, first);
    await expect(startNewMethod(app, { ...request, user })).rejects.toMatchObject({ code: 'SUBSCRIPTION_STATE' });
  });

  it('is the only reason to ask a provider for 0 won: an order of 0 won never gets there', async () => {
    const shop = await bundle({ engine });
    const { app, sandbox } = shop;
    const free = await given(app).item({ salePrice: 0, discountPrice: 30_000, discountPermille: 1_000 });
    await expect(placedOrder(app, { items: [free] })).rejects.toMatchObject({ code: 'AMOUNT_OUT_OF_RANGE' });

    const { user, order } = await placedOrder(app);
    const { orders } = app.database.tables;
    const nothing = { payAmount: 0, totalDiscount: order.totalPrice };
    await app.database.update(orders).set(nothing).where(eq(orders.id, order.id));
    await expect(startCheckout(app, { user, orderId: order.id })).rejects.toThrow('Bug:');
    expect(sandbox.requests()).toEqual([]);
  });
});

type Shop = Awaited<ReturnType<typeof bundle>>;

const subscriptionRows = ({ app }: Shop): Promise<Subscription[]> => {
  const { subscriptions: s } = app.database.tables;
  return app.database.select().from(s).orderBy(asc(s.id));
};
