import { inArray } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { enqueueEvents } from '../outbox/index.ts';
import { releaseMandate } from '../payments/index.ts';
import { updateEach, type RowChange } from '../platform/database/index.ts';
import type { Tables, Transaction } from '../schema.ts';
import type { Turn } from './books.ts';

type Needs = Pick<App, 'database' | 'clock' | 'newId'>;

export interface Ending extends Turn {
  /** The provider says that the mandate is gone, rather than that it does not pay. */
  revoked: boolean;
}

/**
 * The end of the ladder: cycle FAILED, subscription CANCELLED, and its mandate given back when nobody else uses it.
 * The rows of cycles and subscriptions are locked already.
 */
export async function endCycles(tx: Transaction, app: Needs, endings: readonly Ending[]): Promise<void> {
  if (endings.length === 0) return;
  const { billingCycles: c, subscriptions: s } = app.database.tables;
  const now = app.clock.now();
  const cycles = endings.map(({ cycle, revoked }): RowChange<Tables['billingCycles']> => {
    const closeReason = revoked ? 'MANDATE_REVOKED' : 'LADDER_ENDED';
    return { id: cycle.id, set: { status: 'FAILED', closeReason, liveAttemptId: null, closedAt: now, updatedAt: now } };
  });
  const subscriptions = endings.map(({ subscription, cycle, revoked }): RowChange<Tables['subscriptions']> => {
    const cancelReason = revoked ? 'MANDATE_REVOKED' : 'PAYMENT_FAILED';
    const ended = { status: 'CANCELLED', cancelReason, cancelledAt: now, nextBillingOn: null } as const;
    return { id: subscription.id, set: { ...ended, lastCycle: cycle.cycle, updatedAt: now } };
  });
  await updateEach(tx, c, cycles);
  await updateEach(tx, s, subscriptions);
  await tellEnds(tx, app, endings);
  for (const mandateId of await mandatesInOrder(tx, app, endings)) await releaseMandate(tx, app, mandateId);
}

async function tellEnds(tx: Transaction, app: Needs, endings: readonly Ending[]): Promise<void> {
  await enqueueEvents(
    tx,
    app,
    endings.map(({ subscription: { id, userId }, cycle, revoked }) => ({
      type: 'subscription.cancelled' as const,
      subject: id,
      payload: {
        subscriptionId: id,
        userId,
        cycle: cycle.cycle,
        reason: revoked ? 'MANDATE_REVOKED' : 'PAYMENT_FAILED',
        reasonGroup: cycle.reasonGroup,
      },
    })),
  );
}

/** In the order of their ids, so that two transactions that end siblings do not hold each other up. */
async function mandatesInOrder(tx: Transaction, { database }: Needs, endings: readonly Ending[]): Promise<string[]> {
  const { mandates: m } = database.tables;
  const ids = [...new Set(endings.flatMap(({ subscription: { mandateId } }) => mandateId ?? []))];
  if (ids.length === 0) return [];
  const rows = await tx.select({ id: m.id }).from(m).where(inArray(m.id, ids));
  return rows.map(({ id }) => id).toSorted();
}
