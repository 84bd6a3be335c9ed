import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '../../app.ts';
import { Unavailable } from '../../platform/errors.ts';
import type { AttemptState, PaymentAttempt, Transaction } from '../../schema.ts';
import type { Outcome } from './rules.ts';
import { settleIn, type SettlingApp } from './settle.ts';

const RETRY_EVERY_MS = 1_000;

type PatientApp = SettlingApp & Pick<App, 'config'>;

/** Runs a transaction again while the database is away, for as long as an answer in hand may wait. */
export async function patiently<T>(app: PatientApp, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const until = app.clock.monotonicMs() + app.config.payments.keepAnswersMs;
  for (;;) {
    try {
      return await app.database.transaction(work);
    } catch (error) {
      if (!(error instanceof Unavailable) || app.clock.monotonicMs() + RETRY_EVERY_MS > until) throw error;
    }
    await sleep(RETRY_EVERY_MS);
  }
}

/**
 * Books an answer in hand. What cannot be booked, because the database stays away or for a bug, is kept on disk before
 * the error is thrown, so that the next start books it.
 */
export async function settlePatiently(
  app: PatientApp,
  attempt: PaymentAttempt,
  outcome: Outcome,
): Promise<AttemptState> {
  try {
    return await patiently(app, (tx) => settleIn(tx, app, attempt, outcome));
  } catch (error) {
    await keepOnDisk(app, attempt, outcome, error);
    throw error;
  }
}

/** Keeps an answer that could not be booked; the next start books it. */
export async function keepOnDisk(
  { payments, log }: Pick<App, 'payments' | 'log'>,
  attempt: PaymentAttempt,
  outcome: Outcome,
  cause: unknown,
): Promise<void> {
  await payments.spool.keep(attempt, outcome);
  log.error({ err: cause, attemptId: attempt.publicId }, 'an answer could not be booked; it is kept on disk');
}
