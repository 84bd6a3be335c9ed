import { asc, eq, inArray } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { failOrder, lockOrder, orderWants, payOrder, refundOrder } from '../orders/index.ts';
import { enqueueEvents } from '../outbox/index.ts';
import type { Approved, Settlement } from '../payments/index.ts';
import { addDays, dayIn } from '../platform/calendar.ts';
import type { Order, OrderLine, PaymentAttempt, Refund, Subscription, Transaction } from '../schema.ts';
import { endSubscription } from './end.ts';

type Needs = Pick<App, 'config' | 'database' | 'clock' | 'newId'>;

/** What the first payment of subscriptions does: the order is paid, and every line becomes a subscription. */
export function subscriptionSettlement(app: Needs): Settlement {
  return {
    lock: (tx, attempt) => lockStarted(tx, app, attempt),
    wants: (tx, attempt) => orderWants(tx, app, attempt),
    async approved(tx, attempt, approval, mandateId) {
      if (!(await payOrder(tx, app, attempt, approval))) return 'taken';
      await startSubscriptions(tx, app, { attempt, approval, mandateId });
      return 'booked';
    },
    declined: (tx, attempt, decline) => failOrder(tx, app, attempt, decline),
    released: async () => {},
    refunded: (tx, _attempt, refund) => refundStart(tx, app, refund),
  };
}

/** The subscriptions that the order has started, of which there are none yet before it is paid, and the order. */
async function lockStarted(tx: Transaction, app: Needs, attempt: PaymentAttempt): Promise<void> {
  const { subscriptions: s } = app.database.tables;
  const started = await startedBy(tx, app, attempt.orderId ?? '');
  if (started.length > 0)
    await tx.lock(tx.select({ id: s.id }).from(s).where(inArray(s.id, started)).orderBy(asc(s.id)));
  await lockOrder(tx, app, attempt);
}

async function startedBy(tx: Transaction, { database }: Needs, orderId: string): Promise<string[]> {
  const { orderLines } = database.tables;
  const lines = await tx
    .select({ id: orderLines.subscriptionId })
    .from(orderLines)
    .where(eq(orderLines.orderId, orderId));
  return lines.flatMap(({ id }) => id ?? []).toSorted();
}

/** Whoever gave back the whole first payment with its subscriptions has ended them too. */
async function refundStart(tx: Transaction, app: Needs, refund: Refund): Promise<boolean> {
  const order = await refundOrder(tx, app, refund);
  if (order?.status === 'REFUNDED' && refund.cancelSubscriptions) {
    const reason = refund.requestedBy === 'CUSTOMER' ? 'CUSTOMER' : 'ADMIN';
    for (const id of await startedBy(tx, app, order.id))
      await endSubscription(tx, app, { subscription: { id }, reason });
  }
  return order !== undefined;
}

interface Start {
  attempt: PaymentAttempt;
  approval: Approved;
  /** Absent when the provider's answer held no mandate: the customer must give a method before the next date. */
  mandateId: string | undefined;
}

async function startSubscriptions(tx: Transaction, app: Needs, start: Start): Promise<void> {
  const { orders, orderLines, subscriptions, billingCycles } = app.database.tables;
  const orderId = start.attempt.orderId ?? '';
  const [order] = await tx.select().from(orders).where(eq(orders.id, orderId));
  if (!order) throw new Error(`Bug: the order of attempt ${start.attempt.publicId} is gone.`);
  const lines = await tx.select().from(orderLines).where(eq(orderLines.orderId, orderId)).orderBy(asc(orderLines.id));
  for (const line of lines) {
    const subscription = subscriptionOf(app, order, line, start);
    await tx.insert(subscriptions).values(subscription);
    await tx.insert(billingCycles).values(firstCycle(app, subscription, start));
    await tx.update(orderLines).set({ subscriptionId: subscription.id }).where(eq(orderLines.id, line.id));
    await tellStart(tx, app, subscription);
  }
}

/** A start without a mandate also asks for a method, so that the first renewal is not the first to miss it. */
async function tellStart(tx: Transaction, app: Needs, { id, userId, mandateId, nextBillingOn }: Subscription) {
  const about = { subject: id, payload: { subscriptionId: id, userId, nextBillingOn } };
  await enqueueEvents(tx, app, [
    { ...about, type: 'subscription.created' },
    ...(mandateId === null ? [{ ...about, type: 'subscription.payment_method_required' as const }] : []),
  ]);
}

function subscriptionOf(app: Needs, order: Order, line: OrderLine, { approval, mandateId }: Start): Subscription {
  const startedOn = dayIn(app.config.shop.timeZone, approval.approvedAt);
  const now = app.clock.now();
  if (line.periodDays === null) throw new Error(`Bug: line ${line.id} of a subscription order has no period.`);
  return {
    id: app.newId(),
    userId: order.userId,
    itemId: line.itemId,
    originOrderId: order.id,
    originLineId: line.id,
    mandateId: mandateId ?? null,
    status: 'ACTIVE',
    itemName: line.name,
    brandName: line.brandName,
    categoryCodes: line.categoryCodes,
    thumbnail: line.thumbnail,
    quantity: line.quantity,
    unitOriginPrice: line.originPrice,
    unitDiscountPermille: line.discountPermille,
    unitDiscountPrice: line.discountPrice,
    unitSalePrice: line.salePrice,
    periodDays: line.periodDays,
    lastBillingOn: startedOn,
    nextBillingOn: addDays(startedOn, line.periodDays),
    lastCycle: 1,
    receiverName: order.receiverName,
    receiverPhone: order.receiverPhone,
    receiverZip: order.receiverZip,
    receiverCity: order.receiverCity,
    receiverDetail: order.receiverDetail,
    receiverMemo: order.receiverMemo,
    startedAt: approval.approvedAt,
    pausedAt: null,
    resumeOn: null,
    cancelledAt: null,
    cancelReason: null,
    createdAt: now,
    updatedAt: now,
  };
}

/** The first payment is cycle 1, paid from the start. */
const firstCycle = (app: Needs, subscription: Subscription, { attempt, approval }: Start) => ({
  id: app.newId(),
  subscriptionId: subscription.id,
  cycle: 1,
  billingOn: subscription.lastBillingOn,
  status: 'PAID' as const,
  attempts: attempt.attemptNumber,
  amount: subscription.unitSalePrice * subscription.quantity,
  taxFreeAmount: 0,
  quantity: subscription.quantity,
  unitOriginPrice: subscription.unitOriginPrice,
  unitDiscountPermille: subscription.unitDiscountPermille,
  unitDiscountPrice: subscription.unitDiscountPrice,
  unitSalePrice: subscription.unitSalePrice,
  firstTryOn: subscription.lastBillingOn,
  lastTryOn: subscription.lastBillingOn,
  nextTryOn: subscription.lastBillingOn,
  closeReason: 'PAID' as const,
  paidAttemptId: attempt.id,
  orderId: attempt.orderId,
  periodsMissed: 0,
  closedAt: approval.approvedAt,
  createdAt: app.clock.now(),
  updatedAt: app.clock.now(),
});
