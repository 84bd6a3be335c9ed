import { and, asc, eq, inArray } from '../platform/database/sql.ts';
import type { Farewell } from '../accounts/index.ts';
import { closeAttempt, paymentInProgress } from '../payments/index.ts';

/**
 * Cancels what somebody who goes has not paid, and closes its open checkouts: no approval finds them payable any more.
 * A checkout that was approved a moment ago is a payment in progress.
 */
export const cancelUnpaidOrders: Farewell = async (tx, app, { userId }) => {
  const { orders, paymentAttempts: t } = app.database.tables;
  const unpaid = and(eq(orders.userId, userId), inArray(orders.status, ['PENDING_PAYMENT', 'PAYMENT_FAILED']));
  const rows = await tx.lock(tx.select({ id: orders.id }).from(orders).where(unpaid).orderBy(asc(orders.id)));
  if (rows.length === 0) return;
  const ids = rows.map(({ id }) => id);
  const live = and(inArray(t.orderId, ids), inArray(t.state, ['CREATED', 'SENT', 'UNKNOWN']));
  for (const attempt of await tx.lock(tx.select().from(t).where(live).orderBy(asc(t.id)))) {
    const isClosed = await closeAttempt(tx, app, attempt, { reason: 'ORDER_CLOSED', actor: 'CUSTOMER' });
    if (!isClosed) throw paymentInProgress();
  }
  const change = { status: 'CANCELLED', expiresAt: null, updatedAt: app.clock.now() } as const;
  await tx.update(orders).set(change).where(inArray(orders.id, ids));
};
