import type { Order, PaymentAttempt } from '../../schema.ts';
import { decision } from './conclude-cycle.ts';
import type { File } from './file.ts';
import { at, reasonOf, settledAt, won, type Ending, type Present } from './words.ts';

/** The story of a checkout. */
export function concludeOrder(order: Order, file: File, present: Present): Ending {
  const live = file.attempts.findLast(({ state }) => state === 'SENT' || state === 'UNKNOWN');
  switch (order.status) {
    case 'PAID':
    case 'PARTIALLY_REFUNDED':
    case 'REFUNDED':
      return { result: charged(order, file, present), next: afterPayment(file) };
    case 'PENDING_PAYMENT':
    case 'PAYMENT_FAILED':
      return live ? inDoubt(live, present) : unpaid(order, file, present);
    case 'EXPIRED':
      return over(`Not charged: nobody paid the order before it expired on ${at(present, order.expiresAt)}`);
    case 'CANCELLED':
      return over(`Not charged: the order was cancelled on ${at(present, order.updatedAt)}`);
  }
}

const over = (result: string): Ending => ({ result, next: 'nothing happens any more' });

function charged(order: Order, file: File, present: Present): string {
  const by = file.attempts.find(({ id }) => id === order.paidAttemptId);
  const back = file.refunds.findLast(({ status }) => status === 'SUCCEEDED');
  const paid = `Charged ${won(order.payAmount)} on ${at(present, order.paidAt)}${by ? ` by ${by.publicId}` : ''}`;
  if (order.refundedAmount === 0) return paid;
  const part = order.refundedAmount === order.payAmount ? 'all of it' : won(order.refundedAmount);
  return `${paid}, and ${part} went back, last on ${at(present, back?.completedAt ?? null)}`;
}

const ON_ITS_WAY = ['REQUESTED', 'PENDING', 'SENT', 'UNKNOWN'];

function afterPayment({ refunds, started }: File): string {
  const open = refunds.find(({ status }) => ON_ITS_WAY.includes(status));
  if (open) return `a refund of ${won(open.amount)} is ${open.status} and is looked after until it is decided`;
  const dates = started.flatMap(({ nextBillingOn }) => nextBillingOn ?? []).toSorted();
  if (dates[0] !== undefined) return `what it started is charged next on ${dates[0]}`;
  return started.length > 0 ? 'what it started has ended, and nothing is charged any more' : 'nothing is left to do';
}

export function inDoubt(live: PaymentAttempt, present: Present): Ending {
  const sent = `${won(live.amount)} was sent at ${at(present, live.sentAt)}`;
  if (live.state === 'SENT') {
    const next = `without one it counts as unknown from ${at(present, live.nextCheckAt)}`;
    return { result: `Not known yet: ${sent} and its answer is awaited`, next };
  }
  const result = `Not known: ${sent} and its answer was lost`;
  if (live.needsOperator) return { result, next: decision(live) };
  return { result, next: `it is looked up again at ${at(present, live.nextCheckAt)}` };
}

function unpaid(order: Order, file: File, present: Present): Ending {
  const until = `it may be paid until ${at(present, order.expiresAt)}`;
  const last = file.attempts.at(-1);
  if (!last) return { result: 'Not charged: nobody has begun to pay the order', next: until };
  if (last.state === 'CREATED') {
    const result = 'Not charged: the buyer has begun to pay and has not come back';
    return { result, next: `that checkout closes at ${at(present, last.nextCheckAt)}, and ${until}` };
  }
  const day = at(present, settledAt(file, last));
  const why =
    last.state === 'DECLINED'
      ? `was declined on ${day} (${reasonOf(last)})`
      : `${NOT_PAID[last.closeReason ?? 'OTHER']} on ${day}`;
  return { result: `Not charged: the last try ${why}`, next: until };
}

/** What became of a checkout that moved no money. */
const NOT_PAID: Record<NonNullable<PaymentAttempt['closeReason']> | 'OTHER', string> = {
  USER_CANCELLED: 'was cancelled by the buyer',
  PROVIDER_REFUSED: 'was refused by the provider',
  WINDOW_EXPIRED: 'was not finished in time',
  SUPERSEDED: 'was replaced by another',
  ORDER_CLOSED: 'came for an order that was closed',
  PROVIDER_DOWN: 'met a provider that was not available',
  CONFIG_REJECTED: 'was rejected by the provider',
  RESOLVED_NOT_CHARGED: 'had lost its answer and was proven not charged',
  REFUNDED_OUTSIDE: 'was charged and given back outside our books',
  OTHER: 'came to nothing',
};

export const notPaid = ({ closeReason }: PaymentAttempt): string => NOT_PAID[closeReason ?? 'OTHER'];
