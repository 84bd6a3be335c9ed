import { wallTime } from '../../platform/calendar.ts';
import type { OperatorReason, PaymentAttempt } from '../../schema.ts';

/** What a person can do about an attempt, in one sentence. */
export function nextStep(attempt: PaymentAttempt, timeZone: string): string {
  const at = (moment: Date | null): string => (moment ? wallTime(timeZone, moment) : 'its time');
  switch (attempt.state) {
    case 'CREATED':
      return attempt.purpose === 'RENEWAL'
        ? 'Nothing was sent yet; the next billing run sends it.'
        : `The buyer may still complete it; it closes by itself at ${at(attempt.nextCheckAt)}.`;
    case 'SENT':
      return `Its answer is awaited; without one it counts as unknown from ${at(attempt.nextCheckAt)}.`;
    case 'UNKNOWN':
      return attempt.needsOperator ? decide(attempt) : `${nextLook(attempt.nextCheckAt, at)}; ${lookNow(attempt)}.`;
    case 'APPROVED':
    case 'DECLINED':
    case 'NOT_CHARGED':
      return attempt.needsOperator ? clear(attempt) : 'Nothing is left to do.';
  }
}

const nextLook = (nextCheckAt: Date | null, at: (moment: Date) => string): string =>
  nextCheckAt ? `It is looked up again at ${at(nextCheckAt)}` : 'It is not looked up any more';

const lookNow = ({ publicId }: PaymentAttempt): string => `\`pillivery payments lookup ${publicId}\` asks now`;

function decide({ publicId, proposal, operatorReason }: PaymentAttempt): string {
  const resolve = `\`pillivery payments resolve ${publicId} --as`;
  if (proposal === 'APPROVED') {
    return `The mandate’s status suggests that it was charged; confirm it at the provider, then say so with ${resolve} approved\`.`;
  }
  if (proposal === 'NOT_CHARGED') {
    return `The mandate’s status suggests that it was not charged; confirm it at the provider, then say so with ${resolve} not-charged\`.`;
  }
  const task =
    operatorReason === 'AMOUNT_MISMATCH'
      ? 'What the provider has does not fit this payment; compare them'
      : 'Find out at the provider whether it was charged';
  return `${task}, then say so with ${resolve} approved|not-charged|refunded-outside\`.`;
}

const CLEARED_BY: Record<OperatorReason, string> = {
  REFERENCE_MISSING: 'Find its payment id at the provider: until it is attached it cannot be refunded; then',
  DUPLICATE_APPROVAL: 'Something else had been paid for already: refund this payment, then',
  AMOUNT_MISMATCH: 'What the provider has differs from our books: set it right, then',
  CONFIG_REJECTED: 'The provider rejects our configuration: correct it, then',
  UNKNOWN_UNRESOLVED: 'It is decided:',
};

function clear({ publicId, operatorReason }: PaymentAttempt): string {
  const command =
    operatorReason === 'REFERENCE_MISSING' ? `attach-reference ${publicId} --reference ID` : `acknowledge ${publicId}`;
  return `${CLEARED_BY[operatorReason ?? 'UNKNOWN_UNRESOLVED']} \`pillivery payments ${command}\`.`;
}
