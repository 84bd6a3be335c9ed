import { and, eq, gte, inArray } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { saleEvent, type Sale } from '../catalog/index.ts';
import { enqueueEvents } from '../outbox/index.ts';
import type { Approved, DeclinedHard, DeclinedSoft, Settlement } from '../payments/index.ts';
import type { Order, PaymentAttempt, Refund, Transaction } from '../schema.ts';

type Needs = Pick<App, 'database' | 'clock' | 'newId'>;

/** What an order does with the outcome of its payment. */
export function orderSettlement(app: Needs): Settlement {
  return {
    lock: (tx, attempt) => lockOrder(tx, app, attempt),
    wants: (tx, attempt) => orderWants(tx, app, attempt),
    approved: async (tx, attempt, approval) => ((await payOrder(tx, app, attempt, approval)) ? 'booked' : 'taken'),
    declined: (tx, attempt, decline) => failOrder(tx, app, attempt, decline),
    released: async () => {}, // the order stays payable as it is
    refunded: async (tx, _attempt, refund) => (await refundOrder(tx, app, refund)) !== undefined,
  };
}

export async function lockOrder(tx: Transaction, { database }: Needs, attempt: PaymentAttempt): Promise<void> {
  const { orders } = database.tables;
  await tx.lock(
    tx
      .select({ id: orders.id })
      .from(orders)
      .where(eq(orders.id, attempt.orderId ?? '')),
  );
}

/** Whether the order still waits for this very amount. */
export async function orderWants(tx: Transaction, { database }: Needs, attempt: PaymentAttempt): Promise<boolean> {
  const { orders } = database.tables;
  const [order] = await tx
    .select({ status: orders.status, payAmount: orders.payAmount })
    .from(orders)
    .where(eq(orders.id, attempt.orderId ?? ''));
  const payable = order?.status === 'PENDING_PAYMENT' || order?.status === 'PAYMENT_FAILED';
  return payable && order.payAmount === attempt.amount;
}

/** PENDING_PAYMENT or PAYMENT_FAILED → PAID; `false` when it was paid or closed already. */
export async function payOrder(
  tx: Transaction,
  app: Needs,
  attempt: PaymentAttempt,
  { approvedAt }: Approved,
): Promise<boolean> {
  const { orders } = app.database.tables;
  const written = await tx
    .update(orders)
    .set({ status: 'PAID', paidAttemptId: attempt.id, paidAt: approvedAt, expiresAt: null, updatedAt: app.clock.now() })
    .where(
      and(
        eq(orders.id, attempt.orderId ?? ''),
        eq(orders.payAmount, attempt.amount),
        inArray(orders.status, ['PENDING_PAYMENT', 'PAYMENT_FAILED']),
      ),
    );
  if (written.rowsAffected === 0) return false;
  const { orderId, userId, publicId, amount, requestId } = attempt;
  await enqueueEvents(tx, app, [
    saleEvent(orderId ?? '', await soldBy(tx, app, orderId ?? '')),
    {
      type: 'order.paid',
      subject: orderId ?? '',
      payload: { orderId, userId, attemptId: publicId, amount, paidAt: approvedAt },
      requestId,
    },
  ]);
  return true;
}

/** What an order is of. */
function soldBy(tx: Transaction, { database }: Needs, orderId: string): Promise<Sale[]> {
  const { orderLines: l } = database.tables;
  return tx.select({ itemId: l.itemId, units: l.quantity }).from(l).where(eq(l.orderId, orderId));
}

/** PENDING_PAYMENT → PAYMENT_FAILED; it may be paid again until it expires. */
export async function failOrder(
  tx: Transaction,
  app: Needs,
  attempt: PaymentAttempt,
  { group }: DeclinedSoft | DeclinedHard,
): Promise<void> {
  const { orders } = app.database.tables;
  await tx
    .update(orders)
    .set({ status: 'PAYMENT_FAILED', updatedAt: app.clock.now() })
    .where(and(eq(orders.id, attempt.orderId ?? ''), eq(orders.status, 'PENDING_PAYMENT')));
  const { orderId, userId, publicId, requestId } = attempt;
  await enqueueEvents(tx, app, [
    {
      type: 'payment.failed',
      subject: orderId ?? '',
      occasion: publicId,
      payload: { orderId, userId, attemptId: publicId, reasonGroup: group },
      requestId,
    },
  ]);
}

/**
 * PAID or PARTIALLY_REFUNDED → PARTIALLY_REFUNDED, or REFUNDED when all is back. Undefined when more would have gone
 * back than was paid, which the order's books never say.
 */
export async function refundOrder(
  tx: Transaction,
  app: Needs,
  { orderId, publicId, amount }: Refund,
): Promise<Order | undefined> {
  const { orders } = app.database.tables;
  const [order] = await tx.lock(tx.select().from(orders).where(eq(orders.id, orderId)));
  if (!order) return undefined;
  const refundedAmount = order.refundedAmount + amount;
  const status = refundedAmount === order.payAmount ? ('REFUNDED' as const) : ('PARTIALLY_REFUNDED' as const);
  const written = await tx
    .update(orders)
    .set({ status, refundedAmount, updatedAt: app.clock.now() })
    .where(
      and(
        eq(orders.id, orderId),
        inArray(orders.status, ['PAID', 'PARTIALLY_REFUNDED']),
        gte(orders.payAmount, refundedAmount),
      ),
    );
  if (written.rowsAffected === 0) return undefined;
  const { userId, payAmount } = order;
  const payload = { orderId, userId, refundId: publicId, amount, refundedAmount, payAmount, status };
  await enqueueEvents(tx, app, [{ type: 'order.refunded', subject: orderId, occasion: publicId, payload }]);
  return { ...order, status, refundedAmount };
}
