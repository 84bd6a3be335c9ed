import { and, asc, eq, lte } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import type { PaymentAttempt } from '../../schema.ts';
import { settle, type SettlingApp } from './settle.ts';

const PAGE = 200;

/**
 * SENT rows whose call must have ended long ago become UNKNOWN: they are never sent again, and are looked at from now
 * on. Returns how many.
 */
export async function markSilent(app: SettlingApp): Promise<number> {
  const { paymentAttempts: t } = app.database.tables;
  let marked = 0;
  for (;;) {
    const silent = await app.database
      .select()
      .from(t)
      .where(and(eq(t.state, 'SENT'), lte(t.nextCheckAt, app.clock.now())))
      .orderBy(asc(t.nextCheckAt), asc(t.id))
      .limit(PAGE);
    if (silent.length === 0) return marked;
    for (const attempt of silent) await silence(app, attempt);
    marked += silent.length;
  }
}

export const isSilent = ({ state, nextCheckAt }: PaymentAttempt, { clock }: Pick<App, 'clock'>): boolean =>
  state === 'SENT' && nextCheckAt !== null && nextCheckAt <= clock.now();

/** Gives up on the answer to a call. Who finds that it has come after all changes nothing. */
export async function silence(app: SettlingApp, attempt: PaymentAttempt): Promise<void> {
  const silent = { kind: 'unknown', why: 'connection_lost', answered: false, lookAt: app.clock.now() } as const;
  const state = await settle(app, attempt, silent, { actor: 'SYSTEM', note: 'no answer was booked in time' });
  if (state !== 'UNKNOWN') return;
  app.log.warn({ event: 'attempt_silent', attemptId: attempt.publicId }, 'no answer was booked; it is unknown now');
}
