import type { App } from '../app.ts';
import { keepOnDisk, patiently, settleGroup, settlePatiently, type ChargeOutcome } from '../payments/index.ts';
import { Unavailable } from '../platform/errors.ts';
import { failPoint } from '../platform/fail-points.ts';
import type { AttemptState, PaymentAttempt } from '../schema.ts';
import { inGroups } from './groups.ts';

type SettlingApp = Pick<App, 'config' | 'database' | 'clock' | 'newId' | 'payments' | 'settlements' | 'log'>;

export interface Answered {
  attempt: PaymentAttempt;
  outcome: ChargeOutcome;
}

/** What became of an answer: the state it led to, or why it could not be booked. */
type Settled = { state: AttemptState } | { error: unknown };

/**
 * Settles answers in groups. When a group fails, each is settled alone, so that one bad row cannot hold back others.
 * Throws when an answer could not be booked; it is on disk then.
 */
export function groupSettler(app: SettlingApp): (answered: Answered) => Promise<AttemptState> {
  const settle = inGroups((group: Answered[]) => settleAll(app, group));
  return async (answered) => {
    const settled = await settle(answered);
    if ('error' in settled) throw settled.error;
    return settled.state;
  };
}

async function settleAll(app: SettlingApp, group: Answered[]): Promise<Settled[]> {
  try {
    failPoint('settle:before');
    const states = await patiently(app, (tx) => settleGroup(tx, app, group));
    failPoint('settle:after');
    return states.map((state) => ({ state }));
  } catch (error) {
    return Promise.all(group.map((answered) => settleAlone(app, answered, error)));
  }
}

/** What cannot be settled alone either is kept on disk before its error is told; a database that is away is not asked again. */
async function settleAlone(app: SettlingApp, { attempt, outcome }: Answered, cause: unknown): Promise<Settled> {
  try {
    if (cause instanceof Unavailable) {
      await keepOnDisk(app, attempt, outcome, cause);
      return { error: cause };
    }
    return { state: await settlePatiently(app, attempt, outcome) };
  } catch (error) {
    return { error };
  }
}
