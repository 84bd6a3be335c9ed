import { UNTOUCHED } from '../payments/index.ts';
import type { Order, PaymentAttempt, Tables } from '../schema.ts';
import type { IdAt } from './ids.ts';
import type { Draw } from './random.ts';
import { secondsAfter } from './year.ts';

/** Seconds after the order: the checkout is opened, the buyer comes back, the provider answers. */
const TIMELINE = { created: 20, sent: 95, answered: 97 };

export interface Tried {
  id: string;
  purpose: 'ORDER' | 'SUBSCRIPTION_START';
  order: Order;
  customerRef: string;
  merchantCode: string;
  outcome: 'APPROVED' | 'DECLINED_SOFT';
}

/** An attempt that has its answer: nothing of it is live, so it holds no live key and no fence. */
export function attemptOf(
  { id, purpose, order, customerRef, merchantCode, outcome }: Tried,
  draw: Draw,
): PaymentAttempt {
  const answeredAt = secondsAfter(order.createdAt, TIMELINE.answered);
  const sessionId = `T${draw.base32(19)}`;
  return {
    ...EMPTY,
    ...(outcome === 'APPROVED' ? approval(sessionId, answeredAt) : DECLINE),
    id,
    publicId: `pa_${draw.base32(26)}`,
    purpose,
    userId: order.userId,
    orderId: order.id,
    attemptNumber: 1,
    idempotencyKey: `order:${order.id}:${purpose}:1`,
    provider: 'KAKAOPAY',
    merchantCode,
    customerRef,
    amount: order.payAmount,
    taxFreeAmount: order.taxFreeAmount,
    title: order.title,
    quantity: order.totalItemCount,
    providerSessionId: sessionId,
    sentAt: secondsAfter(order.createdAt, TIMELINE.sent),
    createdAt: secondsAfter(order.createdAt, TIMELINE.created),
    updatedAt: answeredAt,
  };
}

export const METHOD_LABEL = '카카오페이머니';

/** KakaoPay calls session and payment by one id, its tid. */
const approval = (tid: string, approvedAt: Date) => ({
  state: 'APPROVED' as const,
  outcome: 'APPROVED' as const,
  providerPaymentId: tid,
  providerApprovalId: `A${tid.slice(1)}`,
  methodLabel: METHOD_LABEL,
  approvedAt,
});

const DECLINE = {
  state: 'DECLINED' as const,
  outcome: 'DECLINED_SOFT' as const,
  reasonGroup: 'INSUFFICIENT_FUNDS' as const,
  providerCode: 'LACK_BALANCE',
  providerMessage: '잔액이 부족합니다.',
};

const EMPTY = {
  ...UNTOUCHED,
  subscriptionId: null,
  cycle: null,
  liveKey: null,
  mandateId: null,
  orderRef: null,
  runId: null,
} satisfies Partial<PaymentAttempt>;

type Event = Tables['paymentAttemptEvents']['$inferInsert'];

/** The history that the attempt's state is the end of. */
export function eventsOf(attempt: PaymentAttempt, index: number, idAt: IdAt): Event[] {
  const event = (
    part: number,
    changed: Pick<Event, 'fromState' | 'toState' | 'actor' | 'createdAt' | 'data'>,
  ): Event => ({
    id: idAt(index, part),
    attemptId: attempt.id,
    ...changed,
  });
  const { state, outcome, providerPaymentId: paymentId, createdAt, updatedAt } = attempt;
  const sentAt = attempt.sentAt ?? createdAt;
  const data = { kind: outcome?.toLowerCase(), ...(paymentId && { paymentId }) };
  return [
    event(0, { fromState: null, toState: 'CREATED', actor: 'CUSTOMER', createdAt }),
    event(1, { fromState: 'CREATED', toState: 'SENT', actor: 'CUSTOMER', createdAt: sentAt }),
    event(2, { fromState: 'SENT', toState: state, actor: 'PROVIDER', createdAt: updatedAt, data }),
  ];
}
