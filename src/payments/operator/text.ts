import type { z } from 'zod';
import type { PaymentDocument, PaymentsDocument, PaymentSummary } from './documents.ts';

type Summary = z.infer<typeof PaymentSummary>;

/** The list as a person reads it: one line per payment, in the shop's time. */
export function describePayments({ payments }: PaymentsDocument): string {
  if (payments.length === 0) return 'no such payment';
  return payments.map(describeSummary).join('\n');
}

const describeSummary = (payment: Summary): string =>
  [
    payment.attemptId,
    shortTime(payment.sentAt ?? payment.createdAt),
    payment.state.padEnd(11),
    payment.purpose.padEnd(18),
    won(payment.amount).padStart(14),
    ...notices(payment),
  ]
    .join('  ')
    .trimEnd();

function notices({ needsOperator, operatorReason, proposal }: Summary): string[] {
  if (!needsOperator) return [];
  return [`needs a person: ${operatorReason ?? 'no reason given'}${proposal ? `, proposal ${proposal}` : ''}`];
}

/** One payment as a person reads it: what it is, what it belongs to, what happened, what can be done. */
export function describePayment(document: PaymentDocument): string {
  const { history, lookup, next } = document;
  return [
    ...facts(document).map(([name, value]) => `${name.padEnd(14)}${value}`),
    '',
    ...history.flatMap(describeEntry),
    ...(lookup ? ['', ...describeLookup(lookup)] : []),
    '',
    next,
  ].join('\n');
}

type Fact = [name: string, value: string];

function facts(document: PaymentDocument): Fact[] {
  const { payment, order, subscription, mandate, refunds } = document;
  const facts: (Fact | false | null)[] = [
    ['payment', `${payment.attemptId}, ${payment.purpose}, try ${payment.attemptNumber}`],
    ['state', [payment.state, payment.closeReason, payment.reasonGroup].filter(Boolean).join(', ')],
    payment.needsOperator && ['needs person', [payment.operatorReason, proposal(payment)].filter(Boolean).join(', ')],
    ['amount', `${won(payment.amount)} for ${payment.title}`],
    ['provider', `${payment.provider}, ${payment.merchantCode}, known there as ${payment.orderRef}`],
    payment.providerPaymentId !== null && ['payment id', payment.providerPaymentId],
    payment.methodLabel !== null && ['paid with', payment.methodLabel],
    payment.providerCode !== null && ['refusal', [payment.providerCode, payment.providerMessage].join(' ').trim()],
    payment.sentAt !== null && ['sent', shortTime(payment.sentAt)],
    payment.state === 'UNKNOWN' && ['looks', looks(payment)],
    payment.approvedAt !== null && ['approved', shortTime(payment.approvedAt)],
    order && ['order', `${order.number}, ${order.status}, ${won(order.payAmount)}`],
    subscription && ['subscription', `${subscription.itemName}, ${subscription.status}, ${nextBilling(subscription)}`],
    mandate && ['mandate', `${mandate.label ?? 'unknown method'}, ${mandate.status}`],
    ...refunds.map((refund): Fact => ['refund', `${refund.refundId}, ${won(refund.amount)}, ${refund.status}`]),
  ];
  return facts.filter((fact) => fact !== false && fact !== null);
}

const proposal = ({ proposal }: Summary): string | undefined => (proposal ? `proposal ${proposal}` : undefined);

const looks = ({ checkCount, nextCheckAt }: Summary): string =>
  `${checkCount} so far, ${nextCheckAt ? `next at ${shortTime(nextCheckAt)}` : 'no more'}`;

const nextBilling = ({ nextBillingOn }: NonNullable<PaymentDocument['subscription']>): string =>
  nextBillingOn ? `billed next on ${nextBillingOn}` : 'not billed again';

function describeEntry({ at, from, to, actor, note, evidence }: PaymentDocument['history'][number]): string[] {
  const change = from === to ? to : `${from ?? '–'} → ${to}`;
  const line = `${shortTime(at)}  ${change}, ${actor}${note ? `: ${note}` : ''}`;
  return evidence ? [line, `  ${JSON.stringify(evidence)}`] : [line];
}

const describeLookup = ({ applied, provider }: NonNullable<PaymentDocument['lookup']>): string[] => [
  `the provider says ${JSON.stringify(provider)}`,
  applied ? 'that was booked' : 'nothing was booked by it',
];

const won = (amount: number): string => `${amount.toLocaleString('en-US')} won`;

/** Documents tell moments in the shop's zone; a person reads them without its offset. */
const shortTime = (time: string): string => time.slice(0, 19).replace('T', ' ');
