import { and, asc, eq, lte } from 'drizzle-orm';
import type { App } from '../app.ts';
import { settle } from './settle.ts';

const PAGE = 200;

/** SENT rows whose call must have ended long ago become UNKNOWN: they are never sent again. Returns how many. */
export async function markSilent(
  app: Pick<App, 'database' | 'clock' | 'newId' | 'payments' | 'settlements' | 'log'>,
): Promise<number> {
  const { paymentAttempts: t } = app.database.tables;
  let marked = 0;
  for (;;) {
    const now = app.clock.now();
    const silent = await app.database
      .select()
      .from(t)
      .where(and(eq(t.state, 'SENT'), lte(t.nextCheckAt, now)))
      .orderBy(asc(t.nextCheckAt), asc(t.id))
      .limit(PAGE);
    if (silent.length === 0) return marked;
    for (const attempt of silent) {
      await settle(app, attempt, { kind: 'unknown', why: 'connection_lost', answered: false, lookAt: now });
      marked += 1;
      app.log.warn(
        { event: 'attempt_silent', attemptId: attempt.publicId },
        'no answer was booked; the attempt is unknown',
      );
    }
  }
}
