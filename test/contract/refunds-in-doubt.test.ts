import { eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import { relayOnce } from '../../src/outbox/index.ts';
import { auditBooks, resolveRefund, resolveRefunds } from '../../src/payments/index.ts';
import { bundle } from '../support/bundle.ts';
import { ENGINES } from '../support/databases.ts';
import { orderRow, paidOrder } from '../support/buying.ts';
import { askBack, auditOf, eventsOf, givenBack, minutesPass, stateOf } from '../support/refunding.ts';

const OPERATOR = { type: 'ADMIN', id: 'operator@desk' } as const;
/** The price of the item that every order here is of. */
const PAID = 27_000;

describe.each(ENGINES)('a refund in doubt on %s', (engine) => {
  it('whose answer is lost after it ran is found by lookup and not sent again', async () => {
    const shop = await bundle({ engine });
    const { app, sandbox } = shop;
    const paid = await paidOrder(app);
    sandbox.addFault({ match: { op: 'cancel' }, effect: { kind: 'commit_drop' }, times: 1 });
    const refund = await askBack(app, paid);
    await relayOnce(app);
    expect(await stateOf(app, { ...paid, refund })).toMatchObject({
      refund: { status: 'UNKNOWN', attemptFence: paid.attempt.id },
      order: { status: 'PAID' },
    });

    minutesPass(shop, 0.3);
    expect(await resolveRefunds(app)).toEqual({ silent: 0, looked: 1 });
    await relayOnce(app);
    expect(await stateOf(app, { ...paid, refund })).toMatchObject({
      refund: { status: 'SUCCEEDED', providerRefundId: expect.any(String), wireTry: 1 },
      order: { status: 'REFUNDED', refundedAmount: PAID },
    });
    expect(givenBack(shop)).toEqual([PAID]);
    expect(await auditBooks(app, sandbox.ledger())).toMatchObject({ equal: true, refunds: 1 });
  });

  it('that never reached the provider is sent again after 31 minutes, expecting the same balance', async () => {
    const shop = await bundle({ engine });
    const { app, sandbox } = shop;
    const paid = await paidOrder(app);
    sandbox.addFault({ match: { op: 'cancel' }, effect: { kind: 'drop' }, times: 1 });
    const refund = await askBack(app, paid, { amount: 3_000 });
    await relayOnce(app);
    for (const minutes of [0.3, 1, 4, 15]) {
      minutesPass(shop, minutes);
      await resolveRefunds(app);
      expect(await stateOf(app, { ...paid, refund })).toMatchObject({ refund: { status: 'UNKNOWN' } });
    }
    minutesPass(shop, 12);
    await resolveRefunds(app);
    expect(await stateOf(app, { ...paid, refund })).toMatchObject({
      refund: { status: 'PENDING', balanceBefore: PAID },
    });
    await relayOnce(app);

    expect(await stateOf(app, { ...paid, refund })).toMatchObject({ refund: { status: 'SUCCEEDED', wireTry: 2 } });
    const told = sandbox.requests().filter(({ op }) => op === 'cancel');
    expect(told.map(({ fields }) => fields['cancel_available_amount'])).toEqual([PAID, PAID]);
    expect(givenBack(shop)).toEqual([3_000]);
  });

  it('whose process died on the way is in doubt after a minute, and its event changes nothing', async () => {
    const shop = await bundle({ engine });
    const { app } = shop;
    const paid = await paidOrder(app);
    const refund = await askBack(app, paid);
    const { refunds: r } = app.database.tables;
    const sentAt = app.clock.now();
    const died = {
      status: 'SENT' as const,
      sentAt,
      balanceBefore: PAID,
      attemptFence: paid.attempt.id,
      wireTry: 1,
      nextCheckAt: new Date(sentAt.getTime() + 60_000),
    };
    await app.database.update(r).set(died).where(eq(r.id, refund.id));
    await relayOnce(app);
    expect(givenBack(shop)).toEqual([]);

    minutesPass(shop, 1.1);
    expect(await resolveRefunds(app)).toEqual({ silent: 1, looked: 1 });
    expect(await stateOf(app, { ...paid, refund })).toMatchObject({ refund: { status: 'UNKNOWN' } });
  });

  it('waits while another of its order is in doubt', async () => {
    const shop = await bundle({ engine });
    const { app, sandbox } = shop;
    const paid = await paidOrder(app);
    sandbox.addFault({ match: { op: 'cancel' }, effect: { kind: 'commit_drop' }, times: 1 });
    const first = await askBack(app, paid, { amount: 2_000 });
    const second = await askBack(app, paid, { amount: 3_000 });
    await relayOnce(app);
    expect(await stateOf(app, { ...paid, refund: second })).toMatchObject({ refund: { status: 'PENDING' } });
    expect(givenBack(shop)).toEqual([2_000]);

    minutesPass(shop, 1.1);
    await resolveRefunds(app);
    await relayOnce(app);
    expect(await stateOf(app, { ...paid, refund: first })).toMatchObject({ refund: { status: 'SUCCEEDED' } });
    expect(await stateOf(app, { ...paid, refund: second })).toMatchObject({
      refund: { status: 'SUCCEEDED', balanceBefore: PAID - 2_000 },
    });
    expect(givenBack(shop)).toEqual([2_000, 3_000]);
  });

  it('whose balance is another one than the provider says goes to a person', async () => {
    const shop = await bundle({ engine });
    const { app } = shop;
    const paid = await paidOrder(app);
    await refundOutside(shop, paid.attempt.providerPaymentId ?? '', 1_000);
    const refund = await askBack(app, paid, { amount: 5_000 });
    await relayOnce(app);
    minutesPass(shop, 1);
    await resolveRefunds(app);

    expect(await stateOf(app, { ...paid, refund })).toMatchObject({
      refund: { status: 'UNKNOWN', needsOperator: true },
      order: { status: 'PAID' },
    });
    expect(givenBack(shop)).toEqual([1_000]);
    expect(await eventsOf(app, 'payment.needs_operator')).toMatchObject([{ payload: { reason: 'REFUND_UNKNOWN' } }]);
  });

  it('is looked up once, however many look after it', async () => {
    const shop = await bundle({ engine });
    const { app, sandbox } = shop;
    const paid = await paidOrder(app);
    sandbox.addFault({ match: { op: 'cancel' }, effect: { kind: 'drop' }, times: 1 });
    await askBack(app, paid);
    await relayOnce(app);
    minutesPass(shop, 0.3);
    const looks = await Promise.all([resolveRefunds(app), resolveRefunds(app), resolveRefunds(app)]);
    expect(looks.reduce((sum, { looked }) => sum + looked, 0)).toBe(1);
    expect(sandbox.requests().filter(({ op }) => op === 'order')).toHaveLength(1);
  });

  it('goes to a person after an hour in which no lookup could decide it, and is still looked after', async () => {
    const shop = await bundle({ engine });
    const { app, sandbox } = shop;
    const paid = await paidOrder(app);
    sandbox.addFault({ match: { op: 'cancel' }, effect: { kind: 'commit_drop' }, times: 1 });
    const blind = sandbox.addFault({ match: { op: 'order' }, effect: { kind: 'lookup', mode: 'not_found' } });
    const refund = await askBack(app, paid);
    await relayOnce(app);
    for (const minutes of [0.3, 1, 4, 15, 11]) {
      minutesPass(shop, minutes);
      await resolveRefunds(app);
    }
    expect(await stateOf(app, { ...paid, refund })).toMatchObject({
      refund: { status: 'UNKNOWN', needsOperator: false },
    });
    minutesPass(shop, 30);
    await resolveRefunds(app);
    expect(await stateOf(app, { ...paid, refund })).toMatchObject({
      refund: { status: 'UNKNOWN', needsOperator: true },
    });

    sandbox.removeFault(blind.id);
    minutesPass(shop, 6 * 60);
    await resolveRefunds(app);
    expect(await stateOf(app, { ...paid, refund })).toMatchObject({
      refund: { status: 'SUCCEEDED', needsOperator: false },
    });
    expect(givenBack(shop)).toEqual([PAID]);
  });

  it('is decided by a person, once', async () => {
    const shop = await bundle({ engine });
    const { app, sandbox } = shop;
    const paid = await paidOrder(app);
    sandbox.addFault({ match: { op: 'cancel' }, effect: { kind: 'commit_drop' }, times: 1 });
    const refund = await askBack(app, paid);
    const decision = { refundId: refund.publicId, note: 'seen in the provider’s console', by: OPERATOR };
    const succeeded = { ...decision, result: 'SUCCEEDED', providerRefundId: 'A123' } as const;
    await expect(resolveRefund(app, succeeded)).rejects.toMatchObject({ code: 'REFUND_STATE' });
    await relayOnce(app);

    expect(await resolveRefund(app, succeeded)).toMatchObject({ status: 'SUCCEEDED', providerRefundId: 'A123' });
    expect(await orderRow(app, paid.order.id)).toMatchObject({ status: 'REFUNDED', refundedAmount: PAID });
    await expect(resolveRefund(app, { ...decision, result: 'FAILED' })).rejects.toMatchObject({
      code: 'REFUND_STATE',
      facts: { status: 'SUCCEEDED' },
    });
    expect((await auditOf(app, refund.publicId)).at(-1)).toMatchObject({
      action: 'refund.succeeded',
      actorType: 'ADMIN',
      actorId: 'operator@desk',
      reason: 'seen in the provider’s console',
    });
  });

  it('that a person declares failed frees its reservation', async () => {
    const shop = await bundle({ engine });
    const { app, sandbox } = shop;
    const paid = await paidOrder(app);
    sandbox.addFault({ match: { op: 'cancel' }, effect: { kind: 'drop' }, times: 1 });
    const refund = await askBack(app, paid);
    await relayOnce(app);
    const word = { refundId: refund.publicId, note: 'the provider has none', by: OPERATOR };
    expect(await resolveRefund(app, { ...word, result: 'FAILED' })).toMatchObject({
      status: 'FAILED',
      attemptFence: null,
    });
    await askBack(app, paid);
    await relayOnce(app);
    expect(givenBack(shop)).toEqual([PAID]);
  });
});

type Shop = Awaited<ReturnType<typeof bundle>>;

/** Somebody gives money back in the provider's own console. */
async function refundOutside({ sandbox }: Shop, tid: string, amount: number): Promise<void> {
  const response = await fetch(`${sandbox.url}/online/v1/payment/cancel`, {
    method: 'POST',
    headers: { authorization: 'SECRET_KEY SANDBOX-test-only', 'content-type': 'application/json' },
    body: JSON.stringify({ cid: 'TC0ONETIME', tid, cancel_amount: amount, cancel_tax_free_amount: 0 }),
  });
  expect(response.status).toBe(200);
}
