import type { PaymentAttempt } from '../../schema.ts';
import { concludeOrder, inDoubt, notPaid } from './conclude-order.ts';
import { concludeSubscription, nextOf } from './conclude-subscription.ts';
import type { File } from './file.ts';
import { at, reasonOf, settledAt, won, type Ending, type Present } from './words.ts';

/** The story of one payment: its own result, and what happens next to what it is for. */
export function concludeAttempt(attempt: PaymentAttempt, file: File, present: Present): Ending {
  const { state } = attempt;
  if (state === 'SENT' || state === 'UNKNOWN') return inDoubt(attempt, present);
  const result = resultOf(attempt, file, present);
  return { result, next: forPerson(attempt) ?? nextFor(attempt, file, present) };
}

function resultOf(attempt: PaymentAttempt, file: File, present: Present): string {
  const { state, amount, attemptNumber, approvedAt } = attempt;
  const day = at(present, settledAt(file, attempt));
  if (state === 'APPROVED') {
    if (attempt.purpose === 'MANDATE_UPDATE') return `Not charged: a new payment method was given on ${day}`;
    const twice = attempt.operatorReason === 'DUPLICATE_APPROVAL' ? ' for what was paid already' : '';
    return `Charged ${won(amount)}${twice} on ${at(present, approvedAt)} at try ${attemptNumber}`;
  }
  if (state === 'DECLINED') return `Not charged: try ${attemptNumber} was declined on ${day} (${reasonOf(attempt)})`;
  if (state === 'CREATED') return `Not charged: try ${attemptNumber} was prepared on ${day} and not sent`;
  return `Not charged: try ${attemptNumber} ${notPaid(attempt)} on ${day}`;
}

const TASKS: Partial<Record<NonNullable<PaymentAttempt['operatorReason']>, string>> = {
  DUPLICATE_APPROVAL: 'a person must refund it',
  REFERENCE_MISSING: 'a person must find its payment id, for until then it cannot be refunded',
  AMOUNT_MISMATCH: 'a person must look, for the provider shows something else',
  CONFIG_REJECTED: 'a person must set right what the provider rejects',
};

const forPerson = ({ needsOperator, operatorReason, publicId }: PaymentAttempt): string | undefined =>
  needsOperator && operatorReason ? `${TASKS[operatorReason]}: pillivery payments show ${publicId}` : undefined;

function nextFor({ purpose }: PaymentAttempt, file: File, present: Present): string {
  const { order, subscription } = file.subject;
  if (purpose === 'RENEWAL' && subscription) return concludeSubscription(subscription, file, present).next;
  if (order) return concludeOrder(order, file, present).next;
  return subscription ? nextOf(subscription, present) : 'nothing is left to do';
}
