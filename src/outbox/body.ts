import { z } from 'zod';
import { withOffset } from '../platform/calendar.ts';
import { OUTBOX_STATUSES, type OutboxEvent } from '../schema.ts';

const Event = z.strictObject({
  id: z.string(),
  type: z.string(),
  handler: z.string(),
  /** What it is about: the id of an order, a subscription or the like. */
  orderingKey: z.string(),
  status: z.enum(OUTBOX_STATUSES),
  attempts: z.int().min(0),
  /** When it is tried next; null where it is not. */
  nextAttemptAt: z.string().nullable(),
  lastError: z.string().nullable(),
  requestId: z.string().nullable(),
  createdAt: z.string(),
});

/** The document `pillivery events --json` prints; fields are only ever added within a version. */
export const EventListSchema = z.strictObject({
  schema: z.literal('pillivery.events/1'),
  events: z.array(Event),
  /** There are others beyond the limit. */
  more: z.boolean(),
});

/** What the outside sees of an event; its payload stays inside. */
export function toEventBody(event: OutboxEvent): z.infer<typeof Event> {
  const { id, type, handler, orderingKey, status, attempts, nextAttemptAt, lastError, requestId, createdAt } = event;
  return {
    id,
    type,
    handler,
    orderingKey,
    status,
    attempts,
    nextAttemptAt: status === 'PENDING' ? nextAttemptAt.toISOString() : null,
    lastError,
    requestId,
    createdAt: createdAt.toISOString(),
  };
}

/** The same for people, as the row of a table. */
export function toEventRow(event: OutboxEvent, timeZone: string): Record<string, string> {
  const { id, type, handler, status, attempts, nextAttemptAt, lastError } = event;
  return {
    id,
    type,
    handler,
    status,
    attempts: String(attempts),
    'next attempt': status === 'PENDING' ? withOffset(timeZone, nextAttemptAt).replace(/\.\d{3}/, '') : '–',
    'last error': lastError ?? '–',
  };
}
