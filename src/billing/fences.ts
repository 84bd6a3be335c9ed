import { inArray, or } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import type { PaymentAttempt, Transaction } from '../schema.ts';

/** What the provider sees as one customer; it takes one charge of a customer at a time. */
export const customerFence = ({ provider, customerRef }: Pick<PaymentAttempt, 'provider' | 'customerRef'>): string =>
  `${provider}:${customerRef}`;

/** What stands before a charge: a call whose answer will come, or a charge in doubt that only a later run gets past. */
export type Fence = 'busy' | 'in_doubt';

/** The fences that stand now before some attempts. */
export async function readFences(
  tx: Transaction,
  { database, clock }: Pick<App, 'database' | 'clock'>,
  wanted: readonly PaymentAttempt[],
): Promise<(attempt: PaymentAttempt) => Fence | undefined> {
  const { paymentAttempts: t } = database.tables;
  const mandates = wanted.map(({ mandateId }) => mandateId ?? '');
  const rows = await tx
    .select({ mandate: t.mandateFence, customer: t.customerFence, state: t.state, silentAt: t.nextCheckAt })
    .from(t)
    .where(or(inArray(t.mandateFence, mandates), inArray(t.customerFence, wanted.map(customerFence))));
  const now = clock.now();
  const fences = new Map<string, Fence>();
  for (const { mandate, customer, state, silentAt } of rows) {
    // A call that has been silent for so long is in doubt, whether somebody has written that down yet or not.
    const inDoubt = state === 'UNKNOWN' || (silentAt !== null && silentAt <= now);
    for (const key of [mandate, customer]) if (key) fences.set(key, inDoubt ? 'in_doubt' : 'busy');
  }
  return (attempt) => fences.get(attempt.mandateId ?? '') ?? fences.get(customerFence(attempt));
}
