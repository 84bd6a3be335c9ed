import type { Movement } from '../ledger.ts';
import { approvalAnswer } from './answers.ts';
import { isExpired } from './checkouts.ts';
import { refuse, type WireAnswer } from './errors.ts';
import { newSid } from './ids.ts';
import { addMandate, hashOf, noteCharge } from './mandates.ts';
import { findPayment, RECURRING_CID, type Checkout, type KakaoPay } from './state.ts';
import type { ApproveRequest } from './wire.ts';

/** Runs without a pause from the checks to the ledger, so that of two equal calls one finds the other's traces. */
export function approve(kakaopay: KakaoPay, request: ApproveRequest, requestId: string): WireAnswer {
  const code = refusalOf(kakaopay, request);
  const checkout = kakaopay.checkouts.get(request.tid);
  if (code !== undefined || !checkout) return refuse(code ?? -721);
  return execute(kakaopay, checkout, request.payload, requestId);
}

/** Identity first, then the state of the tid, then what the customer brought back. */
function refusalOf(kakaopay: KakaoPay, request: ApproveRequest): number | undefined {
  const payment = findPayment(kakaopay, request.tid);
  if (!payment || payment.cid !== request.cid) return -721;
  if (payment.orderRef !== request.partner_order_id) return -706;
  if (payment.customer !== request.partner_user_id) return -707;
  const checkout = kakaopay.checkouts.get(request.tid);
  if (!checkout) return -702;
  if (isExpired(kakaopay, checkout)) return -723;
  if (checkout.status === 'QUIT_PAYMENT' || checkout.status === 'FAIL_AUTH_PASSWORD') return -783;
  if (checkout.status !== 'AUTH_PASSWORD') return -701;
  if (checkout.pgToken !== request.pg_token) return -708;
  if (request.total_amount !== undefined && request.total_amount !== checkout.total) return -722;
  return undefined;
}

function execute(kakaopay: KakaoPay, checkout: Checkout, payload: string | undefined, requestId: string): WireAnswer {
  const { approvalUrl: _, cancelUrl: __, failUrl: ___, onlyMethod: ____, pgToken: _____, ...rest } = checkout;
  const status = checkout.total === 0 ? 'ISSUED_SID' : 'SUCCESS_PAYMENT';
  const approvedAt = kakaopay.clock.now();
  const payment = { ...rest, status, approvedAt, payload } as const;
  const sid = checkout.cid === RECURRING_CID ? newSid() : undefined;

  kakaopay.ledger.record(approvedAt, ...movementsOf(checkout, sid, requestId));
  kakaopay.checkouts.delete(checkout.tid);
  kakaopay.payments.set(checkout.tid, payment);
  if (sid !== undefined) issue(kakaopay, checkout, sid, approvedAt);
  return approvalAnswer(payment, sid);
}

function movementsOf(checkout: Checkout, sid: string | undefined, requestId: string): Movement[] {
  const mandateHash = sid === undefined ? null : hashOf(sid);
  const { tid: ref, orderRef, customer, total } = checkout;
  const common = { ref, orderRef, mandateHash, customer, requestId };
  const charge: Movement = { ...common, op: 'charge', amount: total };
  const issued: Movement = { ...common, op: 'issue', amount: 0 };
  return [...(total > 0 ? [charge] : []), ...(sid === undefined ? [] : [issued])];
}

function issue(kakaopay: KakaoPay, checkout: Checkout, sid: string, at: Date): void {
  const mandate = addMandate(kakaopay, hashOf(sid));
  mandate.customer = checkout.customer;
  mandate.method = checkout.method ?? 'MONEY';
  if (checkout.total > 0) noteCharge(mandate, checkout.total, at);
}
