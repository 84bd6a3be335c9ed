import { inArray, lt } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { repeat } from '../platform/waiting.ts';

const HOUR_MS = 3_600_000;
/** Few enough that no login waits long for them. */
const BATCH = 500;

/** Deletes sessions and one-time tokens that are over, every hour until told to stop. */
export function startTidying(app: App, stop: AbortSignal): Promise<void> {
  const tidy = () =>
    deleteExpired(app).catch((err: unknown) => app.log.warn({ err }, 'old sessions are deleted later'));
  return repeat(tidy, { everyMs: HOUR_MS, stop });
}

/** Both are worth nothing once their time is over, revoked or not. */
export async function deleteExpired(app: Pick<App, 'database' | 'clock'>): Promise<void> {
  const { sessions, oneTimeTokens } = app.database.tables;
  for (const [table, key] of [
    [sessions, sessions.id],
    [oneTimeTokens, oneTimeTokens.tokenHash],
  ] as const) {
    for (let deleted = BATCH; deleted === BATCH;) deleted = await deleteBatch(app, table, key);
  }
}

type Tables = App['database']['tables'];

async function deleteBatch(
  { database, clock }: Pick<App, 'database' | 'clock'>,
  table: Tables['sessions'] | Tables['oneTimeTokens'],
  key: Tables['sessions']['id'] | Tables['oneTimeTokens']['tokenHash'],
): Promise<number> {
  const over = lt(table.expiresAt, clock.now());
  const rows = await database.select({ key }).from(table).where(over).limit(BATCH);
  if (rows.length === 0) return 0;
  const keys = rows.map((row) => row.key);
  await database.delete(table).where(inArray(key, keys));
  return keys.length;
}
