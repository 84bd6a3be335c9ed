import type { z } from 'zod';
import type { App } from '../../app.ts';
import { withOffset } from '../../platform/calendar.ts';
import { redact } from '../../platform/redact.ts';
import type { Mandate, Order, PaymentAttempt, Subscription } from '../../schema.ts';
import { orderRefOf } from '../ledger/attempts.ts';
import type { PaymentDetail, PaymentDocument, PaymentsDocument, PaymentSummary } from './documents.ts';
import type { LookedUp } from './look-up-now.ts';
import { nextStep } from './next-step.ts';
import { listAttempts, readAttempt, type AttemptEvent, type AttemptFile, type AttemptFilter } from './queries.ts';

type ReadingApp = Pick<App, 'config' | 'database'>;

/** The attempts that answer a filter; without one, those that somebody must look after. */
export const readPayments = async (app: ReadingApp, filter: AttemptFilter): Promise<PaymentsDocument> =>
  toPaymentsDocument(await listAttempts(app, filter), app.config.shop.timeZone);

/** One attempt with its history, what belongs to it and what can be done next; after a lookup with what it told. */
export const readPayment = async (app: ReadingApp, attemptId: string, lookedUp?: LookedUp): Promise<PaymentDocument> =>
  toPaymentDocument(await readAttempt(app, attemptId), { timeZone: app.config.shop.timeZone, lookedUp });

const toPaymentsDocument = (attempts: readonly PaymentAttempt[], timeZone: string): PaymentsDocument => ({
  schema: 'pillivery.payments/1',
  payments: attempts.map((attempt) => toSummary(attempt, timeZone)),
});

const toSummary = (attempt: PaymentAttempt, timeZone: string): z.infer<typeof PaymentSummary> => ({
  attemptId: attempt.publicId,
  purpose: attempt.purpose,
  state: attempt.state,
  provider: attempt.provider,
  amount: attempt.amount,
  title: attempt.title,
  needsOperator: attempt.needsOperator,
  operatorReason: attempt.operatorReason,
  proposal: attempt.proposal,
  createdAt: withOffset(timeZone, attempt.createdAt),
  sentAt: attempt.sentAt && withOffset(timeZone, attempt.sentAt),
  nextCheckAt: attempt.nextCheckAt && withOffset(timeZone, attempt.nextCheckAt),
  checkCount: attempt.checkCount,
});

const toDetail = (attempt: PaymentAttempt, timeZone: string): z.infer<typeof PaymentDetail> => ({
  ...toSummary(attempt, timeZone),
  attemptNumber: attempt.attemptNumber,
  orderRef: orderRefOf(attempt),
  merchantCode: attempt.merchantCode,
  outcome: attempt.outcome,
  reasonGroup: attempt.reasonGroup,
  closeReason: attempt.closeReason,
  providerCode: attempt.providerCode,
  providerMessage: attempt.providerMessage,
  providerSessionId: attempt.providerSessionId,
  providerPaymentId: attempt.providerPaymentId,
  providerApprovalId: attempt.providerApprovalId,
  methodLabel: attempt.methodLabel,
  sessionExpiresAt: attempt.sessionExpiresAt && withOffset(timeZone, attempt.sessionExpiresAt),
  witnessBaseline: attempt.witnessBaseline && withOffset(timeZone, attempt.witnessBaseline),
  approvedAt: attempt.approvedAt && withOffset(timeZone, attempt.approvedAt),
  resolvedAt: attempt.resolvedAt && withOffset(timeZone, attempt.resolvedAt),
  cycle: attempt.cycle,
  runId: attempt.runId,
  requestId: attempt.requestId,
});

/** Evidence holds no secrets; should one ever get there, nobody is shown it. */
const redacted = (evidence: object): Record<string, unknown> => redact(evidence) as Record<string, unknown>;

interface Reading {
  timeZone: string;
  lookedUp?: LookedUp | undefined;
}

function toPaymentDocument(file: AttemptFile, { timeZone, lookedUp }: Reading): PaymentDocument {
  const { attempt, events, order, subscription, mandate, refunds } = file;
  return {
    schema: 'pillivery.payment/1',
    payment: toDetail(attempt, timeZone),
    order: order ? toOrder(order) : null,
    subscription: subscription ? toSubscription(subscription) : null,
    mandate: mandate ? toMandate(mandate, timeZone) : null,
    refunds: refunds.map(({ publicId: refundId, amount, status, createdAt }) => {
      return { refundId, amount, status, createdAt: withOffset(timeZone, createdAt) };
    }),
    history: events.map((event) => toHistoryEntry(event, timeZone)),
    next: nextStep(attempt, timeZone),
    ...(lookedUp && { lookup: { applied: lookedUp.applied, provider: redacted(lookedUp.found) } }),
  };
}

const toOrder = ({ id: orderId, number, status, payAmount }: Order): PaymentDocument['order'] => ({
  orderId,
  number,
  status,
  payAmount,
});

const toSubscription = (subscription: Subscription): PaymentDocument['subscription'] => {
  const { id: subscriptionId, status, itemName, nextBillingOn } = subscription;
  return { subscriptionId, status, itemName, nextBillingOn };
};

const toMandate = ({ methodLabel, status, lastApprovedAt }: Mandate, timeZone: string): PaymentDocument['mandate'] => ({
  label: methodLabel,
  status,
  lastApprovedAt: lastApprovedAt && withOffset(timeZone, lastApprovedAt),
});

const toHistoryEntry = (event: AttemptEvent, timeZone: string): PaymentDocument['history'][number] => ({
  at: withOffset(timeZone, event.createdAt),
  from: event.fromState,
  to: event.toState,
  actor: event.actor,
  note: event.note,
  evidence: event.data && redacted(event.data),
});
