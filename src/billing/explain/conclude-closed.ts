import { dayIn } from '../../platform/calendar.ts';
import type { BillingCycle } from '../../schema.ts';
import { triesOf } from './conclude-cycle.ts';
import type { File } from './file.ts';
import { at, dueCycle, reasonOf, settledAt, won, type Present } from './words.ts';

/** Why a closed cycle was or was not charged. */
export function resultOfClosed(cycle: BillingCycle, file: File, present: Present): string {
  if (cycle.status === 'PAID') return paid(cycle, file, present);
  if (cycle.status === 'SKIPPED') return skipped(cycle);
  return `Not charged: ${dueCycle(cycle)} ${failed(cycle, file, present)}`;
}

function paid(cycle: BillingCycle, file: File, present: Present): string {
  const attempt = file.attempts.find(({ id }) => id === cycle.paidAttemptId);
  const approvedAt = attempt?.approvedAt ?? cycle.closedAt;
  const day = approvedAt ? dayIn(present.timeZone, approvedAt) : cycle.billingOn;
  const tries = attempt && attempt.attemptNumber > 1 ? ` at try ${attempt.attemptNumber}` : '';
  const back = givenBack(cycle, file);
  const lacks = attempt?.operatorReason === 'REFERENCE_MISSING' ? ', proven by the mandate alone' : '';
  return `Charged ${won(cycle.amount)} for ${dueCycle(cycle)} on ${day}${tries}${lacks}${back}`;
}

function givenBack({ orderId }: BillingCycle, { orders }: File): string {
  const order = orders.find(({ id }) => id === orderId);
  return order && order.refundedAmount > 0 ? `, of which ${won(order.refundedAmount)} went back` : '';
}

const skipped = (cycle: BillingCycle): string =>
  cycle.closeReason === 'CUSTOMER_SKIP'
    ? `Not charged: the customer skipped ${dueCycle(cycle).slice(0, -1)}`
    : `Not charged: ${dueCycle(cycle)} was passed over because its item was sold out`;

function failed(cycle: BillingCycle, file: File, present: Present): string {
  const day = at(present, cycle.closedAt).slice(0, 10);
  const last = triesOf(cycle, file).at(-1);
  if (cycle.closeReason === 'MANDATE_REVOKED') {
    return `was given up on ${day}: the payment method had ended at the provider, and no other one came`;
  }
  if (cycle.closeReason !== 'LADDER_ENDED') return `was given up on ${day} when the subscription ended`;
  if (cycle.hold === 'NEW_METHOD') return `was given up on ${day}: no other payment method came in time`;
  const declined = last ? `on ${at(present, settledAt(file, last)).slice(0, 10)} (${reasonOf(last)})` : `on ${day}`;
  return `was declined for the last of ${cycle.attempts} tries ${declined}`;
}
