import { and, eq, lte, min } from '../platform/database/sql.ts';
import { resolveDue, type Resolved } from '../payments/index.ts';
import type { Engine } from './engine.ts';
import { pause } from '../platform/waiting.ts';

/** Between two looks at the books while something of this run is in doubt. */
const LOOK_EVERY_MS = 1_000;

/**
 * Gives the run's own unknowns a while to be resolved. What is not due for a look within that time is left to the
 * resolver of the server, or to the next run.
 */
export async function resolveOwn(engine: Engine): Promise<Resolved> {
  const { app, halt } = engine;
  const sum: Resolved = { silent: 0, looked: 0, approved: 0, notCharged: 0, proposed: 0, operator: 0 };
  const endMs = app.clock.monotonicMs() + app.config.billing.resolveSeconds * 1_000;
  while (!halt.signal.aborted) {
    const next = await nextLook(engine);
    const waitMs = next ? next.getTime() - app.clock.now().getTime() : undefined;
    if (waitMs === undefined || app.clock.monotonicMs() + waitMs > endMs) break;
    await pause(Math.min(Math.max(waitMs, 0), LOOK_EVERY_MS), halt.signal);
    if (waitMs > LOOK_EVERY_MS) continue;
    const resolved = await resolveDue(app, { stop: halt.signal });
    for (const [name, count] of Object.entries(resolved) as [keyof Resolved, number][]) sum[name] += count;
    if (resolved.looked === 0) break;
  }
  return sum;
}

/** When the first of this run's unknowns is looked at again. */
async function nextLook({ app, runner }: Engine): Promise<Date | undefined> {
  const { paymentAttempts: t } = app.database.tables;
  const soon = new Date(app.clock.now().getTime() + app.config.billing.resolveSeconds * 1_000);
  const [row] = await app.database
    .select({ at: min(t.nextCheckAt) })
    .from(t)
    .where(and(eq(t.runId, runner.runId), eq(t.state, 'UNKNOWN'), lte(t.nextCheckAt, soon)));
  return row?.at ? new Date(row.at) : undefined;
}
