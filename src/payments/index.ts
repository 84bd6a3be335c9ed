export { closeAttempt, createAttempts, orderRefOf, UNTOUCHED, type NewAttempt } from './ledger/attempts.ts';
export { auditBooks, type Movement } from './audit.ts';
export { SILENT_AFTER_MS } from './ledger/check-schedule.ts';
export { paymentHandlers } from './handlers.ts';
export { recordEvents } from './ledger/history.ts';
export { releaseMandate } from './mandates/mandates.ts';
export { GRACE_MS, openSession } from './checkout/open-session.ts';
export type {
  Approved,
  ChargeOutcome,
  DeclinedHard,
  DeclinedSoft,
  LookupOutcome,
  PaymentProvider,
} from './provider.ts';
export { acknowledge } from './operator/acknowledge.ts';
export { readPayment, readPayments } from './operator/body.ts';
export { lookUpNow } from './operator/look-up-now.ts';
export { attachReference } from './operator/attach-reference.ts';
export { checkNote } from './operator/refusals.ts';
export { raiseDifference } from './operator/raise-difference.ts';
export { resolutionOf, resolveAttempt, type Resolution } from './operator/resolve-attempt.ts';
export { describePayment, describePayments } from './operator/text.ts';
export { operatorNamed } from '../audit.ts';
export { startResolver } from './resolver/loop.ts';
export { investigate } from './resolver/lookup.ts';
export { resolveDue, type Resolved } from './resolver/resolve-due.ts';
export { describeRefund, toRefundDocument } from './refunds/body.ts';
export { refundByHand, resolveRefund, retryRefund } from './refunds/operator.ts';
export { refundsOfAttempt } from './refunds/queries.ts';
export { requestRefund, type RequestRefund } from './refunds/request.ts';
export { resolveRefunds } from './refunds/resolve.ts';
export { openPayments, type Payments } from './registry.ts';
export { resealMandates } from './mandates/rekey.ts';
export { markNow, mayWriteSince, type SentMark } from './ledger/sent-mark.ts';
export { settleGroup } from './ledger/settle.ts';
export type { GroupSettlement, Settlement, Settlements, Told } from './ledger/settlement.ts';
export { keepOnDisk, patiently, settlePatiently } from './ledger/settle-patiently.ts';
export { refuseWhileHalted } from './checkout/start-checkout.ts';
export { readyPayments } from './start-up.ts';
export { isOlderThanWatermark } from './ledger/watermark.ts';
export { sweepCheckouts } from './checkout/sweep-checkouts.ts';
