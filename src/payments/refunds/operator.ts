import { and, eq } from '../../platform/database/sql.ts';
import type { Performer } from '../../audit.ts';
import { Conflict, InvalidInput } from '../../platform/errors.ts';
import type { Refund, RefundReasonCode, RefundStatus, Transaction } from '../../schema.ts';
import { attemptOf, findRefundable, getRefund, lockOrder, lockRefund } from './queries.ts';
import { enqueueRefund, requestRefund, reserve } from './request.ts';
import type { RefundAmount, RefundFinding } from './rules.ts';
import { count, settleRefund, trace, type RefundingApp } from './settle.ts';

export interface RefundByHand {
  /** Public id of an attempt, or the number of an order. */
  reference: string;
  amount: RefundAmount;
  reasonCode: RefundReasonCode;
  note: string;
  by: Performer;
  cancelSubscriptions?: boolean;
  requestKey?: string | undefined;
}

/** Customers see it: the width of its column. */
const LONGEST_REASON = 200;

/** Gives money back at a person's word: on the payment of an order, or on an approval that came twice. */
export async function refundByHand(
  app: Pick<RefundingApp, 'database' | 'clock' | 'newId'>,
  { reference, note, by, ...wanted }: RefundByHand,
): Promise<Refund> {
  if (note.length > LONGEST_REASON) {
    throw new InvalidInput('NOTE_INVALID', `A note on a refund has at most ${LONGEST_REASON} characters.`);
  }
  const found = await findRefundable(app, reference);
  return requestRefund(app, { ...wanted, ...found, reasonText: note, requestedBy: 'ADMIN', performer: by });
}

export interface ResolveRefund {
  refundId: string;
  result: 'SUCCEEDED' | 'FAILED';
  note: string;
  /** The provider's id of the refund, where the person has found one. */
  providerRefundId?: string | undefined;
  by: Performer;
}

/** A person has found out what became of a refund in doubt. */
export async function resolveRefund(app: RefundingApp, decision: ResolveRefund): Promise<Refund> {
  const { refundId, note, by } = decision;
  const refund = await getRefund(app, refundId);
  if (refund.status !== 'UNKNOWN') throw inState(refund.status);
  const { status, changed } = await settleRefund(app, refund, findingOf(app, decision, refund), { by, note });
  if (!changed) throw inState(status);
  return getRefund(app, refundId);
}

function findingOf(
  { clock }: RefundingApp,
  { result, providerRefundId }: ResolveRefund,
  refund: Refund,
): RefundFinding {
  if (result === 'FAILED') return { kind: 'given_up' };
  const balanceAfter = (refund.balanceBefore ?? refund.amount) - refund.amount;
  const reference = providerRefundId === undefined ? {} : { refundRef: providerRefundId };
  return { kind: 'refunded', ...reference, balanceAfter, at: clock.now() };
}

export interface RetryRefund {
  refundId: string;
  note: string;
  by: Performer;
}

/** FAILED → PENDING: reserves the amount anew, for others may have taken it, and orders it sent once more. */
export async function retryRefund(app: RefundingApp, { refundId, note, by }: RetryRefund): Promise<Refund> {
  const seen = await getRefund(app, refundId);
  const { refund, attempt } = await app.database.transaction(async (tx) => {
    const order = await lockOrder(tx, app, seen.orderId);
    const failed = await lockRefund(tx, app, seen.id);
    if (failed.status !== 'FAILED') throw inState(failed.status);
    const paid = await attemptOf(tx, app, failed.attemptId);
    await reserve(tx, app, { order, attempt: paid, asked: failed.amount });
    return { refund: await reopen(tx, app, failed, { by, note }), attempt: paid };
  });
  count(app, attempt, 'PENDING');
  return refund;
}

/** What had been sent was refused, so it expects what the provider holds now. */
async function reopen(
  tx: Transaction,
  app: RefundingApp,
  refund: Refund,
  evidence: Pick<RetryRefund, 'by' | 'note'>,
): Promise<Refund> {
  const { refunds: r } = app.database.tables;
  const columns = { balanceBefore: null, providerCode: null, failure: null, needsOperator: false };
  await tx
    .update(r)
    .set({ ...columns, status: 'PENDING', updatedAt: app.clock.now() })
    .where(and(eq(r.id, refund.id), eq(r.status, 'FAILED')));
  await trace(tx, app, { refund, step: { to: 'PENDING', columns }, evidence });
  await enqueueRefund(tx, app, refund);
  return { ...refund, ...columns, status: 'PENDING' };
}

const inState = (status: RefundStatus) =>
  new Conflict('REFUND_STATE', `This is not possible for a refund that is ${status}.`, { facts: { status } });
