import type { Movement } from '../ledger.ts';
import { approvalAnswer } from './answers.ts';
import { isExpired } from './checkouts.ts';
import { lineOf, type CallContext } from './context.ts';
import { customerOf, moveBalance } from './customers.ts';
import { refuse, type WireAnswer } from './errors.ts';
import { refusalOfMethod } from './guards.ts';
import { newSid } from './ids.ts';
import { addMandate, hashOf, noteCharge } from './mandates.ts';
import { findPayment, RECURRING_CID, type Checkout, type KakaoPay, type Payment } from './state.ts';
import type { ApproveRequest } from './wire.ts';

/** Runs without a pause from the checks to the ledger, so that of two equal calls one finds the other's traces. */
export function approve(kakaopay: KakaoPay, request: ApproveRequest, call: CallContext): WireAnswer {
  const code = refusalOf(kakaopay, request);
  const checkout = kakaopay.checkouts.get(request.tid);
  if (code !== undefined || !checkout) return refuse(code ?? -721);
  checkout.method = customerOf(kakaopay, checkout.customer).method ?? checkout.method ?? 'MONEY';
  const { customer, method, total: amount } = checkout;
  const refused = checkout.refusal ?? refusalOfMethod(kakaopay, { op: 'approve', customer, method, amount });
  if (!refused) return execute(kakaopay, checkout, { payload: request.payload, call });
  checkout.status = 'FAIL_PAYMENT';
  return refused;
}

const OVER: readonly string[] = ['QUIT_PAYMENT', 'FAIL_AUTH_PASSWORD', 'FAIL_PAYMENT'];

/** Identity first, then the state of the tid, then what the customer brought back. */
function refusalOf(kakaopay: KakaoPay, request: ApproveRequest): number | undefined {
  const payment = findPayment(kakaopay, request.tid);
  if (!payment || payment.cid !== request.cid) return -721;
  if (payment.orderRef !== request.partner_order_id) return -706;
  if (payment.customer !== request.partner_user_id) return -707;
  const checkout = kakaopay.checkouts.get(request.tid);
  if (!checkout) return -702;
  if (isExpired(kakaopay, checkout)) return -723;
  if (OVER.includes(checkout.status)) return -783;
  if (checkout.status !== 'AUTH_PASSWORD') return -701;
  if (checkout.pgToken !== request.pg_token) return -708;
  if (request.total_amount !== undefined && request.total_amount !== checkout.total) return -722;
  return undefined;
}

interface Execution {
  payload: string | undefined;
  call: CallContext;
}

function execute(kakaopay: KakaoPay, checkout: Checkout, { payload, call }: Execution): WireAnswer {
  const approvedAt = kakaopay.clock.now();
  const sid = checkout.cid === RECURRING_CID ? newSid(kakaopay, checkout.tid) : undefined;
  const mandateHash = sid === undefined ? undefined : hashOf(sid);
  const payment: Payment = { ...withoutCheckout(checkout), approvedAt, payload, mandateHash };

  kakaopay.ledger.record(approvedAt, ...movementsOf(payment, call));
  kakaopay.checkouts.delete(checkout.tid);
  kakaopay.payments.set(checkout.tid, payment);
  if (payment.method === 'MONEY') moveBalance(kakaopay, payment.customer, -payment.total);
  if (mandateHash !== undefined) issue(kakaopay, payment, mandateHash);
  return approvalAnswer(payment, sid);
}

function withoutCheckout(checkout: Checkout): Payment {
  const { approvalUrl: _, cancelUrl: _1, failUrl: _2, onlyMethod: _3, expiresAt: _4, pgToken: _5, ...rest } = checkout;
  return { ...rest, status: checkout.total === 0 ? 'ISSUED_SID' : 'SUCCESS_PAYMENT' };
}

function movementsOf({ tid: ref, orderRef, customer, total, mandateHash }: Payment, call: CallContext): Movement[] {
  const common = { ref, orderRef, mandateHash: mandateHash ?? null, customer, ...lineOf(call, ref) };
  const charge: Movement = { ...common, op: 'charge', amount: total };
  const issued: Movement = { ...common, op: 'issue', amount: 0 };
  return [...(total > 0 ? [charge] : []), ...(mandateHash === undefined ? [] : [issued])];
}

function issue(kakaopay: KakaoPay, payment: Payment, hash: string): void {
  const { itemName, customer, method = 'MONEY', total, approvedAt = payment.createdAt } = payment;
  const mandate = addMandate(kakaopay, { hash, itemName, createdAt: approvedAt });
  mandate.customer = customer;
  mandate.method = method;
  if (total > 0) noteCharge(mandate, total, approvedAt);
}
