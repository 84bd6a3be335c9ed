import { aliasedTable, and, eq, isNotNull, isNull, ne, or } from '../../platform/database/sql.ts';
import { check, type CheckingApp, type Found } from './check.ts';
import { DUPLICATE, unexplained, type Surplus } from './explained.ts';
import type { Range } from './ranges.ts';
import { joinedWith } from './joining.ts';

/** V3: cycles, each with the payment and the order it says it has, and with those that say they are of it. */
export const paidCycles = check('V3', 'billingCycles', async (app, range) => {
  const rows = await suspects(app, range);
  const open = new Set((await unexplained(app, rows.flatMap(surplusOf))).map(({ id }) => id));
  const found = rows.flatMap((row): Found[] => {
    const own = ownFault(row);
    const says = own ?? (open.has(row.renewal?.id ?? '') ? surplusFault(row) : undefined);
    if (says === undefined) return [];
    const attemptId = row.renewal?.id ?? row.cycle.paidAttemptId ?? undefined;
    return [{ table: 'billing_cycles', id: nameOf(row.cycle), says, attemptId, ...(!own && DUPLICATE) }];
  });
  return [...new Map(found.map((one) => [one.id, one])).values()];
});

export const nameOf = ({ subscriptionId, cycle }: { subscriptionId: string | null; cycle: number | null }): string =>
  `${subscriptionId}:${cycle}`;

function suspects({ database }: CheckingApp, range: Range) {
  const { billingCycles: c, paymentAttempts, orders } = database.tables;
  const [paid, renewal] = [aliasedTable(paymentAttempts, 'paid'), aliasedTable(paymentAttempts, 'renewal')];
  const [order, claimant] = [aliasedTable(orders, 'paid_order'), aliasedTable(orders, 'claimant')];
  const surplus = and(isNotNull(renewal.id), or(isNull(c.paidAttemptId), ne(renewal.id, c.paidAttemptId)));
  const stranger = and(isNotNull(claimant.id), or(isNull(c.orderId), ne(claimant.id, c.orderId)));
  const isRenewal = eq(paid.purpose, 'RENEWAL');
  const mismatch = or(
    isNull(paid.id),
    ne(paid.state, 'APPROVED'),
    isNull(order.id),
    isNull(order.paidAttemptId),
    ne(order.paidAttemptId, paid.id),
    and(isRenewal, or(ne(paid.subscriptionId, c.subscriptionId), ne(paid.cycle, c.cycle), ne(paid.amount, c.amount))),
    and(isRenewal, or(isNull(order.subscriptionId), ne(order.payAmount, c.amount))),
  );
  const unpaid = or(isNotNull(c.paidAttemptId), isNotNull(c.orderId));
  return database
    .select({
      cycle: { subscriptionId: c.subscriptionId, cycle: c.cycle, status: c.status, paidAttemptId: c.paidAttemptId },
      amount: c.amount,
      orderId: c.orderId,
      paid: {
        id: paid.id,
        state: paid.state,
        amount: paid.amount,
        purpose: paid.purpose,
        subscriptionId: paid.subscriptionId,
        cycle: paid.cycle,
      },
      order: {
        id: order.id,
        amount: order.payAmount,
        paidAttemptId: order.paidAttemptId,
        subscriptionId: order.subscriptionId,
      },
      renewal: {
        id: renewal.id,
        publicId: renewal.publicId,
        amount: renewal.amount,
        needsOperator: renewal.needsOperator,
        operatorReason: renewal.operatorReason,
      },
      claimant: { id: claimant.id, number: claimant.number },
    })
    .from(c)
    .leftJoin(paid, eq(paid.id, c.paidAttemptId))
    .leftJoin(order, eq(order.id, c.orderId))
    .leftJoin(
      renewal,
      and(
        eq(renewal.subscriptionId, c.subscriptionId),
        eq(renewal.cycle, c.cycle),
        joinedWith(renewal.purpose, 'RENEWAL'),
        joinedWith(renewal.state, 'APPROVED'),
      ),
    )
    .leftJoin(claimant, and(eq(claimant.subscriptionId, c.subscriptionId), eq(claimant.cycle, c.cycle)))
    .where(
      and(range(c.id), or(surplus, stranger, and(eq(c.status, 'PAID'), mismatch), and(ne(c.status, 'PAID'), unpaid))),
    );
}

type Suspect = Awaited<ReturnType<typeof suspects>>[number];

const isSurplus = ({ cycle, renewal }: Suspect): boolean => renewal !== null && renewal.id !== cycle.paidAttemptId;

const surplusOf = (row: Suspect): Surplus[] => (isSurplus(row) && row.renewal ? [row.renewal] : []);

const surplusFault = ({ cycle, renewal }: Suspect): string =>
  cycle.status === 'PAID'
    ? `${renewal?.publicId} was approved for it, and something else paid it`
    : `it is ${cycle.status} although ${renewal?.publicId} was approved for it`;

/** What is wrong with the cycle itself, whatever else was approved for it. */
function ownFault(row: Suspect): string | undefined {
  const { cycle, orderId, claimant } = row;
  if (claimant && claimant.id !== orderId) return `the order ${claimant.number} says it is of this cycle`;
  if (cycle.status === 'PAID') return faultOfPaid(row);
  return cycle.paidAttemptId === null && orderId === null ? undefined : `it is ${cycle.status} and names what paid it`;
}

function faultOfPaid({ cycle, amount, paid, order }: Suspect): string | undefined {
  if (!paid) return 'it is PAID, and the payment it names is not there';
  if (paid.state !== 'APPROVED') return `it is PAID by a payment that is ${paid.state}`;
  if (!order) return 'it is PAID, and its order is not there';
  if (order.paidAttemptId !== paid.id) return 'its order was paid by another payment';
  if (paid.purpose !== 'RENEWAL') return undefined; // the first payment may be for several subscriptions
  const isOfCycle = paid.subscriptionId === cycle.subscriptionId && paid.cycle === cycle.cycle;
  if (!isOfCycle || order.subscriptionId === null) return 'it is PAID by a payment of something else';
  const isExact = paid.amount === amount && order.amount === amount;
  return isExact ? undefined : `it costs ${amount} won, ${paid.amount} won paid it, its order says ${order.amount} won`;
}

/** V3: approved renewals of a cycle that is gone. */
export const cyclelessApprovals = check('V3', 'paymentAttempts', async ({ database }, range) => {
  const { billingCycles: c, paymentAttempts: t } = database.tables;
  const rows = await database
    .select({ id: t.id, publicId: t.publicId })
    .from(t)
    .leftJoin(c, and(eq(c.subscriptionId, t.subscriptionId), eq(c.cycle, t.cycle)))
    .where(and(range(t.id), eq(t.state, 'APPROVED'), eq(t.purpose, 'RENEWAL'), isNull(c.id)));
  return rows.map(({ id, publicId }) => ({
    table: 'payment_attempts',
    id: publicId,
    says: 'it was approved, and the cycle it is for is not there',
    attemptId: id,
  }));
});

/** V3: orders of renewals whose cycle is gone. */
export const cyclelessOrders = check('V3', 'orders', async ({ database }, range) => {
  const { billingCycles: c, orders: o } = database.tables;
  const rows = await database
    .select({ id: o.number, attemptId: o.paidAttemptId })
    .from(o)
    .leftJoin(c, and(eq(c.subscriptionId, o.subscriptionId), eq(c.cycle, o.cycle)))
    .where(and(range(o.id), eq(o.kind, 'RENEWAL'), isNull(c.id)));
  return rows.map(({ id, attemptId }) => ({
    table: 'orders',
    id,
    says: 'it is of a renewal, and the cycle it is for is not there',
    attemptId: attemptId ?? undefined,
  }));
});
