import { and, eq, inArray, lt } from '../platform/database/sql.ts';
import type { App } from '../app.ts';

type TidyingApp = Pick<App, 'config' | 'database' | 'clock'>;

/** Few enough that no other statement waits long for them. */
const BATCH = 500;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Deletes what was delivered long ago, one batch per call while there is more, then not for an hour. */
export function openTidying(app: TidyingApp): () => Promise<void> {
  let nextMs = 0;
  return async () => {
    if (app.clock.monotonicMs() < nextMs) return;
    const deleted = await deleteDone(app);
    if (deleted < BATCH) nextMs = app.clock.monotonicMs() + HOUR_MS;
  };
}

/** Deletes one batch of events delivered more than `outbox.keepDoneDays` ago; says how many. */
async function deleteDone({ config, database, clock }: TidyingApp): Promise<number> {
  const { outboxEvents: e } = database.tables;
  const before = new Date(clock.now().getTime() - config.outbox.keepDoneDays * DAY_MS);
  const old = and(eq(e.status, 'DONE'), lt(e.doneAt, before));
  const rows = await database.select({ id: e.id }).from(e).where(old).limit(BATCH);
  if (rows.length === 0) return 0;
  const ids = rows.map(({ id }) => id);
  await database.delete(e).where(and(inArray(e.id, ids), old));
  return ids.length;
}
