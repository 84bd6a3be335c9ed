import type { App } from '../app.ts';
import { keepOnDisk, patiently, settleIn, settlePatiently, type ChargeOutcome } from '../payments/index.ts';
import { Unavailable } from '../platform/errors.ts';
import type { AttemptState, PaymentAttempt } from '../schema.ts';

type SettlingApp = Pick<App, 'config' | 'database' | 'clock' | 'newId' | 'payments' | 'settlements' | 'log'>;

/** Answers booked in one transaction at most; more would hold row locks for too long. */
const LARGEST_GROUP = 64;

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
    await Promise.all(ordered.map((one) => settleAlone(app, one, error)));
  }
}

/** What cannot be settled alone either is kept on disk before its error is told; a database that is away is not asked again. */
async function settleAlone(app: SettlingApp, { attempt, outcome, done }: Waiting, cause: unknown): Promise<void> {
  try {
    if (cause instanceof Unavailable) {
      await keepOnDisk(app, attempt, outcome, cause);
      throw cause;
    }
    done.resolve(await settlePatiently(app, attempt, outcome));
  } catch (error) {
    done.reject(error);
  }
}
