import { and, asc, eq, gt, gte, inArray, lt, sum } from '../../platform/database/sql.ts';
import { firstIdAt } from '../../platform/ids.ts';
import type { PaymentAttempt, RefundStatus } from '../../schema.ts';
import { comparePayment } from './r2-approvals.ts';
import { askEach, eachRow, PAGE, type Reconciliation } from './run.ts';

/** R7: payments of which something went back in the window: never more than they were, and as the provider has it. */
export const checkRefundSums = (run: Reconciliation): Promise<void> =>
  askEach(run, refundedPayments(run), async (attempt) => {
    if (await isAboveAmount(run, attempt)) return;
    // Those approved in the window have been compared, refunds and all, by R2.
    if (isComparedByR2(run, attempt) || attempt.providerPaymentId === null) return run.findings.examined('R7');
    await comparePayment(run, 'R7', attempt);
  });

/** A refund that nobody decides may be this old. */
const LONGEST_REFUND_MS = 31 * 86_400_000;

async function* refundedPayments({ app, window, attempt }: Reconciliation): AsyncGenerator<PaymentAttempt> {
  const { refunds: r, paymentAttempts: t } = app.database.tables;
  const within = attempt
    ? eq(r.attemptId, attempt.id)
    : and(
        gt(r.id, firstIdAt(window.since.getTime() - LONGEST_REFUND_MS)),
        gte(r.updatedAt, window.since),
        lt(r.updatedAt, window.before),
      );
  // In the order of the payments' ids, so that each is seen once however often something of it went back.
  yield* eachRow((after) =>
    app.database
      .select()
      .from(t)
      .where(and(gt(t.id, after), inArray(t.id, app.database.select({ id: r.attemptId }).from(r).where(within))))
      .orderBy(asc(t.id))
      .limit(PAGE),
  );
}

const isComparedByR2 = ({ window, attempt: named }: Reconciliation, { state, approvedAt }: PaymentAttempt): boolean =>
  state === 'APPROVED' &&
  approvedAt !== null &&
  (named !== undefined || (approvedAt >= window.since && approvedAt < window.before));

const HOLDING = ['REQUESTED', 'PENDING', 'SENT', 'UNKNOWN', 'SUCCEEDED'] as const satisfies RefundStatus[];

async function isAboveAmount({ app, findings }: Reconciliation, attempt: PaymentAttempt): Promise<boolean> {
  const { refunds: r } = app.database.tables;
  const [row] = await app.database
    .select({ held: sum(r.amount) })
    .from(r)
    .where(and(eq(r.attemptId, attempt.id), inArray(r.status, [...HOLDING])));
  const held = Number(row?.held ?? 0);
  if (held <= attempt.amount) return false;
  findings.examined('R7');
  const says = `refunds of it hold ${held} won, and it was ${attempt.amount} won`;
  await findings.differ({ check: 'R7', kind: 'sum', says, table: 'payment_attempts', id: attempt.publicId, attempt });
  return true;
}
