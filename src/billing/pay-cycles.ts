import type { App } from '../app.ts';
import { saleEvent } from '../catalog/index.ts';
import { enqueueEvents, type NewEvent } from '../outbox/index.ts';
import type { Approved, Told } from '../payments/index.ts';
import { dayIn } from '../platform/calendar.ts';
import { updateEach } from '../platform/database/index.ts';
import type { Order, PaymentAttempt, Transaction } from '../schema.ts';
import type { Books, Turn } from './books.ts';
import { nextBilling } from './calendar.ts';
import { renewalLine, renewalOrder } from './renewal-order.ts';

type Needs = Pick<App, 'config' | 'database' | 'clock' | 'newId'>;

/** One approval with everything its booking writes. */
interface Paid extends Turn {
  attempt: PaymentAttempt;
  approvedAt: Date;
  order: Order;
  runDate: string;
  next: { on: string; periodsMissed: number };
}

/**
 * OPEN → PAID, each with its renewal order. A cycle that is closed already was paid or given up by something else:
 * the ids of such attempts are returned.
 */
export async function payCycles(
  tx: Transaction,
  app: Needs,
  books: Books,
  approvals: readonly Told<Approved>[],
): Promise<ReadonlySet<string>> {
  const told = approvals.map((approval) => ({ ...approval, ...books.turnOf(approval.attempt) }));
  const taken = told.filter(({ cycle }) => cycle.status !== 'OPEN');
  const paid = told
    .filter(({ cycle }) => cycle.status === 'OPEN')
    .map((one) => paidOf(app, one, books.businessDate(one.attempt)));
  if (paid.length > 0) {
    await closeCycles(tx, app, paid);
    await writeOrders(tx, app, paid);
    await advance(tx, app, paid);
    await enqueueEvents(tx, app, [...paid.map(renewedEvent), ...paid.map(soldEvent)]);
  }
  return new Set(taken.map(({ attempt }) => attempt.id));
}

function paidOf(
  app: Needs,
  { attempt, outcome: { approvedAt }, cycle, subscription }: Told<Approved> & Turn,
  runDate: string,
): Paid {
  const paidOn = dayIn(app.config.shop.timeZone, approvedAt);
  const next = nextBilling(cycle.billingOn, subscription.periodDays, paidOn > runDate ? paidOn : runDate);
  const order = renewalOrder(app, { attempt, cycle, subscription, approvedAt });
  return { attempt, approvedAt, cycle, subscription, order, runDate, next };
}

async function closeCycles(tx: Transaction, { database, clock }: Needs, paid: readonly Paid[]): Promise<void> {
  const now = clock.now();
  const changes = paid.map(({ attempt, cycle, order, runDate, next }) => ({
    id: cycle.id,
    set: {
      status: 'PAID' as const,
      closeReason: 'PAID' as const,
      hold: null,
      liveAttemptId: null,
      paidAttemptId: attempt.id,
      orderId: order.id,
      firstTryOn: cycle.firstTryOn ?? runDate,
      lastTryOn: runDate,
      periodsMissed: next.periodsMissed,
      closedAt: now,
      updatedAt: now,
    },
  }));
  const written = await updateEach(tx, database.tables.billingCycles, changes);
  if (written !== paid.length) throw new Error('Bug: a cycle was gone while it was locked.');
}

async function writeOrders(tx: Transaction, app: Needs, paid: readonly Paid[]): Promise<void> {
  const { orders, orderLines } = app.database.tables;
  await tx.insert(orders).values(paid.map(({ order }) => order));
  await tx.insert(orderLines).values(paid.map((one) => renewalLine(app, one)));
}

/** On to the next date; a subscription that was cancelled meanwhile keeps its end, but its paid cycle is booked. */
async function advance(tx: Transaction, { database, clock }: Needs, paid: readonly Paid[]): Promise<void> {
  const { subscriptions: s, mandates: m } = database.tables;
  const updatedAt = clock.now();
  const rhythm = paid.map(({ subscription: { id, status }, cycle, next }) => ({
    id,
    set: {
      status: status === 'PAST_DUE' ? ('ACTIVE' as const) : status,
      lastBillingOn: cycle.billingOn,
      nextBillingOn: status === 'CANCELLED' ? null : next.on,
      lastCycle: cycle.cycle,
      updatedAt,
    },
  }));
  await updateEach(tx, s, rhythm);
  const approvals = paid.flatMap(({ attempt: { mandateId }, approvedAt }) =>
    mandateId ? [{ id: mandateId, set: { lastApprovedAt: approvedAt, updatedAt } }] : [],
  );
  await updateEach(tx, m, approvals);
}

const soldEvent = ({ order, cycle, subscription: { itemId } }: Paid): NewEvent =>
  saleEvent(order.id, [{ itemId, units: cycle.quantity }]);

function renewedEvent({ attempt, cycle, subscription, order, next }: Paid): NewEvent {
  const { id, userId, status } = subscription;
  return {
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
      periodsMissed: next.periodsMissed,
      nextBillingOn: status === 'CANCELLED' ? null : next.on,
    },
  };
}
