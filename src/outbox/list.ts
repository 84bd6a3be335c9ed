import { and, asc, eq, inArray } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import type { OutboxEvent, OutboxStatus } from '../schema.ts';

export interface EventFilter {
  /** Those that are neither delivered nor discarded when left out. */
  status?: OutboxStatus | undefined;
  type?: string | undefined;
  limit: number;
}

const OPEN: OutboxStatus[] = ['PENDING', 'IN_FLIGHT', 'DEAD'];

/** Events, the oldest first; `more` when there are others beyond the limit. */
export async function listEvents(
  { database }: Pick<App, 'database'>,
  { status, type, limit }: EventFilter,
): Promise<{ events: OutboxEvent[]; more: boolean }> {
  const { outboxEvents: e } = database.tables;
  const found = await database
    .select()
    .from(e)
    .where(and(inArray(e.status, status ? [status] : OPEN), type === undefined ? undefined : eq(e.type, type)))
    .orderBy(asc(e.id))
    .limit(limit + 1);
  return { events: found.slice(0, limit), more: found.length > limit };
}
