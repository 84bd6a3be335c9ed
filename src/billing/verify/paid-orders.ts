import { and, eq, inArray, isNotNull, isNull, ne, not, or } from '../../platform/database/sql.ts';
import { check, type CheckingApp, type Found } from './check.ts';
import { DUPLICATE, unexplained } from './explained.ts';
import type { Range } from './ranges.ts';
import { joinedWith } from './joining.ts';

const PAID = ['PAID', 'PARTIALLY_REFUNDED', 'REFUNDED'] as const;

/** V2: orders of a checkout; a renewal's order belongs to its cycle and is looked at with it. */
export const paidOrders = check('V2', 'orders', async (app, range) => {
  const suspicious = (await suspects(app, range)).map((row) => ({ ...row, ...judge(row) }));
  const surplus = suspicious.flatMap(({ attempt, maySurplus }) => (maySurplus && attempt ? [attempt] : []));
  const open = new Set((await unexplained(app, surplus)).map(({ id }) => id));
  const found = suspicious
    .filter(({ attempt, maySurplus }) => !maySurplus || open.has(attempt?.id ?? ''))
    .map(({ order, attempt, says, maySurplus }): Found => {
      const attemptId = attempt?.id ?? order.paidAttemptId ?? undefined;
      return { table: 'orders', id: order.number, says, attemptId, ...(maySurplus && DUPLICATE) };
    });
  return [...new Map(found.map((one) => [one.id, one])).values()]; // one breach an order, however many approvals
});

function suspects({ database }: CheckingApp, range: Range) {
  const { orders: o, paymentAttempts: t } = database.tables;
  const paid = inArray(o.status, [...PAID]);
  const wrongly = or(isNull(t.id), isNull(o.paidAttemptId), ne(t.id, o.paidAttemptId), ne(t.amount, o.payAmount));
  const unpaid = or(isNotNull(t.id), isNotNull(o.paidAttemptId));
  return database
    .select({
      order: { number: o.number, status: o.status, payAmount: o.payAmount, paidAttemptId: o.paidAttemptId },
      attempt: {
        id: t.id,
        amount: t.amount,
        needsOperator: t.needsOperator,
        operatorReason: t.operatorReason,
      },
    })
    .from(o)
    .leftJoin(t, and(eq(t.orderId, o.id), joinedWith(t.state, 'APPROVED')))
    .where(and(range(o.id), ne(o.kind, 'RENEWAL'), or(and(paid, wrongly), and(not(paid), unpaid))));
}

type Suspect = Awaited<ReturnType<typeof suspects>>[number];

/** `maySurplus`: the order is right as it is, unless nothing explains the approval beside it. */
function judge({ order, attempt }: Suspect): { says: string; maySurplus: boolean } {
  const { status, payAmount, paidAttemptId } = order;
  const wrong = (says: string) => ({ says, maySurplus: false });
  if (!attempt) return wrong(`it is ${status}, and no payment of it was approved`);
  if (!isPaid(order)) {
    return paidAttemptId === null
      ? { says: `it is ${status} although a payment of it was approved`, maySurplus: true }
      : wrong(`it is ${status} although it knows the payment that paid it`);
  }
  if (paidAttemptId === null) return wrong(`it is ${status} and does not know by which payment`);
  if (attempt.id === paidAttemptId) return wrong(`it was paid with ${attempt.amount} won and costs ${payAmount} won`);
  return { says: 'a payment of it was approved that is not the one that paid it', maySurplus: true };
}

const isPaid = ({ status }: Suspect['order']): boolean => (PAID as readonly string[]).includes(status);

/** V2: approved payments of an order that is gone. */
export const orderlessApprovals = check('V2', 'paymentAttempts', async ({ database }, range) => {
  const { orders: o, paymentAttempts: t } = database.tables;
  const rows = await database
    .select({ id: t.id, publicId: t.publicId })
    .from(t)
    .leftJoin(o, eq(o.id, t.orderId))
    .where(
      and(range(t.id), eq(t.state, 'APPROVED'), inArray(t.purpose, ['ORDER', 'SUBSCRIPTION_START']), isNull(o.id)),
    );
  return rows.map(({ id, publicId }) => ({
    table: 'payment_attempts',
    id: publicId,
    says: 'it was approved, and there is no order of it',
    attemptId: id,
  }));
});
