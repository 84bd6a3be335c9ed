import type { App } from '../../app.ts';
import { InvalidInput } from '../../platform/errors.ts';
import type { OperatorReason } from '../../schema.ts';
import type { Range, Walked } from './ranges.ts';

/** What ops calls the invariants; their numbers never change, so that a runbook can name one. */
export const CHECKS = {
  V1: 'the totals of an order are the sums of its lines',
  V2: 'a paid order has exactly one approved payment of its amount',
  V3: 'a paid cycle has exactly one approved payment and one order',
  V4: 'what was given back is what the refunds say, and never more than was paid',
  V5: 'statuses and dates of a subscription fit its cycles',
  V6: 'live keys and fences stand exactly where a payment is under way',
  V8: 'copies of an item equal the item',
  V9: 'nothing waits longer than it may',
  V10: 'the history of a payment leads to its state',
  V12: 'migrations were applied as this release has them',
  V13: 'a mandate stands exactly as long as a subscription needs it',
  V14: 'an open cycle knows its payment, and a closed one has none under way',
} as const;

export type CheckName = keyof typeof CHECKS;

/** Invariants by name, in any case. Throws `InvalidInput` for a name that is none. */
export function checksNamed(names: readonly string[]): CheckName[] {
  const known = Object.keys(CHECKS);
  return names.map((name) => {
    const wanted = name.trim().toUpperCase();
    if (known.includes(wanted)) return wanted as CheckName;
    throw new InvalidInput('CHECK_UNKNOWN', `There is no check ${name}; there are ${known.join(', ')}.`);
  });
}

/** One row that breaks an invariant. */
export interface Breach {
  check: CheckName;
  table: string;
  /** The row, as a person can name it: an order number, a public id, or the id of the row. */
  id: string;
  /** What is wrong with it, in a sentence. */
  says: string;
  /** Row id of the payment attempt that a person should look at, where there is one. */
  attemptId?: string | undefined;
  /** Why a person is asked, where it is not simply that the books do not fit. */
  reason?: OperatorReason | undefined;
}

export type CheckingApp = Pick<App, 'config' | 'database' | 'clock' | 'migrations'>;

/** An invariant over one table, looked at a range of ids at a time. */
export interface Check {
  name: CheckName;
  /** The table whose rows are walked. */
  walks: Walked;
  /** The rows of a range that break it. One statement finds them, so that a shop at work is never seen half changed. */
  find(app: CheckingApp, range: Range): Promise<Breach[]>;
}

/** What a check finds before it is known as one. */
export type Found = Omit<Breach, 'check'>;

export const check = (
  name: CheckName,
  walks: Walked,
  find: (app: CheckingApp, range: Range) => Promise<Found[]>,
): Check => ({
  name,
  walks,
  find: async (app, range) => (await find(app, range)).map((found) => ({ check: name, ...found })),
});
