import { setTimeout as sleep } from 'node:timers/promises';
import { eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import { runBilling } from '../../src/billing/index.ts';
import { relayOnce } from '../../src/outbox/index.ts';
import { deactivateMandate } from '../../src/payments/mandates/deactivate.ts';
import { settle } from '../../src/payments/ledger/settle.ts';
import type { PaymentAttempt } from '../../src/schema.ts';
import { endSubscription } from '../../src/subscriptions/index.ts';
import { bundle } from '../support/bundle.ts';
import { ENGINES } from '../support/databases.ts';
import { deactivations, end, mandateRow, renewalAttempt, subscribed } from '../support/mandates.ts';
import { eventsOf, minutesPass } from '../support/refunding.ts';

/** A transaction that waits for no lock is through in this time. */
const AS_FAR_AS_IT_GETS_MS = 500;

describe.each(ENGINES)('a mandate on %s', (engine) => {
  it('stays while one of its two subscriptions goes on, and is deactivated once when both have ended', async () => {
    const shop = await bundle({ engine });
    const { app } = shop;
    const { subscriptions, mandateId } = await subscribed(app, 2);
    const [first, second] = subscriptions;
    if (!first || !second) throw new Error('Bug: two subscriptions were expected.');

    await end(app, first);
    await relayOnce(app);
    expect(await mandateRow(app, mandateId)).toMatchObject({ status: 'ACTIVE' });
    expect(deactivations(shop)).toBe(0);

    await end(app, second);
    expect(await mandateRow(app, mandateId)).toMatchObject({ status: 'DEACTIVATING' });
    await relayOnce(app);
    await relayOnce(app);
    expect(await mandateRow(app, mandateId)).toMatchObject({ status: 'INACTIVE', deactivatedAt: expect.any(Date) });
    expect(deactivations(shop)).toBe(1);
  });

  it('whose subscriptions all end at the same moment is let go of once', async () => {
    const shop = await bundle({ engine });
    const { app } = shop;
    const { subscriptions, mandateId } = await subscribed(app, 6);
    await Promise.all(subscriptions.map((subscription) => end(app, subscription)));
    expect(await mandateRow(app, mandateId)).toMatchObject({ status: 'DEACTIVATING' });
    expect(await eventsOf(app, 'mandate.deactivate')).toHaveLength(1);
    await relayOnce(app);
    expect(deactivations(shop)).toBe(1);
  });

  it('is let go of by whichever of two siblings ends last, although neither sees the other end', async () => {
    const shop = await bundle({ engine });
    const { app } = shop;
    const { subscriptions, mandateId } = await subscribed(app, 2);
    const [subscription, sibling] = subscriptions;
    if (!subscription || !sibling) throw new Error('Bug: two subscriptions were expected.');
    const [ended, mayCommit] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const first = app.database.transaction(async (tx) => {
      await endSubscription(tx, app, { subscription, reason: 'CUSTOMER' });
      ended.resolve();
      await mayCommit.promise;
    });
    await ended.promise;
    const second = end(app, sibling);
    await Promise.race([second, sleep(AS_FAR_AS_IT_GETS_MS)]);
    mayCommit.resolve();
    await Promise.all([first, second]);
    expect(await mandateRow(app, mandateId)).toMatchObject({ status: 'DEACTIVATING' });
  });

  it('is not deactivated before a charge on it in doubt is decided', async () => {
    const shop = await bundle({ engine });
    const { app, sandbox } = shop;
    const { first, mandateId } = await subscribed(app);
    minutesPass(shop, 30 * 24 * 60);
    sandbox.addFault({ match: { op: 'subscription' }, effect: { kind: 'commit_drop' } });
    await runBilling(app, { date: '2026-12-20' });
    await end(app, first);
    await relayOnce(app);
    expect(await mandateRow(app, mandateId)).toMatchObject({ status: 'DEACTIVATING' });
    expect(deactivations(shop)).toBe(0);

    const attempt = await renewalAttempt(app, first.id);
    expect(attempt.state).toBe('UNKNOWN');
    const amounts = { total: attempt.amount, taxFree: 0 };
    await settle(app, attempt, { kind: 'approved', paymentId: 'T-late', approvedAt: app.clock.now(), amounts });
    minutesPass(shop, 2);
    await relayOnce(app);
    expect(await mandateRow(app, mandateId)).toMatchObject({ status: 'INACTIVE' });
    expect(deactivations(shop)).toBe(1);
  });

  it('is deactivated again after a crash, and "already inactive" counts as done', async () => {
    const shop = await bundle({ engine });
    const { app, sandbox } = shop;
    const { first, mandateId } = await subscribed(app);
    await end(app, first);
    const [event] = await eventsOf(app, 'mandate.deactivate');
    if (!event) throw new Error('Bug: a deactivation was expected.');
    await deactivateMandate(app, event);
    const { mandates: m, outboxEvents: e } = app.database.tables;
    const died = { status: 'IN_FLIGHT' as const, claimedBy: 'dead', claimUntil: app.clock.now() };
    await app.database.update(e).set(died).where(eq(e.id, event.id));
    await app.database.update(m).set({ status: 'DEACTIVATING', deactivatedAt: null }).where(eq(m.id, mandateId));

    minutesPass(shop, 1);
    await relayOnce(app);
    expect(await mandateRow(app, mandateId)).toMatchObject({ status: 'INACTIVE' });
    expect(sandbox.requests().filter(({ op }) => op === 'inactive')).toHaveLength(2);
    expect(deactivations(shop)).toBe(1);
  });

  it('whose deactivation was answered by silence is asked for its status', async () => {
    const shop = await bundle({ engine });
    const { app, sandbox } = shop;
    const { first, mandateId } = await subscribed(app);
    sandbox.addFault({ match: { op: 'inactive' }, effect: { kind: 'commit_drop' } });
    await end(app, first);
    await relayOnce(app);
    expect(await mandateRow(app, mandateId)).toMatchObject({ status: 'INACTIVE' });
    expect(sandbox.requests().filter(({ op }) => op === 'status')).toHaveLength(1);
  });

  it('that may still be active after silence is tried again by the relay', async () => {
    const shop = await bundle({ engine });
    const { app, sandbox } = shop;
    const { first, mandateId } = await subscribed(app);
    sandbox.addFault({ match: { op: 'inactive' }, effect: { kind: 'drop' }, times: 1 });
    await end(app, first);
    await relayOnce(app);
    expect(await mandateRow(app, mandateId)).toMatchObject({ status: 'DEACTIVATING' });
    expect(await eventsOf(app, 'mandate.deactivate')).toMatchObject([{ status: 'PENDING', attempts: 1 }]);
    minutesPass(shop, 1);
    await relayOnce(app);
    expect(await mandateRow(app, mandateId)).toMatchObject({ status: 'INACTIVE' });
    expect(deactivations(shop)).toBe(1);
  });

  it('waits for a provider that is away, and no try is counted', async () => {
    const shop = await bundle({ engine });
    const { app, sandbox } = shop;
    const { first, mandateId } = await subscribed(app);
    sandbox.addFault({ match: { op: 'inactive' }, effect: { kind: 'maintenance' }, times: 1 });
    await end(app, first);
    await relayOnce(app);
    expect(await eventsOf(app, 'mandate.deactivate')).toMatchObject([{ status: 'PENDING', attempts: 0 }]);
    minutesPass(shop, 24 * 60);
    await relayOnce(app);
    expect(await mandateRow(app, mandateId)).toMatchObject({ status: 'INACTIVE' });
  });

  it('that the configuration cannot deactivate becomes a dead letter', async () => {
    const shop = await bundle({ engine, settings: { PILLIVERY_OUTBOX__MAX_ATTEMPTS: '1' } });
    const { app, sandbox } = shop;
    const { first, mandateId } = await subscribed(app);
    sandbox.addFault({ match: { op: 'inactive' }, effect: { kind: 'decline', code: -401 } });
    await end(app, first);
    await relayOnce(app);
    expect(await mandateRow(app, mandateId)).toMatchObject({ status: 'DEACTIVATING' });
    expect(await app.database.select().from(app.database.tables.deadLetters)).toMatchObject([
      { type: 'mandate.deactivate', lastError: expect.stringContaining('-401') },
    ]);
  });

  it('is left alone while payments are halted', async () => {
    const shop = await bundle({ engine });
    const { app } = shop;
    const { first, mandateId } = await subscribed(app);
    await end(app, first);
    app.payments.halt();
    await relayOnce(app);
    expect(await mandateRow(app, mandateId)).toMatchObject({ status: 'DEACTIVATING' });
    expect(deactivations(shop)).toBe(0);
  });

  it('that came with a payment for an order paid by something else is let go of', async () => {
    const shop = await bundle({ engine });
    const { app } = shop;
    const { attempt, mandateId } = await subscribed(app);
    const second = await approvedTwice(shop, attempt);
    const { mandates: m } = app.database.tables;
    const [unused] = await app.database.select().from(m).where(eq(m.originAttemptId, second.id));
    expect(unused).toMatchObject({ status: 'DEACTIVATING' });
    await relayOnce(app);
    expect(await mandateRow(app, unused?.id ?? '')).toMatchObject({ status: 'INACTIVE' });
    expect(await mandateRow(app, mandateId)).toMatchObject({ status: 'ACTIVE' });
  });
});

type Shop = Awaited<ReturnType<typeof bundle>>;

/** A second approval of a paid subscription order, with a mandate of its own: late, after the first one had been lost. */
async function approvedTwice({ app }: Shop, { id, ...first }: PaymentAttempt): Promise<PaymentAttempt> {
  const { paymentAttempts: t } = app.database.tables;
  const late: PaymentAttempt = {
    ...first,
    id: app.newId(),
    publicId: `pa_${'z'.repeat(26)}`,
    orderRef: null,
    idempotencyKey: `after:${id}`,
    attemptNumber: 2,
    state: 'UNKNOWN',
    providerSessionId: 'T-second',
    providerPaymentId: null,
    providerApprovalId: null,
  };
  await app.database.insert(t).values(late);
  await settle(app, late, {
    kind: 'approved',
    paymentId: 'T-second',
    approvedAt: app.clock.now(),
    amounts: { total: late.amount, taxFree: 0 },
    mandate: { token: 'SEEDsecondmandate', merchantCode: late.merchantCode, customerRef: late.customerRef },
  });
  return late;
}
