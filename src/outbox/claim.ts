import { and, asc, inArray, sql } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import type { OutboxEvent, Transaction } from '../schema.ts';
import { findDue, isDue, type Wanted } from './due.ts';

type ClaimingApp = Pick<App, 'config' | 'database' | 'clock' | 'processId'>;

/** Candidates looked at for each one wanted, so that a process finds work behind what others are just taking. */
const LOOK_AHEAD = 3;

/**
 * PENDING → IN_FLIGHT for due events, in id order. No more than can be delivered at once should be wanted, for the lease
 * runs from here.
 */
export async function claimDue(app: ClaimingApp, wanted: Wanted): Promise<OutboxEvent[]> {
  const candidates = await findDue(app, { ...wanted, most: wanted.most * LOOK_AHEAD });
  if (candidates.length === 0) return [];
  const { outboxEvents: e } = app.database.tables;
  return app.database.transaction(async (tx) => {
    const found = tx
      .select()
      .from(e)
      .where(and(inArray(e.id, candidates), isDue(app)))
      .orderBy(asc(e.id))
      .limit(wanted.most);
    const events = await tx.lock(found, { skipLocked: true });
    return events.length === 0 ? [] : take(tx, app, events);
  });
}

/** A try is counted here, not when it fails: an event that kills its process must come to an end too. */
async function take(tx: Transaction, app: ClaimingApp, events: readonly OutboxEvent[]): Promise<OutboxEvent[]> {
  const { outboxEvents: e } = app.database.tables;
  const now = app.clock.now();
  const claim = {
    status: 'IN_FLIGHT' as const,
    claimedBy: app.processId,
    claimUntil: new Date(now.getTime() + app.config.outbox.leaseSeconds * 1_000),
    updatedAt: now,
  };
  const ids = events.map(({ id }) => id);
  const written = await tx
    .update(e)
    .set({ ...claim, attempts: sql`${e.attempts} + 1` })
    .where(and(inArray(e.id, ids), isDue(app)));
  if (written.rowsAffected !== events.length) throw new Error('Bug: an event was claimed while it was locked.');
  return events.map((event) => ({ ...event, ...claim, attempts: event.attempts + 1 }));
}
