import {
  aliasedTable,
  and,
  asc,
  eq,
  inArray,
  lt,
  lte,
  notExists,
  notInArray,
  or,
  type SQL,
} from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import type { OutboxStatus } from '../schema.ts';

type LookingApp = Pick<App, 'database' | 'clock'>;

export interface Wanted {
  most: number;
  /** What this process still holds, should its lease have run out: not twice at the same time in one process. */
  held: readonly string[];
  /** Only events of this type. */
  type?: string;
}

/** Ahead of another event of the same key and handler, these hold it back; DONE, DEAD and DISCARDED let it pass. */
const HOLDING_BACK: OutboxStatus[] = ['PENDING', 'IN_FLIGHT'];

/**
 * Ids of events that may be taken now, each the first of its key and handler; those whose process died come first.
 * Locks nothing, so it stands in nobody's way.
 */
export async function findDue(app: LookingApp, { most, held, type }: Wanted): Promise<string[]> {
  const { outboxEvents: e } = app.database.tables;
  const find = (due: SQL | undefined) =>
    app.database
      .select({ id: e.id })
      .from(e)
      .where(and(due, type === undefined ? undefined : eq(e.type, type), isFirst(app)))
      .orderBy(asc(e.nextAttemptAt), asc(e.id))
      .limit(most);
  const left = await find(and(isAbandoned(app), held.length > 0 ? notInArray(e.id, [...held]) : undefined));
  const fresh = await find(isWaiting(app));
  return [...left, ...fresh].map(({ id }) => id);
}

/** What must still hold of an event under its lock. */
export const isDue = (app: LookingApp): SQL | undefined => or(isWaiting(app), isAbandoned(app));

/** It may be taken, and nobody has. */
export function isWaiting({ database, clock }: LookingApp): SQL | undefined {
  const { outboxEvents: e } = database.tables;
  return and(eq(e.status, 'PENDING'), lte(e.nextAttemptAt, clock.now()));
}

/** Whoever took it died, or is slower than it may be. */
function isAbandoned({ database, clock }: LookingApp): SQL | undefined {
  const { outboxEvents: e } = database.tables;
  return and(eq(e.status, 'IN_FLIGHT'), lt(e.claimUntil, clock.now()));
}

/** No event of the same key and handler before it is still to be delivered. */
function isFirst({ database }: LookingApp): SQL {
  const { outboxEvents: e } = database.tables;
  const earlier = aliasedTable(e, 'earlier');
  const before = and(
    eq(earlier.orderingKey, e.orderingKey),
    eq(earlier.handler, e.handler),
    inArray(earlier.status, HOLDING_BACK),
    lt(earlier.id, e.id),
  );
  return notExists(database.select({ id: earlier.id }).from(earlier).where(before));
}
