import { and, eq } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import type { DeadLetter, OutboxEvent, Transaction } from '../schema.ts';
import { delayMs, postponedUntil } from './rules.ts';

type BookingApp = Pick<App, 'database' | 'clock' | 'newId' | 'processId'>;
type Change = Partial<OutboxEvent>;

/** IN_FLIGHT → DONE. Like the others, `false` when the event is no longer this process's to book. */
export const finish = (app: BookingApp, event: OutboxEvent): Promise<boolean> =>
  app.database.transaction((tx) => finishIn(tx, app, event));

/** The same in a transaction of the handler's. */
export const finishIn = (tx: Transaction, app: BookingApp, event: OutboxEvent): Promise<boolean> =>
  write(tx, app, event, { status: 'DONE', doneAt: app.clock.now() });

/** IN_FLIGHT → PENDING until a handler may act; this was no try. */
export const postpone = (app: BookingApp, event: OutboxEvent, until: Date): Promise<boolean> =>
  book(app, event, {
    status: 'PENDING',
    attempts: event.attempts - 1,
    nextAttemptAt: postponedUntil(until, app.clock.now()),
  });

/** IN_FLIGHT → PENDING after a failed try, for as long as the number of tries says. */
export const putBack = (app: BookingApp, event: OutboxEvent, error: string): Promise<boolean> =>
  book(app, event, {
    status: 'PENDING',
    nextAttemptAt: new Date(app.clock.now().getTime() + delayMs(event.attempts)),
    ...failure(app, event, error),
  });

/** IN_FLIGHT → DEAD, with a dead letter for a person to decide about. */
export const bury = (app: BookingApp, event: OutboxEvent, error: string): Promise<boolean> => {
  const failed = failure(app, event, error);
  return app.database.transaction(async (tx) => {
    if (!(await write(tx, app, event, { status: 'DEAD', ...failed }))) return false;
    await writeLetter(tx, app, { ...event, ...failed });
    return true;
  });
};

/** What an event remembers of its failures: the first one and the last. */
const failure = ({ clock }: BookingApp, event: OutboxEvent, error: string) => ({
  firstError: event.firstError ?? error,
  firstFailedAt: event.firstFailedAt ?? clock.now(),
  lastError: error,
});

/** In a transaction although it is one statement, for those are repeated after a deadlock. */
const book = (app: BookingApp, event: OutboxEvent, change: Change): Promise<boolean> =>
  app.database.transaction((tx) => write(tx, app, event, change));

/** Only while the claim holds: a process that was too slow must not book over what the next one did. */
async function write(tx: Transaction, app: BookingApp, event: OutboxEvent, change: Change): Promise<boolean> {
  const { outboxEvents: e } = app.database.tables;
  const written = await tx
    .update(e)
    .set({ ...change, claimedBy: null, claimUntil: null, updatedAt: app.clock.now() })
    .where(and(eq(e.id, event.id), eq(e.status, 'IN_FLIGHT'), eq(e.claimedBy, app.processId)));
  return written.rowsAffected === 1;
}

type Failed = OutboxEvent & ReturnType<typeof failure>;

/** One letter per event: an event that was retried and died again says so in the letter it has. */
async function writeLetter(tx: Transaction, app: BookingApp, event: Failed): Promise<void> {
  const { deadLetters: d } = app.database.tables;
  const letter = letterOf(app, event);
  const { id: _, createdAt: __, ...again } = letter;
  const written = await tx.update(d).set(again).where(eq(d.eventId, event.id));
  if (written.rowsAffected === 0) await tx.insert(d).values(letter);
}

function letterOf({ clock, newId }: BookingApp, event: Failed): DeadLetter {
  const { id: eventId, type, handler, payload, attempts, firstError, lastError, firstFailedAt } = event;
  const now = clock.now();
  const death = { eventId, type, handler, payload, attempts, firstError, lastError, firstFailedAt, diedAt: now };
  const open = { resolution: null, resolvedBy: null, resolvedAt: null, note: null };
  return { id: newId(), ...death, ...open, createdAt: now, updatedAt: now };
}
