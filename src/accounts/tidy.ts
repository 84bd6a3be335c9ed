import { setTimeout as sleep } from 'node:timers/promises';
import { lt } from '../platform/database/sql.ts';
import type { App } from '../app.ts';

const HOUR_MS = 3_600_000;

/** Deletes sessions and one-time tokens that are over, every hour until told to stop. */
export async function startTidying(app: App, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    await deleteExpired(app).catch((err: unknown) => app.log.warn({ err }, 'old sessions are deleted later'));
    await sleep(HOUR_MS, undefined, { signal: stop }).catch(() => undefined);
  }
}

/** Both are worth nothing once their time is over, revoked or not. */
export async function deleteExpired({ database, clock }: Pick<App, 'database' | 'clock'>): Promise<void> {
  const { sessions, oneTimeTokens } = database.tables;
  await database.delete(sessions).where(lt(sessions.expiresAt, clock.now()));
  await database.delete(oneTimeTokens).where(lt(oneTimeTokens.expiresAt, clock.now()));
}
