import { and, asc, eq, inArray } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { writeAudit, type Performer } from '../audit.ts';
import { Conflict, NotFound } from '../platform/errors.ts';
import type { OutboxEvent, OutboxStatus, Transaction } from '../schema.ts';

export type HandApp = Pick<App, 'database' | 'clock' | 'newId'>;

/** What a person does to events: the same for each of them. */
export interface Move {
  by: Performer;
  action: 'outbox.retry' | 'outbox.discard';
  from: readonly OutboxStatus[];
  change: Partial<OutboxEvent>;
  /** What the dead letter says, where there is one. */
  resolution: 'RETRIED' | 'DISCARDED';
  note: string | null;
}

/** Events changed per transaction: enough to be quick, few enough that a relay does not wait. */
const BATCH = 200;

/** Moves exactly these events or, when one of them cannot be moved, none. Answers their ids. */
export async function moveEvents(app: HandApp, ids: readonly string[], move: Move): Promise<string[]> {
  const wanted = [...new Set(ids)];
  await app.database.transaction(async (tx) => {
    const events = await lockEvents(tx, app, wanted);
    for (const id of wanted)
      assertMovable(
        id,
        events.find((event) => event.id === id),
        move,
      );
    await write(tx, app, events, move);
  });
  return wanted;
}

/** Moves those of many events that still can be; answers the ids of those that were. */
export async function moveMany(app: HandApp, ids: readonly string[], move: Move): Promise<string[]> {
  const moved: string[] = [];
  for (let start = 0; start < ids.length; start += BATCH) {
    const batch = await app.database.transaction(async (tx) => {
      const found = await lockEvents(tx, app, ids.slice(start, start + BATCH));
      const events = found.filter(({ status }) => move.from.includes(status));
      await write(tx, app, events, move);
      return events;
    });
    moved.push(...batch.map(({ id }) => id));
  }
  return moved;
}

/** Ids of all dead events, of one type or of every. */
export async function findDead({ database }: HandApp, type?: string): Promise<string[]> {
  const { outboxEvents: e } = database.tables;
  const ofType = type === undefined ? undefined : eq(e.type, type);
  const rows = await database
    .select({ id: e.id })
    .from(e)
    .where(and(eq(e.status, 'DEAD'), ofType))
    .orderBy(asc(e.id));
  return rows.map(({ id }) => id);
}

function lockEvents(tx: Transaction, { database }: HandApp, ids: readonly string[]): Promise<OutboxEvent[]> {
  const { outboxEvents: e } = database.tables;
  return tx.lock(
    tx
      .select()
      .from(e)
      .where(inArray(e.id, [...ids]))
      .orderBy(asc(e.id)),
  );
}

function assertMovable(id: string, event: OutboxEvent | undefined, { from }: Move): void {
  if (!event) throw new NotFound('EVENT_NOT_FOUND', `There is no event ${id}.`, { id });
  if (from.includes(event.status)) return;
  const allowed = from.join(' or ');
  throw new Conflict('EVENT_STATE', `The event ${id} is ${event.status}; it must be ${allowed} for this.`, {
    facts: { id, status: event.status },
  });
}

async function write(tx: Transaction, app: HandApp, events: readonly OutboxEvent[], move: Move): Promise<void> {
  if (events.length === 0) return;
  const { outboxEvents: e, deadLetters: d } = app.database.tables;
  const ids = events.map(({ id }) => id);
  const now = app.clock.now();
  await tx
    .update(e)
    .set({ ...move.change, updatedAt: now })
    .where(inArray(e.id, ids));
  const { resolution, note, by } = move;
  await tx
    .update(d)
    .set({ resolution, note, resolvedBy: by.id, resolvedAt: now, updatedAt: now })
    .where(inArray(d.eventId, ids));
  await writeAudit(tx, app, ...events.map((event) => auditOf(event, move)));
}

const auditOf = (
  { id, type, handler, status, attempts, lastError }: OutboxEvent,
  { by, action, change, note }: Move,
) => ({
  by,
  action,
  targetType: 'outbox_event',
  targetId: id,
  before: { type, handler, status, attempts, lastError },
  after: { status: change.status },
  reason: note,
});
