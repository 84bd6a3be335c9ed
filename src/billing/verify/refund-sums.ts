import { and, eq, exists, gt, inArray, not, or, sql } from '../../platform/database/sql.ts';
import type { RefundStatus } from '../../schema.ts';
import { check, type CheckingApp } from './check.ts';

/** Statuses in which a refund holds its amount. */
const HOLDING = ['REQUESTED', 'PENDING', 'SENT', 'UNKNOWN', 'SUCCEEDED'] as const satisfies RefundStatus[];

/** Won of the joined refunds in some statuses. */
function sumIn({ database }: CheckingApp, statuses: readonly RefundStatus[]) {
  const { refunds: r } = database.tables;
  return sql<number>`coalesce(sum(case when ${inArray(r.status, [...statuses])} then ${r.amount} else 0 end), 0)`;
}

/** V4: refunds of a payment come to no more than it, and its order says what went back. */
export const refundSums = check('V4', 'paymentAttempts', async (app, range) => {
  const { paymentAttempts: t, orders: o, refunds: r } = app.database.tables;
  const [held, back] = [sumIn(app, HOLDING), sumIn(app, ['SUCCEEDED'])];
  const rows = await app.database
    .select({ id: t.id, publicId: t.publicId, amount: t.amount, said: o.refundedAmount, held, back })
    .from(t)
    .innerJoin(r, eq(r.attemptId, t.id))
    .leftJoin(o, eq(o.paidAttemptId, t.id))
    .where(range(t.id))
    .groupBy(t.id, t.publicId, t.amount, o.refundedAmount)
    .having(or(sql`${held} > ${t.amount}`, sql`${back} <> ${o.refundedAmount}`));
  return rows.map(({ id, publicId, amount, said, held, back }) => ({
    table: 'payment_attempts',
    id: publicId,
    says:
      Number(held) > amount
        ? `refunds of it hold ${Number(held)} won, and it was ${amount} won`
        : `${Number(back)} won of it went back, and its order says ${said} won`,
    attemptId: id,
  }));
});

/** V4: an order's status says how much of it went back, and refunds prove it. */
export const refundedOrders = check('V4', 'orders', async (app, range) => {
  const { orders: o } = app.database.tables;
  const rows = await app.database
    .select({ id: o.number, status: o.status, back: o.refundedAmount, paid: o.payAmount, attemptId: o.paidAttemptId })
    .from(o)
    .where(and(range(o.id), or(misstated(app), and(gt(o.refundedAmount, 0), not(hasRefunds(app))))));
  return rows.map(({ id, status, back, paid, attemptId }) => ({
    table: 'orders',
    id,
    says: `it is ${status} with ${back} of ${paid} won given back`,
    attemptId: attemptId ?? undefined,
  }));
});

/** The statuses that fit an amount given back; what is not paid gives nothing back. */
function misstated({ database }: CheckingApp) {
  const { orders: o } = database.tables;
  return sql`${o.refundedAmount} > ${o.payAmount} or ${o.refundedAmount} < 0
    or (${o.refundedAmount} = 0 and ${inArray(o.status, ['PARTIALLY_REFUNDED', 'REFUNDED'])})
    or (${o.refundedAmount} > 0 and ${o.refundedAmount} < ${o.payAmount} and ${o.status} <> 'PARTIALLY_REFUNDED')
    or (${o.refundedAmount} > 0 and ${o.refundedAmount} = ${o.payAmount} and ${o.status} <> 'REFUNDED')`;
}

function hasRefunds({ database }: CheckingApp) {
  const { orders: o, refunds: r } = database.tables;
  return exists(
    database
      .select({ one: sql`1` })
      .from(r)
      .where(eq(r.attemptId, o.paidAttemptId)),
  );
}
