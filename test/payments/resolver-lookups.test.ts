import { eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import { resolveDue } from '../../src/payments/index.ts';
import { startCheckout } from '../../src/payments/checkout/start-checkout.ts';
import { openCheckout, pressOn } from '../support/checkout.ts';
import { ENGINES } from '../support/databases.ts';
import { MINUTE, shopInDoubt, type ShopInDoubt } from '../support/doubt.ts';

const LOST = { kind: 'commit_drop' } as const;

describe.each(ENGINES)('a payment whose answer was lost on %s', (engine) => {
  it('is pending, cannot be started again, and is booked once by a lookup', async () => {
    const {
      app,
      sandbox,
      loseApproval,
      moveTo,
      attempt: read,
      order: readOrder,
      events,
    } = await shopInDoubt({ engine });
    const { user, orderId, attempt } = await loseApproval(LOST);
    const again = startCheckout(app, { user, orderId, anew: true });
    await expect(again).rejects.toMatchObject({ code: 'PAYMENT_IN_PROGRESS' });

    moveTo(attempt, MINUTE);
    expect(await resolveDue(app)).toMatchObject({ looked: 1, approved: 1, operator: 0 });
    moveTo(attempt, 10 * MINUTE);
    expect(await resolveDue(app)).toMatchObject({ looked: 0 });

    expect(await readOrder(orderId)).toMatchObject({ status: 'PAID', paidAttemptId: attempt.id });
    expect(await read(attempt)).toMatchObject({
      state: 'APPROVED',
      providerPaymentId: attempt.providerSessionId,
      methodLabel: '카카오페이머니',
      liveKey: null,
      nextCheckAt: null,
      needsOperator: false,
    });
    expect((await events(attempt)).at(-1)).toMatchObject({
      fromState: 'UNKNOWN',
      toState: 'APPROVED',
      data: { lookup: { kind: 'found', state: 'paid', record: { providerStatus: 'SUCCESS_PAYMENT' } } },
    });
    expect(sandbox.ledger()).toHaveLength(1);
    expect(sandbox.stats().ops.approve).toBe(1);
  });

  it('starts subscriptions that ask for a method, for its mandate was lost with it', async () => {
    const { app, loseApproval, moveTo, order: readOrder, told } = await shopInDoubt({ engine });
    const { orderId, attempt } = await loseApproval(LOST, 'SUBSCRIPTION');

    moveTo(attempt, MINUTE);
    await resolveDue(app);

    expect(await readOrder(orderId)).toMatchObject({ status: 'PAID' });
    const { subscriptions: s } = app.database.tables;
    const [subscription] = await app.database.select().from(s).where(eq(s.originOrderId, orderId));
    expect(subscription).toMatchObject({ status: 'ACTIVE', mandateId: null });
    expect(await told({ id: subscription?.id ?? '' })).toContainEqual(
      expect.objectContaining({ type: 'subscription.payment_method_required' }),
    );
  });

  it('stays in doubt when the provider took another amount, and a person is told once', async () => {
    const { app, fault, loseApproval, moveTo, attempt: read, order: readOrder, told } = await shopInDoubt({ engine });
    const { orderId, attempt } = await loseApproval(LOST);
    fault('order', { kind: 'garbage', form: 'other_amount' });

    moveTo(attempt, MINUTE);
    expect(await resolveDue(app)).toMatchObject({ looked: 1, approved: 0, operator: 1 });
    moveTo(attempt, 5 * MINUTE);
    expect(await resolveDue(app)).toMatchObject({ looked: 1, approved: 0, operator: 0 });

    expect(await read(attempt)).toMatchObject({
      state: 'UNKNOWN',
      needsOperator: true,
      operatorReason: 'AMOUNT_MISMATCH',
    });
    expect(await readOrder(orderId)).toMatchObject({ status: 'PENDING_PAYMENT' });
    expect(await told(attempt)).toMatchObject([{ type: 'payment.needs_operator', reason: 'AMOUNT_MISMATCH' }]);
  });

  it('stays in doubt when the provider knows it as another order', async () => {
    const { app, fault, loseApproval, moveTo, attempt: read } = await shopInDoubt({ engine });
    const { attempt } = await loseApproval(LOST);
    fault('order', { kind: 'garbage', form: 'other_order_id' });

    moveTo(attempt, MINUTE);
    await resolveDue(app);

    expect(await read(attempt)).toMatchObject({ state: 'UNKNOWN', operatorReason: 'AMOUNT_MISMATCH' });
  });

  it('pays nothing that was closed meanwhile, and is a person’s', async () => {
    const { app, loseApproval, moveTo, attempt: read, order: readOrder } = await shopInDoubt({ engine });
    const { orderId, attempt } = await loseApproval(LOST);
    const { orders } = app.database.tables;
    await app.database.update(orders).set({ status: 'EXPIRED' }).where(eq(orders.id, orderId));

    moveTo(attempt, MINUTE);
    await resolveDue(app);

    expect(await read(attempt)).toMatchObject({ state: 'APPROVED', operatorReason: 'DUPLICATE_APPROVAL' });
    expect(await readOrder(orderId)).toMatchObject({ status: 'EXPIRED' });
  });

  it('is booked and shown to a person when it was given back outside our books', async () => {
    const { app, loseApproval, moveTo, attempt: read, order: readOrder } = await shopInDoubt({ engine });
    const { orderId, attempt } = await loseApproval(LOST);
    await app.payments.provider('KAKAOPAY').refund({
      refundId: 'rf_by_hand',
      attemptId: attempt.publicId,
      providerPaymentId: attempt.providerSessionId ?? '',
      merchantCode: attempt.merchantCode,
      amounts: { total: 7_000, taxFree: 0 },
      balanceBefore: attempt.amount,
      reason: 'by hand',
    });

    moveTo(attempt, MINUTE);
    await resolveDue(app);

    expect(await readOrder(orderId)).toMatchObject({ status: 'PAID' });
    expect(await read(attempt)).toMatchObject({ state: 'APPROVED', operatorReason: 'AMOUNT_MISMATCH' });
  });

  it('settles late and once when lookups lag behind the truth', async () => {
    const { app, fault, loseApproval, moveTo, order: readOrder, sandbox } = await shopInDoubt({ engine });
    const { orderId, attempt } = await loseApproval(LOST);
    fault('order', { kind: 'lookup', mode: 'lag', seconds: 600 });

    for (const minutes of [1, 5]) {
      moveTo(attempt, minutes * MINUTE);
      expect(await resolveDue(app)).toMatchObject({ looked: 1, approved: 0 });
    }
    moveTo(attempt, 20 * MINUTE);
    expect(await resolveDue(app)).toMatchObject({ looked: 1, approved: 1 });
    moveTo(attempt, 31 * MINUTE);
    expect(await resolveDue(app)).toMatchObject({ looked: 0 });

    expect(await readOrder(orderId)).toMatchObject({ status: 'PAID' });
    expect(sandbox.ledger()).toHaveLength(1);
  });
});

describe.each(ENGINES)('a payment that was not made on %s', (engine) => {
  it('is released by its status, so that its order can be paid again', async () => {
    const { app, moveTo, attempt: read, set } = await shopInDoubt({ engine });
    const { user, orderId, attempt: begun } = await openCheckout(app);
    await pressOn(begun, 'cancel');
    const sentAt = app.clock.now();
    await set(begun, { state: 'UNKNOWN', sentAt, nextCheckAt: sentAt });
    const attempt = { ...begun, sentAt };

    moveTo(attempt, MINUTE);
    expect(await resolveDue(app)).toMatchObject({ looked: 1, notCharged: 1 });

    expect(await read(attempt)).toMatchObject({ state: 'NOT_CHARGED', closeReason: 'RESOLVED_NOT_CHARGED' });
    expect(await startCheckout(app, { user, orderId })).toMatchObject({ created: true });
  });

  it('is waited for while it is in progress, until 31 min after it was sent', async () => {
    const { app, loseApproval, moveTo, attempt: read } = await shopInDoubt({ engine });
    const { attempt } = await loseApproval({ kind: 'drop' });

    moveTo(attempt, 20 * MINUTE);
    expect(await resolveDue(app)).toMatchObject({ looked: 1, notCharged: 0 });
    moveTo(attempt, 31 * MINUTE);
    expect(await resolveDue(app)).toMatchObject({ looked: 1, notCharged: 1 });

    expect(await read(attempt)).toMatchObject({ state: 'NOT_CHARGED', closeReason: 'RESOLVED_NOT_CHARGED' });
  });

  it('gave a mandate whose token is lost, so that the customer starts again', async () => {
    const shop = await shopInDoubt({ engine });
    const attempt = await loseNewMethod(shop);

    shop.moveTo(attempt, MINUTE);
    expect(await resolveDue(shop.app)).toMatchObject({ looked: 1, notCharged: 1 });

    expect(await shop.attempt(attempt)).toMatchObject({ state: 'NOT_CHARGED', closeReason: 'RESOLVED_NOT_CHARGED' });
  });
});

/** A new payment method that the customer approved, and whose answer was lost. */
async function loseNewMethod({ app, given, set, attempt: read }: ShopInDoubt) {
  const { attempt } = await given.startInDoubt({ purpose: 'MANDATE_UPDATE', amount: 0 });
  const provider = app.payments.provider('KAKAOPAY');
  const about = {
    attemptId: attempt.publicId,
    purpose: 'MANDATE_UPDATE',
    merchantCode: attempt.merchantCode,
    customerRef: attempt.customerRef,
    amounts: { total: 0, taxFree: 0 },
  } as const;
  const address = 'http://127.0.0.1/return';
  const returnUrls = { approve: address, cancel: address, fail: address };
  const begun = await provider.beginCheckout({ ...about, title: attempt.title, quantity: 1, returnUrls });
  if (begun.kind !== 'redirect') throw new Error('Bug: no checkout was begun.');
  await set(attempt, { providerSessionId: begun.sessionId });
  const query = await pressOn({ ...attempt, checkout: begun.action }, 'approve');
  const { kind } = await provider.completeCheckout({ ...about, sessionId: begun.sessionId, query });
  expect(kind).toBe('approved');
  return read(attempt);
}

describe.each(ENGINES)('an approval of another amount on %s', (engine) => {
  it('does not pay its order, and is in the operator queue', async () => {
    const { loseApproval, order: readOrder } = await shopInDoubt({ engine });

    const { orderId, attempt } = await loseApproval({ kind: 'garbage', form: 'other_amount' });

    expect(attempt).toMatchObject({ state: 'UNKNOWN', needsOperator: true, operatorReason: 'AMOUNT_MISMATCH' });
    expect(await readOrder(orderId)).toMatchObject({ status: 'PENDING_PAYMENT' });
  });
});

describe.each(ENGINES)('a payment that cannot be booked on %s', (engine) => {
  it('keeps nobody else’s from being booked', async () => {
    const { app, charge, given, moveTo, attempt: read, order: readOrder, loseApproval } = await shopInDoubt({ engine });
    const { cycle, attempt: orphan } = await given.renewalInDoubt();
    await charge(orphan);
    const { billingCycles: c, mandates: m } = app.database.tables;
    await app.database
      .update(m)
      .set({ lastApprovedAt: null, createdAt: new Date(0) })
      .where(eq(m.id, orphan.mandateId ?? ''));
    await app.database.delete(c).where(eq(c.id, cycle.id));
    const { orderId, attempt } = await loseApproval(LOST);

    moveTo(attempt, MINUTE);
    expect(await resolveDue(app)).toMatchObject({ looked: 2, approved: 1 });

    expect(await readOrder(orderId)).toMatchObject({ status: 'PAID' });
    expect(await read(orphan)).toMatchObject({ state: 'UNKNOWN' });
  });
});
