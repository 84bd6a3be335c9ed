import { and, eq } from 'drizzle-orm';
import type { App } from '../app.ts';
import { orderNumber, refundOrder } from '../orders/index.ts';
import { enqueueEvents } from '../outbox/index.ts';
import type { Approved, DeclinedHard, DeclinedSoft, Settlement } from '../payments/index.ts';
import { dayIn } from '../platform/calendar.ts';
import type { BillingCycle, Order, PaymentAttempt, Subscription, Transaction } from '../schema.ts';
import { nextBilling } from './calendar.ts';

type Needs = Pick<App, 'config' | 'database' | 'clock' | 'newId'>;

/** What a billing cycle does with the outcome of its charge. */
export function billingSettlement(app: Needs): Settlement {
  return {
    lock: (tx, attempt) => lockCycle(tx, app, attempt),
    wants: (tx, attempt) => cycleWants(tx, app, attempt),
    approved: (tx, attempt, approval) => payCycle(tx, app, attempt, approval),
    declined: (tx, attempt, decline) => declineCycle(tx, app, attempt, decline),
    released: (tx, attempt) => releaseCycle(tx, app, attempt),
    refunded: async (tx, _attempt, refund) => (await refundOrder(tx, app, refund)) !== undefined,
  };
}

async function lockCycle(tx: Transaction, { database }: Needs, attempt: PaymentAttempt): Promise<void> {
  const { subscriptions: s, billingCycles: c } = database.tables;
  await tx.lock(
    tx
      .select({ id: s.id })
      .from(s)
      .where(eq(s.id, attempt.subscriptionId ?? '')),
  );
  await tx.lock(tx.select({ id: c.id }).from(c).where(cycleOf(c, attempt)));
}

/** Whether the cycle still waits for this very amount, on a subscription that may be charged. */
async function cycleWants(tx: Transaction, app: Needs, attempt: PaymentAttempt): Promise<boolean> {
  const { cycle, subscription } = await readCycle(tx, app, attempt);
  const chargeable = subscription.status === 'ACTIVE' || subscription.status === 'PAST_DUE';
  return chargeable && cycle.status === 'OPEN' && cycle.amount === attempt.amount;
}

const cycleOf = (c: App['database']['tables']['billingCycles'], { subscriptionId, cycle }: PaymentAttempt) =>
  and(eq(c.subscriptionId, subscriptionId ?? ''), eq(c.cycle, cycle ?? 0));

async function readCycle(tx: Transaction, { database }: Needs, attempt: PaymentAttempt) {
  const { subscriptions: s, billingCycles: c } = database.tables;
  const [row] = await tx
    .select({ cycle: c, subscription: s })
    .from(c)
    .innerJoin(s, eq(s.id, c.subscriptionId))
    .where(cycleOf(c, attempt));
  if (!row) throw new Error(`Bug: the cycle of attempt ${attempt.publicId} is gone.`);
  return row;
}

/** OPEN → PAID with its renewal order; a cycle that is closed already was paid by something else. */
async function payCycle(
  tx: Transaction,
  app: Needs,
  attempt: PaymentAttempt,
  { approvedAt }: Approved,
): Promise<'booked' | 'taken'> {
  const { billingCycles: c, mandates: m } = app.database.tables;
  const { cycle, subscription } = await readCycle(tx, app, attempt);
  const runDate = await businessDate(tx, app, attempt);
  const paidOn = dayIn(app.config.shop.timeZone, approvedAt);
  const next = nextBilling(cycle.billingOn, subscription.periodDays, paidOn > runDate ? paidOn : runDate);

  const order = renewalOrder(app, { attempt, cycle, subscription, approvedAt });
  const now = app.clock.now();
  const written = await tx
    .update(c)
    .set({
      status: 'PAID',
      liveAttemptId: null,
      paidAttemptId: attempt.id,
      orderId: order.id,
      lastTryOn: runDate,
      periodsMissed: next.periodsMissed,
      closedAt: now,
      updatedAt: now,
    })
    .where(and(eq(c.id, cycle.id), eq(c.status, 'OPEN')));
  if (written.rowsAffected === 0) return 'taken';

  await writeRenewal(tx, app, { order, cycle, subscription });
  await advance(tx, app, { cycle, subscription, nextOn: next.on });
  await tx
    .update(m)
    .set({ lastApprovedAt: approvedAt, updatedAt: now })
    .where(eq(m.id, attempt.mandateId ?? ''));
  await tellRenewal(tx, app, { attempt, cycle, subscription, order, nextOn: next.on });
  return 'booked';
}

async function tellRenewal(
  tx: Transaction,
  app: Needs,
  { attempt, cycle, subscription, order, nextOn }: Renewal & { attempt: PaymentAttempt; order: Order; nextOn: string },
): Promise<void> {
  const { id, userId, status } = subscription;
  await enqueueEvents(tx, app, [
    {
      type: 'subscription.renewed',
      subject: id,
      occasion: String(cycle.cycle),
      payload: {
        subscriptionId: id,
        userId,
        cycle: cycle.cycle,
        orderId: order.id,
        orderNumber: order.number,
        amount: order.payAmount,
        attemptId: attempt.publicId,
        nextBillingOn: status === 'CANCELLED' ? null : nextOn,
      },
    },
  ]);
}

/** The date of the run that made the attempt: a run bills its own date to its end, past midnight too. */
async function businessDate(tx: Transaction, { database }: Needs, attempt: PaymentAttempt): Promise<string> {
  const { billingRuns: runs } = database.tables;
  const [run] = await tx
    .select({ on: runs.businessOn })
    .from(runs)
    .where(eq(runs.id, attempt.runId ?? ''));
  if (!run) throw new Error(`Bug: the run of attempt ${attempt.publicId} is gone.`);
  return run.on;
}

interface Renewal {
  cycle: BillingCycle;
  subscription: Subscription;
}

function renewalOrder(
  app: Needs,
  { attempt, cycle, subscription, approvedAt }: Renewal & { attempt: PaymentAttempt; approvedAt: Date },
): Order {
  const now = app.clock.now();
  return {
    id: app.newId(),
    number: orderNumber(dayIn(app.config.shop.timeZone, approvedAt)),
    userId: subscription.userId,
    kind: 'RENEWAL',
    recurring: true,
    status: 'PAID',
    title: subscription.itemName,
    thumbnail: subscription.thumbnail,
    lineCount: 1,
    totalItemCount: cycle.quantity,
    totalPrice: cycle.unitOriginPrice * cycle.quantity,
    totalDiscount: cycle.unitDiscountPrice * cycle.quantity,
    payAmount: cycle.amount,
    taxFreeAmount: cycle.taxFreeAmount,
    refundedAmount: 0,
    receiverName: subscription.receiverName,
    receiverPhone: subscription.receiverPhone,
    receiverZip: subscription.receiverZip,
    receiverCity: subscription.receiverCity,
    receiverDetail: subscription.receiverDetail,
    receiverMemo: subscription.receiverMemo,
    subscriptionId: subscription.id,
    cycle: cycle.cycle,
    paidAttemptId: attempt.id,
    expiresAt: null,
    paidAt: approvedAt,
    createdAt: now,
    updatedAt: now,
  };
}

async function writeRenewal(
  tx: Transaction,
  { database, newId }: Needs,
  { order, cycle, subscription }: Renewal & { order: Order },
): Promise<void> {
  const { orders, orderLines } = database.tables;
  await tx.insert(orders).values(order);
  await tx.insert(orderLines).values({
    id: newId(),
    orderId: order.id,
    itemId: subscription.itemId,
    name: subscription.itemName,
    brandName: subscription.brandName,
    thumbnail: subscription.thumbnail,
    categoryCodes: subscription.categoryCodes,
    originPrice: cycle.unitOriginPrice,
    discountPermille: cycle.unitDiscountPermille,
    discountPrice: cycle.unitDiscountPrice,
    salePrice: cycle.unitSalePrice,
    quantity: cycle.quantity,
    periodDays: subscription.periodDays,
    subscriptionId: subscription.id,
    createdAt: order.createdAt,
    updatedAt: order.createdAt,
  });
}

/** On to the next date; a subscription that was cancelled meanwhile keeps its end, but its paid cycle is booked. */
async function advance(
  tx: Transaction,
  { database, clock }: Needs,
  { cycle, subscription, nextOn }: Renewal & { nextOn: string },
): Promise<void> {
  const { subscriptions: s } = database.tables;
  const cancelled = subscription.status === 'CANCELLED';
  await tx
    .update(s)
    .set({
      status: subscription.status === 'PAST_DUE' ? 'ACTIVE' : subscription.status,
      lastBillingOn: cycle.billingOn,
      nextBillingOn: cancelled ? null : nextOn,
      lastCycle: cycle.cycle,
      updatedAt: clock.now(),
    })
    .where(eq(s.id, subscription.id));
}

/** The cycle stays open and unpaid, the subscription is past due; the attempt's number is used up. */
async function declineCycle(
  tx: Transaction,
  app: Needs,
  attempt: PaymentAttempt,
  { group }: DeclinedSoft | DeclinedHard,
): Promise<void> {
  const { subscriptions: s, billingCycles: c } = app.database.tables;
  const lastTryOn = await businessDate(tx, app, attempt);
  const now = app.clock.now();
  await tx
    .update(c)
    .set({ liveAttemptId: null, lastTryOn, reasonGroup: group, updatedAt: now })
    .where(and(eq(c.liveAttemptId, attempt.id), eq(c.status, 'OPEN')));
  await tx
    .update(s)
    .set({ status: 'PAST_DUE', updatedAt: now })
    .where(and(eq(s.id, attempt.subscriptionId ?? ''), eq(s.status, 'ACTIVE')));
  const { subscriptionId, userId, cycle, publicId } = attempt;
  await enqueueEvents(tx, app, [
    {
      type: 'payment.failed',
      subject: subscriptionId ?? '',
      occasion: publicId,
      payload: { subscriptionId, userId, cycle, attemptId: publicId, reasonGroup: group },
    },
  ]);
}

/** Nothing was charged, and that is certain: the cycle waits for its next attempt. */
async function releaseCycle(tx: Transaction, { database, clock }: Needs, attempt: PaymentAttempt): Promise<void> {
  const { billingCycles: c } = database.tables;
  await tx
    .update(c)
    .set({ liveAttemptId: null, updatedAt: clock.now() })
    .where(and(eq(c.liveAttemptId, attempt.id), eq(c.status, 'OPEN')));
}
