import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '../app.ts';
import { settleIn, type ChargeOutcome } from '../payments/index.ts';
import { Unavailable } from '../platform/errors.ts';
import type { AttemptState, PaymentAttempt, Transaction } from '../schema.ts';

type SettlingApp = Pick<App, 'database' | 'clock' | 'newId' | 'payments' | 'settlements' | 'log'>;

/** Answers booked in one transaction at most; more would hold row locks for too long. */
const LARGEST_GROUP = 64;
/** An answer in hand is kept this long while the database is away; then its attempt is left to become unknown. */
const PATIENCE_MS = 60_000;
const RETRY_EVERY_MS = 1_000;

interface Waiting {
  attempt: PaymentAttempt;
  outcome: ChargeOutcome;
  done: PromiseWithResolvers<AttemptState>;
}

export type SettleOne = (attempt: PaymentAttempt, outcome: ChargeOutcome) => Promise<AttemptState>;

/**
 * Settles answers in groups: whatever arrives while one transaction commits goes into the next. When a group fails,
 * each is settled alone, so that one bad row cannot hold back others.
 */
export function groupSettler(app: SettlingApp): SettleOne {
  const waiting: Waiting[] = [];
  let draining = false;

  const drain = async (): Promise<void> => {
    draining = true;
    while (waiting.length > 0) await settleGroup(app, waiting.splice(0, LARGEST_GROUP));
    draining = false;
  };

  return (attempt, outcome) => {
    const done = Promise.withResolvers<AttemptState>();
    waiting.push({ attempt, outcome, done });
    if (!draining) void drain();
    return done.promise;
  };
}

async function settleGroup(app: SettlingApp, group: Waiting[]): Promise<void> {
  // Always in one order, so that two groups cannot each hold what the other waits for.
  const ordered = group.toSorted((a, b) =>
    (a.attempt.subscriptionId ?? '') < (b.attempt.subscriptionId ?? '') ? -1 : 1,
  );
  try {
    const states = await patiently(app, async (tx) => {
      const settled: AttemptState[] = [];
      for (const { attempt, outcome } of ordered) settled.push(await settleIn(tx, app, attempt, outcome));
      return settled;
    });
    ordered.forEach(({ done }, index) => done.resolve(states[index] ?? 'SENT'));
  } catch (error) {
    if (ordered.length === 1) ordered[0]?.done.reject(error);
    else for (const one of ordered) await settleGroup(app, [one]);
  }
}

/** Runs the transaction again while the database is away. */
async function patiently<T>(app: SettlingApp, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const until = app.clock.monotonicMs() + PATIENCE_MS;
  for (;;) {
    try {
      return await app.database.transaction(work);
    } catch (error) {
      if (!(error instanceof Unavailable) || app.clock.monotonicMs() > until) throw error;
    }
    await sleep(RETRY_EVERY_MS);
  }
}
