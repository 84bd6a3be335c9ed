import { eq } from '../../src/platform/database/sql.ts';
import type { App } from '../../src/app.ts';
import { placeOrder } from '../../src/orders/place.ts';
import { createAttempts, type NewAttempt } from '../../src/payments/ledger/attempts.ts';
import { addDays } from '../../src/platform/calendar.ts';
import type { BillingCycle, Order, PaymentAttempt, Subscription } from '../../src/schema.ts';
import { RECEIVER } from './checkout.ts';
import { given } from './given.ts';

/** Attempts as they stand after a call whose answer was lost; their rows are prepared by hand, nobody was called. */
export const givenAttempts = (app: App) => ({
  /** The payment of a one-off order of 27,000 won, sent just now and in doubt unless said otherwise. */
  orderInDoubt: (columns: Partial<PaymentAttempt> = {}) => orderInDoubt(app, 'ONE_OFF', columns),
  /** The first payment of one subscription. */
  startInDoubt: (columns: Partial<PaymentAttempt> = {}) => orderInDoubt(app, 'SUBSCRIPTION', columns),
  /** The charge of cycle 2 of a subscription. */
  renewalInDoubt: (columns: Partial<PaymentAttempt> = {}) => renewalInDoubt(app, columns),
});

const inDoubt = (app: App): Partial<PaymentAttempt> => ({
  state: 'UNKNOWN',
  outcome: 'UNKNOWN',
  sentAt: app.clock.now(),
  nextCheckAt: new Date(app.clock.now().getTime() + 15_000),
});

async function orderInDoubt(
  app: App,
  kind: 'ONE_OFF' | 'SUBSCRIPTION',
  columns: Partial<PaymentAttempt>,
): Promise<{ order: Order; attempt: PaymentAttempt }> {
  const user = await given(app).user();
  const item = await given(app).item();
  const line = { itemId: item.id, quantity: 1, ...(kind === 'SUBSCRIPTION' && { periodDays: 30 }) };
  const { order } = await placeOrder(app, { user, kind, lines: [line], receiver: RECEIVER });
  const purpose = kind === 'ONE_OFF' ? 'ORDER' : 'SUBSCRIPTION_START';
  const provider = app.payments.provider('KAKAOPAY');
  const attempt = await store(
    app,
    {
      purpose,
      userId: user.id,
      orderId: order.id,
      subscriptionId: null,
      cycle: null,
      attemptNumber: 1,
      idempotencyKey: `order:${order.id}:${purpose}:1`,
      liveKey: `order:${order.id}`,
      provider: 'KAKAOPAY',
      merchantCode: provider.merchantCodeFor(purpose),
      mandateId: null,
      customerRef: user.customerRef,
      amount: order.payAmount,
      taxFreeAmount: 0,
      title: order.title,
      quantity: order.totalItemCount,
      runId: null,
    },
    { ...inDoubt(app), providerSessionId: `T${order.id.slice(0, 19)}`, ...columns },
  );
  return { order, attempt };
}

async function store(app: App, wanted: NewAttempt, columns: Partial<PaymentAttempt>): Promise<PaymentAttempt> {
  const { paymentAttempts: t } = app.database.tables;
  return app.database.transaction(async (tx) => {
    const [created] = await createAttempts(tx, app, [wanted]);
    if (!created) throw new Error('Bug: no attempt was made.');
    await tx.update(t).set(columns).where(eq(t.id, created.id));
    return { ...created, ...columns };
  });
}

interface RenewalInDoubt {
  subscription: Subscription;
  cycle: BillingCycle;
  attempt: PaymentAttempt;
}

async function renewalInDoubt(app: App, columns: Partial<PaymentAttempt>): Promise<RenewalInDoubt> {
  const { billingCycles: c, mandates: m } = app.database.tables;
  const subscription = await given(app).subscription();
  const [mandate] = await app.database
    .select()
    .from(m)
    .where(eq(m.id, subscription.mandateId ?? ''));
  if (!mandate) throw new Error('Bug: a subscription without a mandate.');
  const cycle = await openCycle(app, subscription);
  const attempt = await store(
    app,
    {
      purpose: 'RENEWAL',
      userId: subscription.userId,
      orderId: null,
      subscriptionId: subscription.id,
      cycle: cycle.cycle,
      attemptNumber: 1,
      idempotencyKey: `renewal:${subscription.id}:${cycle.cycle}:1`,
      liveKey: `cycle:${cycle.id}`,
      provider: 'KAKAOPAY',
      merchantCode: mandate.merchantCode,
      mandateId: mandate.id,
      customerRef: mandate.customerRef,
      amount: cycle.amount,
      taxFreeAmount: 0,
      title: subscription.itemName,
      quantity: cycle.quantity,
      runId: cycle.runId,
    },
    { ...inDoubt(app), mandateFence: mandate.id, ...columns },
  );
  await app.database.update(c).set({ liveAttemptId: attempt.id }).where(eq(c.id, cycle.id));
  return { subscription, cycle: { ...cycle, liveAttemptId: attempt.id }, attempt };
}

async function openCycle(app: App, subscription: Subscription): Promise<BillingCycle> {
  const { billingCycles: c, billingRuns: runs } = app.database.tables;
  const now = app.clock.now();
  const billingOn = subscription.nextBillingOn ?? addDays(subscription.lastBillingOn, subscription.periodDays);
  const times = { createdAt: now, updatedAt: now };
  const run = { id: app.newId(), job: 'renewals', businessOn: billingOn, status: 'RUNNING' as const, fence: 1 };
  const [known] = await app.database.select().from(runs).where(eq(runs.businessOn, billingOn));
  if (!known) await app.database.insert(runs).values({ ...run, startedAt: now, ...times });
  const cycle: BillingCycle = {
    id: app.newId(),
    subscriptionId: subscription.id,
    cycle: subscription.lastCycle + 1,
    billingOn,
    status: 'OPEN',
    step: 1,
    hold: null,
    liveAttemptId: null,
    attempts: 1,
    stepRepeats: 0,
    amount: subscription.unitSalePrice * subscription.quantity,
    taxFreeAmount: 0,
    quantity: subscription.quantity,
    unitOriginPrice: subscription.unitOriginPrice,
    unitDiscountPermille: subscription.unitDiscountPermille,
    unitDiscountPrice: subscription.unitDiscountPrice,
    unitSalePrice: subscription.unitSalePrice,
    firstTryOn: billingOn,
    lastTryOn: null,
    nextTryOn: billingOn,
    reasonGroup: null,
    closeReason: null,
    paidAttemptId: null,
    orderId: null,
    periodsMissed: 0,
    runId: known?.id ?? run.id,
    closedAt: null,
    ...times,
  };
  await app.database.insert(c).values(cycle);
  return cycle;
}
