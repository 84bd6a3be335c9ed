import { InvalidInput, Refused } from '../../platform/errors.ts';
import type { PaymentAttempt, Refund, RefundStatus } from '../../schema.ts';
import { firstCheckAt } from '../ledger/check-schedule.ts';
import type { RawCodes, RefundOutcome } from '../provider.ts';

/** Statuses in which a refund holds its amount: nobody else may give the same won back. */
export const HOLDING = ['REQUESTED', 'PENDING', 'SENT', 'UNKNOWN', 'SUCCEEDED'] as const satisfies RefundStatus[];

/** How much is to go back: some won, or all that no other refund holds. */
export type RefundAmount = number | 'full';

export interface Amount {
  amount: number;
  taxFreeAmount: number;
}

type Held = Pick<Refund, keyof Amount>;

/** What a refund of an attempt comes to beside those that hold a part of it. Throws when less is left. */
export function amountOf(attempt: PaymentAttempt, held: readonly Held[], asked: RefundAmount): Amount {
  const left = attempt.amount - sum(held, 'amount');
  const amount = asked === 'full' ? left : asked;
  if (asked !== 'full' && (!Number.isSafeInteger(amount) || amount < 1)) {
    throw new InvalidInput('AMOUNT_INVALID', 'A refund is a whole number of won, at least 1.');
  }
  if (amount < 1 || amount > left) {
    throw new Refused('REFUND_EXCEEDS_BALANCE', `At most ${left} won can be given back.`, { refundable: left });
  }
  return { amount, taxFreeAmount: taxFreeOf(attempt, held, { amount, left }) };
}

/** The tax-free part goes back in proportion; the last refund takes what rounding has left. */
function taxFreeOf(
  attempt: PaymentAttempt,
  held: readonly Held[],
  { amount, left }: { amount: number; left: number },
): number {
  const taxFreeLeft = attempt.taxFreeAmount - sum(held, 'taxFreeAmount');
  return amount === left ? taxFreeLeft : Math.floor((taxFreeLeft * amount) / left);
}

const sum = (refunds: readonly Held[], column: keyof Amount): number =>
  refunds.reduce((total, refund) => total + refund[column], 0);

/** Everything a refund that was sent can be told. */
export type RefundFinding =
  | RefundOutcome
  /** The provider's record shows, late enough, that the call moved nothing. */
  | { kind: 'not_refunded' }
  /** A person says that the money did not go back. */
  | { kind: 'given_up' };

export interface RefundStep {
  to: RefundStatus;
  columns: Partial<Refund>;
}

/** The fence goes with the doubt it stood for. */
const FREE = { attemptFence: null, nextCheckAt: null } as const;

/**
 * Decides what a finding does to a refund in its present state; undefined when it changes nothing. Only one that is on
 * its way can be moved. Evidence against a failure flags it, for money may have gone back twice if it were sent again.
 */
export function refundStep(refund: Refund, finding: RefundFinding): RefundStep | undefined {
  if (refund.status === 'FAILED' && finding.kind === 'refunded') {
    return { to: 'FAILED', columns: { needsOperator: true, failure: 'the provider has refunded it all the same' } };
  }
  if (refund.status !== 'SENT' && refund.status !== 'UNKNOWN') return undefined;
  switch (finding.kind) {
    case 'refunded':
      return { to: 'SUCCEEDED', columns: { ...FREE, ...succeeded(finding) } };
    case 'refused':
    case 'rejected_by_config':
      return { to: 'FAILED', columns: { ...FREE, ...codesOf(finding.codes), needsOperator: true } };
    case 'provider_down': // the same balance is expected again: nothing else of the attempt is sent before it
      return { to: 'PENDING', columns: { ...FREE, ...codesOf(finding.codes) } };
    case 'unknown':
      return refund.status === 'SENT' ? doubt(refund, finding) : undefined;
    case 'not_refunded':
      return refund.status === 'UNKNOWN' ? { to: 'PENDING', columns: { ...FREE, needsOperator: false } } : undefined;
    case 'given_up':
      return refund.status === 'UNKNOWN' ? { to: 'FAILED', columns: { ...FREE, needsOperator: false } } : undefined;
  }
}

type Of<K extends RefundFinding['kind']> = Extract<RefundFinding, { kind: K }>;

const succeeded = ({ refundRef, at }: Of<'refunded'>): Partial<Refund> => ({
  providerRefundId: refundRef?.slice(0, 100) ?? null,
  providerCode: null,
  failure: null,
  completedAt: at,
  needsOperator: false,
});

function doubt({ sentAt, createdAt }: Refund, { lookAt, why, codes }: Of<'unknown'>): RefundStep {
  const nextCheckAt = firstCheckAt(sentAt ?? createdAt, lookAt);
  return { to: 'UNKNOWN', columns: { ...codesOf(codes), nextCheckAt, needsOperator: why === 'mismatch' } };
}

/** The provider's own words, cut to the width of their columns. */
const codesOf = (codes: RawCodes | undefined): Partial<Refund> =>
  codes ? { providerCode: codes.code.slice(0, 64), failure: (codes.message ?? codes.code).slice(0, 300) } : {};
