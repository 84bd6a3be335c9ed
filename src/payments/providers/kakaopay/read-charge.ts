import type { Approved, ChargeMandate, ChargeOutcome, CompleteCheckout, Found, NotCompleted } from '../../provider.ts';
import { doubt, undecided, type LookUp, type Verdict } from '../verdict.ts';
import { methodOf } from './method.ts';
import { ApprovalAnswer } from './shapes.ts';

/** What was asked for; an approval is believed only when it says the same. */
export interface Expected {
  merchantCode: string;
  orderRef: string;
  customerRef: string;
  total: number;
  /** For a checkout; a recurring charge gets a new tid. */
  tid?: string;
  /** For a recurring charge. */
  sid?: string;
  /** Without a mandate it would be worth nothing. */
  needsMandate?: boolean;
}

export const expectedOfCheckout = (request: CompleteCheckout): Expected => ({
  merchantCode: request.merchantCode,
  orderRef: request.attemptId,
  customerRef: request.customerRef,
  total: request.amounts.total,
  tid: request.sessionId,
  needsMandate: request.purpose === 'MANDATE_UPDATE',
});

export const expectedOfCharge = ({ mandate, orderRef, amounts }: ChargeMandate): Expected => ({
  merchantCode: mandate.merchantCode,
  orderRef,
  customerRef: mandate.customerRef,
  total: amounts.total,
  sid: mandate.token,
});

/** The 200 of approve or of a recurring charge. */
export const readApproval =
  (expected: Expected) =>
  (body: unknown, now: Date): Approved | Verdict => {
    const { success, data } = ApprovalAnswer.safeParse(body);
    if (!success || (expected.needsMandate && data.sid === undefined)) return doubt(now, { why: 'unparsable' });
    return isSame(data, expected) ? toApproved(data) : doubt(now, { why: 'mismatch' });
  };

const isSame = (data: ApprovalAnswer, expected: Expected): boolean =>
  data.cid === expected.merchantCode &&
  data.partner_order_id === expected.orderRef &&
  data.partner_user_id === expected.customerRef &&
  data.amount.total === expected.total &&
  (expected.tid === undefined || data.tid === expected.tid) &&
  (expected.sid === undefined || (data.sid ?? expected.sid) === expected.sid);

function toApproved(data: ApprovalAnswer): Approved {
  const { sid, cid: merchantCode, partner_user_id: customerRef } = data;
  return {
    kind: 'approved',
    paymentId: data.tid,
    ...(data.aid !== undefined && { approvalId: data.aid }),
    approvedAt: data.approved_at,
    amounts: { total: data.amount.total, taxFree: data.amount.tax_free ?? 0 },
    ...methodOf(data.payment_method_type, data.card_info?.kakaopay_issuer_corp ?? data.card_info?.issuer_corp),
    ...(sid !== undefined && { mandate: { token: sid, merchantCode, customerRef } }),
  };
}

/** The tid of a recurring charge is born in its answer: there is no key to look it up with. */
export function concludeSubscription(verdict: Approved | Verdict, now: Date): ChargeOutcome {
  if (verdict.kind === 'look_up') return undecided(now, verdict);
  if (verdict.kind === 'not_completed') throw new Error('Bug: a recurring charge has no buyer who could not finish.');
  return verdict;
}

/** After "already approved" and its like: what the provider's own record of the checkout says. */
export function judgeByRecord(
  found: Found,
  { request, lookUp, now }: { request: CompleteCheckout; lookUp: LookUp; now: Date },
): ChargeOutcome | NotCompleted {
  if (!isRecordOf(found, request)) return doubt(now, { why: 'mismatch', codes: lookUp.codes });
  if (found.state === 'not_charged') return refusalOf(found, lookUp);
  // A mandate without its sid is of no use, and what was refunded meanwhile is for the resolver to judge.
  const { approvedAt, paymentId, amounts, method } = found;
  if (found.state !== 'paid' || !approvedAt) return undecided(now, lookUp);
  return { kind: 'approved', paymentId, amounts, approvedAt, ...(method && { method }) };
}

const isRecordOf = (found: Found, { attemptId, merchantCode, customerRef, amounts }: CompleteCheckout): boolean =>
  found.attemptId === attemptId &&
  found.merchantCode === merchantCode &&
  found.customerRef === customerRef &&
  found.amounts.total === amounts.total;

/** The method refused, or the buyer left or failed to prove who they are. */
const refusalOf = ({ record }: Found, { codes }: LookUp): ChargeOutcome | NotCompleted =>
  record.providerStatus === 'FAIL_PAYMENT'
    ? { kind: 'declined_soft', group: 'GENERIC', codes }
    : { kind: 'not_completed', why: 'not_authenticated', codes };
