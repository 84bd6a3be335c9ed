import { and, asc, eq, inArray, or } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import type { BillingCycle, PaymentAttempt, Subscription, Transaction } from '../schema.ts';

type Needs = Pick<App, 'database'>;

/** What an attempt pays for, as it was read under the lock. */
export interface Turn {
  cycle: BillingCycle;
  subscription: Subscription;
}

/** The locked rows above some attempts. */
export interface Books {
  turnOf(attempt: PaymentAttempt): Turn;
  /** The date of the run that made the attempt: a run bills its own date to its end, past midnight too. */
  businessDate(attempt: PaymentAttempt): string;
}

/** The condition that names the cycles of attempts; each is one look into the index of (subscription, cycle). */
export const cyclesOf = (
  { billingCycles: c }: App['database']['tables'],
  attempts: readonly Pick<PaymentAttempt, 'subscriptionId' | 'cycle'>[],
) =>
  or(
    ...attempts.map(({ subscriptionId, cycle }) =>
      and(eq(c.subscriptionId, subscriptionId ?? ''), eq(c.cycle, cycle ?? 0)),
    ),
  );

const turnKey = (subscriptionId: string | null, cycle: number | null): string => `${subscriptionId}:${cycle}`;

/** Locks subscriptions, then cycles, always in the order of their ids, so that two groups cannot hold each other up. */
export async function openBooks(
  tx: Transaction,
  { database }: Needs,
  attempts: readonly PaymentAttempt[],
): Promise<Books> {
  const { subscriptions: s, billingCycles: c, billingRuns: runs } = database.tables;
  const subscriptionIds = [...new Set(attempts.map(({ subscriptionId }) => subscriptionId ?? ''))];
  const subscriptionRows = await tx.lock(tx.select().from(s).where(inArray(s.id, subscriptionIds)).orderBy(asc(s.id)));
  const cycleRows = await tx.lock(tx.select().from(c).where(cyclesOf(database.tables, attempts)).orderBy(asc(c.id)));
  const runIds = [...new Set(attempts.map(({ runId }) => runId ?? ''))];
  const runRows = await tx.select({ id: runs.id, on: runs.businessOn }).from(runs).where(inArray(runs.id, runIds));

  const subscriptions = new Map(subscriptionRows.map((row) => [row.id, row]));
  const cycles = new Map(cycleRows.map((row) => [turnKey(row.subscriptionId, row.cycle), row]));
  const dates = new Map(runRows.map(({ id, on }) => [id, on]));
  return {
    turnOf(attempt) {
      const cycle = cycles.get(turnKey(attempt.subscriptionId, attempt.cycle));
      const subscription = subscriptions.get(attempt.subscriptionId ?? '');
      if (!cycle || !subscription) throw new Error(`Bug: the cycle of attempt ${attempt.publicId} is gone.`);
      return { cycle, subscription };
    },
    businessDate(attempt) {
      const date = dates.get(attempt.runId ?? '');
      if (!date) throw new Error(`Bug: the run of attempt ${attempt.publicId} is gone.`);
      return date;
    },
  };
}
