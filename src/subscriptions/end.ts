import { and, eq } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { enqueueEvents } from '../outbox/index.ts';
import { closeAttempt, releaseMandate } from '../payments/index.ts';
import type { BillingCycle, CancelReason, Subscription, Transaction } from '../schema.ts';

type Needs = Pick<App, 'database' | 'clock' | 'newId'>;

export interface EndSubscription {
  subscription: Pick<Subscription, 'id'>;
  reason: CancelReason;
}

/**
 * Ends a subscription for good and lets go of its mandate. Always possible: a charge that is on its way is still booked
 * when it turns out approved. `false` when it had ended before.
 */
export async function endSubscription(
  tx: Transaction,
  app: Needs,
  { subscription: { id }, reason }: EndSubscription,
): Promise<boolean> {
  const { subscriptions: s } = app.database.tables;
  const [subscription] = await tx.lock(tx.select().from(s).where(eq(s.id, id)));
  if (!subscription) throw new Error(`Bug: subscription ${id} is gone.`);
  if (subscription.status === 'CANCELLED') return false;
  const now = app.clock.now();
  await tx
    .update(s)
    .set({ status: 'CANCELLED', nextBillingOn: null, cancelledAt: now, cancelReason: reason, updatedAt: now })
    .where(eq(s.id, id));
  await closeOpenCycle(tx, app, id);
  await releaseMandate(tx, app, subscription.mandateId);
  const payload = { subscriptionId: id, userId: subscription.userId, reason };
  await enqueueEvents(tx, app, [{ type: 'subscription.cancelled', subject: id, payload }]);
  return true;
}

/** An unpaid cycle closes FAILED, unless its charge may have been taken: that one is booked as it turns out. */
async function closeOpenCycle(tx: Transaction, app: Needs, subscriptionId: string): Promise<void> {
  const { billingCycles: c } = app.database.tables;
  const open = and(eq(c.subscriptionId, subscriptionId), eq(c.status, 'OPEN'));
  const [cycle] = await tx.lock(tx.select().from(c).where(open));
  if (!cycle || !(await closeUnsent(tx, app, cycle))) return;
  const now = app.clock.now();
  await tx
    .update(c)
    .set({ status: 'FAILED', liveAttemptId: null, closedAt: now, updatedAt: now })
    .where(eq(c.id, cycle.id));
}

/** Closes the cycle's attempt if it was never sent; `false` when it was. */
async function closeUnsent(tx: Transaction, app: Needs, { liveAttemptId }: BillingCycle): Promise<boolean> {
  if (liveAttemptId === null) return true;
  const { paymentAttempts: t } = app.database.tables;
  const [attempt] = await tx.lock(tx.select().from(t).where(eq(t.id, liveAttemptId)));
  if (!attempt) return true;
  if (attempt.state === 'SENT' || attempt.state === 'UNKNOWN') return false;
  await closeAttempt(tx, app, attempt, { reason: 'ORDER_CLOSED', actor: 'SYSTEM' });
  return true;
}
