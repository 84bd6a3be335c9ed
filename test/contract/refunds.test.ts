import { eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import { runBilling } from '../../src/billing/index.ts';
import { relayOnce } from '../../src/outbox/index.ts';
import { auditBooks, refundsOfAttempt, retryRefund } from '../../src/payments/index.ts';
import { executeRefund } from '../../src/payments/refunds/execute.ts';
import { bundle } from '../support/bundle.ts';
import { ENGINES } from '../support/databases.ts';
import { given } from '../support/given.ts';
import { orderRow, pay, paidOrder, placedOrder } from '../support/buying.ts';
import { askBack, auditOf, eventsOf, givenBack, minutesPass, stateOf } from '../support/refunding.ts';

const OPERATOR = { type: 'ADMIN', id: 'operator@desk' } as const;
/** The price of the item that every order here is of. */
const PAID = 27_000;

describe.each(ENGINES)('a refund on %s', (engine) => {
  it('of the whole order is reserved at once and given back by the relay, once', async () => {
    const shop = await bundle({ engine });
    const paid = await paidOrder(shop.app);

    const refund = await askBack(shop.app, paid);
    expect(refund).toMatchObject({
      status: 'PENDING',
      amount: PAID,
      publicId: expect.stringMatching(/^rf_[0-9a-z]{26}$/),
    });
    expect(await orderRow(shop.app, paid.order.id)).toMatchObject({ status: 'PAID', refundedAmount: 0 });
    await relayOnce(shop.app);
    await relayOnce(shop.app);

    expect(await stateOf(shop.app, { ...paid, refund })).toMatchObject({
      refund: { status: 'SUCCEEDED', attemptFence: null, balanceBefore: PAID, needsOperator: false },
      order: { status: 'REFUNDED', refundedAmount: PAID },
    });
    expect(givenBack(shop)).toEqual([PAID]);
    expect(await eventsOf(shop.app, 'order.refunded')).toMatchObject([
      { payload: { amount: PAID, status: 'REFUNDED' } },
    ]);
    await expect(askBack(shop.app, paid)).rejects.toMatchObject({ code: 'ORDER_NOT_REFUNDABLE' });
  });

  it('leaves a line in the audit log for each of its states', async () => {
    const { app } = await bundle({ engine });
    const refund = await askBack(app, await paidOrder(app), { actorId: 'u1', reasonText: 'too sweet' });
    await relayOnce(app);
    expect(await auditOf(app, refund.publicId)).toMatchObject([
      { action: 'refund.request', actorType: 'ADMIN', actorId: 'u1', reason: 'too sweet' },
      { action: 'refund.sent', actorType: 'SYSTEM', before: { status: 'PENDING' } },
      { action: 'refund.succeeded', actorType: 'SYSTEM', before: { status: 'SENT' } },
    ]);
  });

  it('in two equal parts gives back both, one after the other', async () => {
    const shop = await bundle({ engine });
    const paid = await paidOrder(shop.app);
    await askBack(shop.app, paid, { amount: 5_000, requestKey: 'first' });
    await askBack(shop.app, paid, { amount: 5_000, requestKey: 'second' });
    await relayOnce(shop.app);

    expect(await refundsOfAttempt(shop.app, paid.attempt.id)).toMatchObject([
      { status: 'SUCCEEDED', balanceBefore: PAID - 5_000 },
      { status: 'SUCCEEDED', balanceBefore: PAID },
    ]);
    expect(givenBack(shop)).toEqual([5_000, 5_000]);
    expect(await orderRow(shop.app, paid.order.id)).toMatchObject({
      status: 'PARTIALLY_REFUNDED',
      refundedAmount: 10_000,
    });
  });

  it('asked for twice under one key is one', async () => {
    const shop = await bundle({ engine });
    const paid = await paidOrder(shop.app);
    const [first, second] = await Promise.all([
      askBack(shop.app, paid, { amount: 5_000, requestKey: 'same' }),
      askBack(shop.app, paid, { amount: 5_000, requestKey: 'same' }),
    ]);
    expect(second.publicId).toBe(first.publicId);
    await expect(askBack(shop.app, paid, { amount: 6_000, requestKey: 'same' })).rejects.toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
    await relayOnce(shop.app);
    expect(givenBack(shop)).toEqual([5_000]);
  });

  it('asked for twenty times at once never gives back more than was paid', async () => {
    const shop = await bundle({ engine });
    const paid = await paidOrder(shop.app);
    const asked = await Promise.allSettled(
      Array.from({ length: 20 }, () => askBack(shop.app, paid, { amount: 4_000 })),
    );
    const refused = asked.filter((one) => one.status === 'rejected').map(({ reason }) => reason);

    expect(refused).toHaveLength(14);
    expect(refused).toEqual(refused.map(() => expect.objectContaining({ code: 'REFUND_EXCEEDS_BALANCE' })));
    await relayOnce(shop.app);
    expect(givenBack(shop)).toEqual(Array.from({ length: 6 }, () => 4_000));
    expect(await orderRow(shop.app, paid.order.id)).toMatchObject({ refundedAmount: 24_000 });
    expect(await auditBooks(shop.app, shop.sandbox.ledger())).toMatchObject({ equal: true, refunds: 6 });
  });

  it('above what is left is refused', async () => {
    const { app } = await bundle({ engine });
    const paid = await paidOrder(app);
    await askBack(app, paid, { amount: 20_000 });
    await expect(askBack(app, paid, { amount: 7_001 })).rejects.toMatchObject({
      code: 'REFUND_EXCEEDS_BALANCE',
      facts: { refundable: 7_000 },
    });
  });

  it('of an order that nobody has paid is refused', async () => {
    const { app } = await bundle({ engine });
    await expect(askBack(app, await placedOrder(app))).rejects.toMatchObject({ code: 'ORDER_NOT_REFUNDABLE' });
  });

  it('that the provider refuses fails, frees its reservation, and may be sent again by a person', async () => {
    const shop = await bundle({ engine });
    const { app, sandbox } = shop;
    const paid = await paidOrder(app);
    sandbox.addFault({ match: { op: 'cancel' }, effect: { kind: 'decline', code: -781 }, times: 1 });
    const refund = await askBack(app, paid);
    await relayOnce(app);

    expect(await stateOf(app, { ...paid, refund })).toMatchObject({
      refund: { status: 'FAILED', needsOperator: true, providerCode: expect.stringContaining('-781') },
      order: { status: 'PAID', refundedAmount: 0 },
    });
    expect(await eventsOf(app, 'payment.needs_operator')).toMatchObject([{ payload: { reason: 'REFUND_FAILED' } }]);

    const part = await askBack(app, paid, { amount: 1_000 });
    await relayOnce(app);
    const again = { refundId: refund.publicId, note: 'the bank is back', by: OPERATOR };
    await expect(retryRefund(app, again)).rejects.toMatchObject({ code: 'REFUND_EXCEEDS_BALANCE' });
    expect(await stateOf(app, { ...paid, refund: part })).toMatchObject({ refund: { status: 'SUCCEEDED' } });
  });

  it('that failed twice is sent a third time, each time for a reason of its own', async () => {
    const shop = await bundle({ engine });
    const { app, sandbox } = shop;
    const paid = await paidOrder(app);
    sandbox.addFault({ match: { op: 'cancel' }, effect: { kind: 'decline', code: -781 }, times: 2 });
    const refund = await askBack(app, paid);
    await relayOnce(app);
    for (const note of ['first try by hand', 'second try by hand']) {
      await retryRefund(app, { refundId: refund.publicId, note, by: OPERATOR });
      await relayOnce(app);
    }
    expect(await stateOf(app, { ...paid, refund })).toMatchObject({
      refund: { status: 'SUCCEEDED', wireTry: 3, needsOperator: false, failure: null },
      order: { status: 'REFUNDED' },
    });
    expect(givenBack(shop)).toEqual([PAID]);
    await expect(
      retryRefund(app, { refundId: refund.publicId, note: 'once more', by: OPERATOR }),
    ).rejects.toMatchObject({
      code: 'REFUND_STATE',
      facts: { status: 'SUCCEEDED' },
    });
  });

  it('lets an older one of its order go first, whichever event comes', async () => {
    const shop = await bundle({ engine });
    const { app } = shop;
    const paid = await paidOrder(app);
    await askBack(app, paid, { amount: 2_000 });
    await askBack(app, paid, { amount: 3_000 });
    const [, later] = await eventsOf(app, 'refund.execute');
    if (!later) throw new Error('Bug: two events were expected.');
    await expect(executeRefund(app, later)).rejects.toMatchObject({ name: 'Postpone' });
    expect(givenBack(shop)).toEqual([2_000]);
    await executeRefund(app, later);
    expect(givenBack(shop)).toEqual([2_000, 3_000]);
    await relayOnce(app);
    expect(givenBack(shop)).toEqual([2_000, 3_000]);
  });

  it('is sent later when the provider is away, and no try is counted', async () => {
    const shop = await bundle({ engine });
    const { app, sandbox } = shop;
    const paid = await paidOrder(app);
    sandbox.addFault({ match: { op: 'cancel' }, effect: { kind: 'maintenance' }, times: 1 });
    const refund = await askBack(app, paid);
    await relayOnce(app);
    expect(await stateOf(app, { ...paid, refund })).toMatchObject({
      refund: { status: 'PENDING', attemptFence: null },
    });
    expect(await eventsOf(app, 'refund.execute')).toMatchObject([{ status: 'PENDING', attempts: 0 }]);

    minutesPass(shop, 24 * 60);
    await relayOnce(app);
    expect(await stateOf(app, { ...paid, refund })).toMatchObject({ refund: { status: 'SUCCEEDED' } });
    expect(givenBack(shop)).toEqual([PAID]);
  });

  it('is not sent while payments are halted', async () => {
    const shop = await bundle({ engine });
    const { app } = shop;
    const paid = await paidOrder(app);
    const refund = await askBack(app, paid);
    app.payments.halt();
    await relayOnce(app);
    expect(await stateOf(app, { ...paid, refund })).toMatchObject({ refund: { status: 'PENDING' } });
    expect(givenBack(shop)).toEqual([]);
  });

  it('with a rejected key fails and calls a person', async () => {
    const shop = await bundle({ engine });
    const { app, sandbox } = shop;
    const paid = await paidOrder(app);
    sandbox.addFault({ match: { op: 'cancel' }, effect: { kind: 'decline', code: -401 }, times: 1 });
    const refund = await askBack(app, paid);
    await relayOnce(app);
    expect(await stateOf(app, { ...paid, refund })).toMatchObject({
      refund: { status: 'FAILED', needsOperator: true },
    });
  });

  it('that the order’s books do not admit is booked for itself alone, and calls a person', async () => {
    const { app } = await bundle({ engine });
    const paid = await paidOrder(app);
    const { orders } = app.database.tables;
    const refund = await askBack(app, paid);
    await app.database.update(orders).set({ refundedAmount: 1 }).where(eq(orders.id, paid.order.id));
    await relayOnce(app);
    expect(await stateOf(app, { ...paid, refund })).toMatchObject({
      refund: { status: 'SUCCEEDED', needsOperator: true },
      order: { status: 'PAID', refundedAmount: 1 },
    });
  });

  it('of a renewal uses the recurring merchant code and marks the renewal’s own order', async () => {
    const shop = await bundle({ engine });
    const { app, sandbox } = shop;
    await given(app).subscription();
    await runBilling(app, { date: '2026-11-20' });
    const { orders } = app.database.tables;
    const [order] = await app.database.select().from(orders).where(eq(orders.kind, 'RENEWAL'));
    if (!order) throw new Error('Bug: no renewal was billed.');
    const refund = await askBack(app, { order });
    await relayOnce(app);

    expect(await stateOf(app, { order, refund })).toMatchObject({
      refund: { status: 'SUCCEEDED' },
      order: { status: 'REFUNDED' },
    });
    const [call] = sandbox.requests().filter(({ op }) => op === 'cancel');
    expect(call?.fields).toMatchObject({ cid: app.config.payments.kakaopay.recurringCid });
    expect(givenBack(shop)).toEqual([PAID]);
  });

  it('without the provider’s payment id is refused until one is attached', async () => {
    const shop = await bundle({ engine });
    const { app } = shop;
    const paid = await paidOrder(app);
    const { paymentAttempts: t } = app.database.tables;
    const attach = (providerPaymentId: string | null) =>
      app.database.update(t).set({ providerPaymentId }).where(eq(t.id, paid.attempt.id));
    await attach(null);
    await expect(askBack(app, paid)).rejects.toMatchObject({ code: 'PAYMENT_REFERENCE_MISSING' });

    await attach(paid.attempt.providerPaymentId);
    await askBack(app, paid);
    await relayOnce(app);
    expect(givenBack(shop)).toEqual([PAID]);
  });

  it('of a payment that came twice gives all of it back and leaves the order alone', async () => {
    const shop = await bundle({ engine });
    const { app } = shop;
    const paid = await paidOrder(app);
    const twice = await approvedAgain(shop, paid);
    const wanted = { attemptId: twice.publicId, reasonCode: 'DUPLICATE_PAYMENT' } as const;
    await expect(askBack(app, paid, { ...wanted, amount: 5_000 })).rejects.toMatchObject({ code: 'REFUND_NOT_FULL' });
    const refund = await askBack(app, paid, wanted);
    await relayOnce(app);

    expect(await stateOf(app, { ...paid, refund })).toMatchObject({
      refund: { status: 'SUCCEEDED', attemptId: twice.id },
      order: { status: 'PAID', refundedAmount: 0, paidAttemptId: paid.attempt.id },
    });
    expect(await eventsOf(app, 'order.refunded')).toEqual([]);
    await expect(askBack(app, paid, wanted)).rejects.toMatchObject({ code: 'REFUND_EXCEEDS_BALANCE' });
    await askBack(app, paid);
    await relayOnce(app);
    expect(givenBack(shop)).toEqual([PAID, PAID]);
  });
});

type Shop = Awaited<ReturnType<typeof bundle>>;

/** The order's second payment: as when an expired order is paid again and the first answer comes late after all. */
async function approvedAgain({ app }: Shop, { user, order, attempt }: Awaited<ReturnType<typeof paidOrder>>) {
  const { orders } = app.database.tables;
  const unpaid = { status: 'PENDING_PAYMENT' as const, paidAttemptId: null, expiresAt: null };
  await app.database.update(orders).set(unpaid).where(eq(orders.id, order.id));
  const second = await pay(app, { user, order });
  await app.database.update(orders).set({ paidAttemptId: attempt.id }).where(eq(orders.id, order.id));
  expect(second.state).toBe('APPROVED');
  return second;
}
