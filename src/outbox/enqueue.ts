import type { App } from '../app.ts';
import { isDuplicateKey } from '../platform/database/index.ts';
import type { OutboxEvent, Transaction } from '../schema.ts';
import { handlersOf, type EventType } from './events.ts';

export interface NewEvent {
  type: EventType;
  /** Id of what the event is about. */
  subject: string;
  /** Tells two events of one type and subject apart: a billing date, an attempt. Without it there is only one, ever. */
  occasion?: string;
  /** Events with the same key are handled in order; the subject when left out. */
  orderingKey?: string;
  /** What a handler needs; no secret. */
  payload: Record<string, unknown>;
  requestId?: string | null;
}

type EnqueuingApp = Pick<App, 'database' | 'clock' | 'newId'>;

/**
 * Writes events in the transaction of the change that causes them, one row per handler. An event that is there already
 * (same type, subject and occasion) is not written again.
 */
export async function enqueueEvents(tx: Transaction, app: EnqueuingApp, events: readonly NewEvent[]): Promise<void> {
  const rows = events.flatMap((event) => handlersOf(event.type).map((handler) => rowOf(app, event, handler)));
  if (rows.length === 0 || (await insertOnce(tx, app, rows))) return;
  for (const row of rows) await insertOnce(tx, app, [row]);
}

/** `false` when one of the rows was there; then none was written. */
async function insertOnce(tx: Transaction, { database }: EnqueuingApp, rows: OutboxEvent[]): Promise<boolean> {
  try {
    await tx.insert(database.tables.outboxEvents).values(rows);
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

function rowOf(app: EnqueuingApp, event: NewEvent, handler: string): OutboxEvent {
  const { type, subject, occasion, orderingKey = subject, payload, requestId = null } = event;
  const now = app.clock.now();
  return {
    id: app.newId(),
    type,
    handler,
    orderingKey,
    dedupeKey: [type, subject, occasion, handler].filter((part) => part !== undefined).join(':'),
    payload,
    status: 'PENDING',
    attempts: 0,
    nextAttemptAt: now,
    claimedBy: null,
    claimUntil: null,
    firstError: null,
    firstFailedAt: null,
    lastError: null,
    requestId,
    doneAt: null,
    createdAt: now,
    updatedAt: now,
  };
}
