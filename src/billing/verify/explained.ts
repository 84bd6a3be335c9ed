import { and, eq, inArray, sum } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import type { PaymentAttempt } from '../../schema.ts';

/** A person is asked to refund it. */
export const DUPLICATE = { reason: 'DUPLICATE_APPROVAL' } as const;

/** What is needed to say whether an approval that pays for nothing is known as one. */
export type Surplus = Pick<PaymentAttempt, 'id' | 'amount' | 'needsOperator' | 'operatorReason'>;

/**
 * The approvals that nothing explains. One is explained while a person is asked to refund it, and for good when all of
 * it has gone back.
 */
export async function unexplained<T extends Surplus>(
  app: Pick<App, 'database'>,
  approvals: readonly T[],
): Promise<T[]> {
  const silent = approvals.filter((one) => !(one.needsOperator && one.operatorReason === 'DUPLICATE_APPROVAL'));
  if (silent.length === 0) return [];
  const { refunds: r } = app.database.tables;
  const ids = silent.map(({ id }) => id);
  const given = await app.database
    .select({ id: r.attemptId, amount: sum(r.amount) })
    .from(r)
    .where(and(inArray(r.attemptId, ids), eq(r.status, 'SUCCEEDED')))
    .groupBy(r.attemptId);
  const back = new Map(given.map(({ id, amount }) => [id, Number(amount)]));
  return silent.filter(({ id, amount }) => (back.get(id) ?? 0) < amount);
}
