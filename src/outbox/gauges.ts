import { and, count, eq, inArray, lte, min } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { outboxMetrics } from './metrics.ts';

type GaugingApp = Pick<App, 'database' | 'clock' | 'metrics'>;

/** Metrics are read every 15 s as a rule, so no count is older than that. */
const EVERY_MS = 10_000;

/** DONE ones are counted by nobody: a month of them is a long walk, and they need nothing. */
const COUNTED = ['PENDING', 'IN_FLIGHT', 'DEAD'] as const;

/** Counts what is not delivered, now and then: call it at every look. */
export function openGauges(app: GaugingApp): () => Promise<void> {
  let nextMs = 0;
  return async () => {
    if (app.clock.monotonicMs() < nextMs) return;
    nextMs = app.clock.monotonicMs() + EVERY_MS;
    const { events, oldest } = outboxMetrics(app.metrics);
    const counts = await countByStatus(app);
    for (const status of COUNTED) events.set({ status: status.toLowerCase() }, counts.get(status) ?? 0);
    oldest.set({}, await longestWait(app));
  };
}

async function countByStatus({ database }: GaugingApp): Promise<Map<string, number>> {
  const { outboxEvents: e } = database.tables;
  const rows = await database
    .select({ status: e.status, events: count() })
    .from(e)
    .where(inArray(e.status, [...COUNTED]))
    .groupBy(e.status);
  return new Map(rows.map(({ status, events }) => [status, events]));
}

/** Seconds since the oldest pending event fell due; one that waits for its next try on purpose is not late. */
async function longestWait({ database, clock }: GaugingApp): Promise<number> {
  const { outboxEvents: e } = database.tables;
  const now = clock.now();
  const [row] = await database
    .select({ due: min(e.nextAttemptAt) })
    .from(e)
    .where(and(eq(e.status, 'PENDING'), lte(e.nextAttemptAt, now)));
  return row?.due ? (now.getTime() - row.due.getTime()) / 1_000 : 0;
}
