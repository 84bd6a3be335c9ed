import type {
  Approved,
  BeginCheckout,
  ChargeMandate,
  ChargeOutcome,
  CheckoutOutcome,
  CompleteCheckout,
  DeactivateOutcome,
  Found,
  Lookup,
  LookupOutcome,
  MandateRef,
  MandateStatusOutcome,
  NotCompleted,
  RefundOutcome,
  RefundRequest,
} from '../../provider.ts';
import type { CallFacts } from '../call-signs.ts';
import type { LookUp } from '../verdict.ts';
import { buildApprove, buildCancel, buildMandate, buildOrder, buildReady, buildSubscription } from './build.ts';
import type { Call } from './calls.ts';
import { concludeSubscription, expectedOfCharge, expectedOfCheckout, readApproval } from './read-charge.ts';
import { concludeInactive, concludeStatus, readInactive, readStatus } from './read-mandate.ts';
import { concludeOrder, readOrder } from './read-order.ts';
import { concludeReady, readReady } from './read-ready.ts';
import { concludeRefund, readRefund } from './read-refund.ts';

/** Each operation as a call: what is sent, what is said about it, and how its answer is understood. */

type Of<O extends { kind: string }, K extends O['kind']> = Extract<O, { kind: K }>;

export const readyCall = (request: BeginCheckout): Call<Of<CheckoutOutcome, 'redirect'>, CheckoutOutcome> => ({
  op: 'ready',
  body: buildReady(request),
  facts: factsOf(request),
  accept: readReady,
  conclude: concludeReady,
});

export const approveCall = (
  request: CompleteCheckout,
  pgToken: string,
): Call<Approved, ChargeOutcome | NotCompleted | LookUp> => ({
  op: 'approve',
  body: buildApprove(request, pgToken),
  facts: { ...factsOf(request), providerRef: request.sessionId },
  secrets: [pgToken],
  mayWrite: request.mayWrite,
  accept: readApproval(expectedOfCheckout(request)),
  conclude: (verdict) => verdict,
});

export const subscriptionCall = (request: ChargeMandate): Call<Approved, ChargeOutcome> => ({
  op: 'subscription',
  body: buildSubscription(request),
  facts: { ...factsOf(request), orderRef: request.orderRef },
  secrets: [request.mandate.token],
  mayWrite: request.mayWrite,
  accept: readApproval(expectedOfCharge(request)),
  conclude: concludeSubscription,
});

export const cancelCall = (request: RefundRequest): Call<Of<RefundOutcome, 'refunded'>, RefundOutcome | LookUp> => ({
  op: 'cancel',
  body: buildCancel(request),
  facts: {
    refundId: request.refundId,
    orderRef: request.attemptId,
    providerRef: request.providerPaymentId,
    amount: request.amounts.total,
    requestId: request.requestId,
  },
  mayWrite: request.mayWrite,
  accept: readRefund(request),
  conclude: concludeRefund,
});

export const orderCall = (
  request: Lookup & { tid: string },
): Call<Found | Of<LookupOutcome, 'inconclusive'>, LookupOutcome> => ({
  op: 'order',
  body: buildOrder(request),
  facts: { attemptId: request.attemptId, providerRef: request.tid, requestId: request.requestId },
  accept: readOrder(request),
  conclude: concludeOrder,
});

export const inactiveCall = (mandate: MandateRef): Call<Of<DeactivateOutcome, 'deactivated'>, DeactivateOutcome> => ({
  op: 'inactive',
  body: buildMandate(mandate),
  facts: {},
  secrets: [mandate.token],
  accept: readInactive(mandate),
  conclude: concludeInactive,
});

export const statusCall = (
  mandate: MandateRef,
  facts: CallFacts = {},
): Call<Of<MandateStatusOutcome, 'status'>, MandateStatusOutcome> => ({
  op: 'status',
  body: buildMandate(mandate),
  facts,
  secrets: [mandate.token],
  accept: readStatus(mandate),
  conclude: concludeStatus,
});

/** Of a call for an attempt; its public id is the order reference unless the request has another. */
const factsOf = ({ attemptId, amounts, requestId }: BeginCheckout | CompleteCheckout | ChargeMandate): CallFacts => ({
  attemptId,
  orderRef: attemptId,
  amount: amounts.total,
  requestId,
});
