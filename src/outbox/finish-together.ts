import { and, asc, eq, inArray, sql } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import type { OutboxEvent, Transaction } from '../schema.ts';
import { findDue, isWaiting } from './due.ts';
import type { Booked } from './handlers.ts';
import { finishIn } from './outcome.ts';

type FinishingApp = Pick<App, 'database' | 'clock' | 'newId' | 'processId'>;

/**
 * Carries out a command together with others of its type that wait, up to `most`, in one transaction with their DONE:
 * what `work` writes is written once, whatever dies. After a failure the event comes alone, so that one that cannot
 * be carried out holds up nobody else.
 */
export async function finishTogether(
  app: FinishingApp,
  event: OutboxEvent,
  { most, work }: { most: number; work: (tx: Transaction, events: readonly OutboxEvent[]) => Promise<void> },
): Promise<Booked> {
  const { type, attempts } = event;
  const beside = attempts > 1 ? [] : await findDue(app, { most: most - 1, held: [event.id], type });
  return app.database.transaction(async (tx) => {
    if (!(await finishIn(tx, app, event))) return 'lost';
    await work(tx, [event, ...(await finishWaiting(tx, app, beside))]);
    return 'done';
  });
}

/** PENDING → DONE for those that nobody else has taken since they were found. */
async function finishWaiting(tx: Transaction, app: FinishingApp, ids: readonly string[]): Promise<OutboxEvent[]> {
  if (ids.length === 0) return [];
  const { outboxEvents: e } = app.database.tables;
  const found = tx
    .select()
    .from(e)
    .where(and(inArray(e.id, [...ids]), isWaiting(app)))
    .orderBy(asc(e.id));
  const events = await tx.lock(found, { skipLocked: true });
  if (events.length === 0) return [];
  const now = app.clock.now();
  const taken = inArray(
    e.id,
    events.map(({ id }) => id),
  );
  const done = { status: 'DONE' as const, attempts: sql`${e.attempts} + 1`, doneAt: now, updatedAt: now };
  const written = await tx
    .update(e)
    .set(done)
    .where(and(taken, eq(e.status, 'PENDING')));
  if (written.rowsAffected !== events.length) throw new Error('Bug: an event was taken while it was locked.');
  return events;
}
