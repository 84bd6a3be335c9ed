import type { PaymentAttempt, Refund } from '../../schema.ts';
import { orderRefOf } from '../ledger/attempts.ts';
import type { Found, LookupOutcome } from '../provider.ts';
import type { RefundFinding } from './rules.ts';

/**
 * A call that left no trace this long after it was sent moved nothing: bank transactions are open for about 20 minutes,
 * and the last planned look but one comes now.
 */
const CERTAIN_AFTER_MS = 31 * 60_000;

/** What was seen of a payment with a refund in doubt. */
export interface RefundLook {
  refund: Refund;
  attempt: PaymentAttempt;
  /** How many refunds of the payment our books know to have succeeded. */
  booked: number;
  found: LookupOutcome;
  now: Date;
}

/** What a look proves; `operator` when the record fits neither story. */
export type RefundVerdict =
  | { do: 'settle'; finding: RefundFinding }
  | { do: 'wait' }
  | { do: 'operator'; note: string };

/**
 * Compares the sum and the number of the provider's refunds with what they must be if this one ran, or did not. Nothing
 * else of the payment was sent in the meantime, so any third case is somebody else's doing.
 */
export function judgeRefund(look: RefundLook): RefundVerdict {
  const { refund, attempt, booked, found, now } = look;
  if (found.kind !== 'found') return { do: 'wait' };
  if (!isOf(attempt, found)) return { do: 'operator', note: 'the provider knows the payment by other ids than we do' };
  if (found.state !== 'paid' && found.state !== 'refunded') {
    return { do: 'operator', note: `the provider has the payment as ${found.record.providerStatus}` };
  }
  const before = attempt.amount - (refund.balanceBefore ?? attempt.amount);
  const { refunded, refunds } = found;
  if (refunded === before && refunds.length === booked) return untouched(refund, now);
  if (refunded === before + refund.amount && refunds.length === booked + 1) {
    return { do: 'settle', finding: succeeded(look, found) };
  }
  const note = `the provider has given back ${refunded} won in ${refunds.length} refunds; our books expect ${before} or ${before + refund.amount}`;
  return { do: 'operator', note };
}

const isOf = (attempt: PaymentAttempt, found: Found): boolean =>
  found.attemptId === orderRefOf(attempt) &&
  found.merchantCode === attempt.merchantCode &&
  found.paymentId === attempt.providerPaymentId;

function untouched({ sentAt, createdAt }: Refund, now: Date): RefundVerdict {
  const age = now.getTime() - (sentAt ?? createdAt).getTime();
  return age >= CERTAIN_AFTER_MS ? { do: 'settle', finding: { kind: 'not_refunded' } } : { do: 'wait' };
}

function succeeded({ attempt, now }: RefundLook, { refunded, refunds }: Found): RefundFinding {
  const last = refunds.at(-1);
  return {
    kind: 'refunded',
    ...(last?.ref !== undefined && { refundRef: last.ref }),
    balanceAfter: attempt.amount - refunded,
    at: last?.at ?? now,
  };
}
