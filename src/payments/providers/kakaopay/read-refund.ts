import type { Found, RefundOutcome, RefundRequest } from '../../provider.ts';
import { doubt, undecided, type LookUp, type Verdict } from '../verdict.ts';
import { CancelAnswer } from './shapes.ts';

type Refunded = Extract<RefundOutcome, { kind: 'refunded' }>;

export const readRefund =
  (request: RefundRequest) =>
  (body: unknown, now: Date): Refunded | Verdict => {
    const { success, data } = CancelAnswer.safeParse(body);
    if (!success) return doubt(now, { why: 'unparsable' });
    const isSame =
      data.tid === request.providerPaymentId &&
      data.cid === request.merchantCode &&
      data.partner_order_id === request.attemptId &&
      data.approved_cancel_amount.total === request.amounts.total;
    if (!isSame) return doubt(now, { why: 'mismatch' });
    return {
      kind: 'refunded',
      ...(data.aid !== undefined && { refundRef: data.aid }),
      balanceAfter: data.cancel_available_amount?.total ?? request.balanceBefore - request.amounts.total,
      at: data.canceled_at ?? now,
    };
  };

export function concludeRefund(verdict: Refunded | Verdict): RefundOutcome | LookUp {
  switch (verdict.kind) {
    case 'declined_soft':
    case 'declined_hard':
      return { kind: 'refused', codes: verdict.codes };
    case 'not_completed':
      throw new Error('Bug: a refund has no buyer who could not finish.');
    default:
      return verdict;
  }
}

/**
 * After "already refunded" and its like: whether the sum that the provider has given back is the one before this
 * refund, the one after it, or neither, which nobody but a person can explain.
 */
export function judgeRefundByRecord(
  found: Found,
  { request, lookUp, now }: { request: RefundRequest; lookUp: LookUp; now: Date },
): RefundOutcome {
  const isSame = found.attemptId === request.attemptId && found.merchantCode === request.merchantCode;
  if (!isSame) return doubt(now, { why: 'mismatch', codes: lookUp.codes });
  const refundedBefore = found.amounts.total - request.balanceBefore;
  if (found.refunded === refundedBefore + request.amounts.total) return alreadyRefunded(found, request, now);
  // While a call is in flight, or nobody knows what a code means, "not yet" is no "no".
  const isFinal = found.refunded === refundedBefore && lookUp.otherwise === 'duplicate_signalled';
  return isFinal ? { kind: 'refused', codes: lookUp.codes } : undecided(now, lookUp);
}

function alreadyRefunded(found: Found, { amounts }: RefundRequest, now: Date): Refunded {
  const own = found.refunds.findLast(({ amount }) => amount === amounts.total);
  return {
    kind: 'refunded',
    ...(own?.ref !== undefined && { refundRef: own.ref }),
    balanceAfter: found.amounts.total - found.refunded,
    at: own?.at ?? now,
  };
}
