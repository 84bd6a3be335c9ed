import { approvalAnswer, vatOf } from './answers.ts';
import { isPayable } from './checkouts.ts';
import { takeDecline } from './decline-script.ts';
import { refuse, type WireAnswer } from './errors.ts';
import { findMandate, noteCharge } from './mandates.ts';
import { RECURRING_CID, type KakaoPay, type Mandate, type Payment } from './state.ts';
import type { SubscriptionRequest } from './wire.ts';

/** `subscription`: charges as often as it is asked to; that the same order is not charged twice is the caller's care. */
export function chargeAgain(kakaopay: KakaoPay, request: SubscriptionRequest, requestId: string): WireAnswer {
  if (request.cid !== RECURRING_CID) return refuse(-731);
  const mandate = findMandate(kakaopay, request.sid);
  if (!mandate) return refuse(-750);
  mandate.customer ??= request.partner_user_id;
  if (mandate.customer !== request.partner_user_id) return refuse(-753);
  if (!isPayable(request.total_amount, request.tax_free_amount, 1)) return refuse(-722);
  const declined = takeDecline(mandate.script, kakaopay.customerScripts.get(mandate.customer));
  return declined ?? execute(kakaopay, mandate, request, requestId);
}

function execute(kakaopay: KakaoPay, mandate: Mandate, request: SubscriptionRequest, requestId: string): WireAnswer {
  const now = kakaopay.clock.now();
  const payment = toPayment(kakaopay.nextId('T'), now, mandate, request);
  const { tid: ref, orderRef, customer, total: amount } = payment;

  kakaopay.ledger.record(now, { op: 'charge', ref, orderRef, mandateHash: mandate.hash, customer, amount, requestId });
  kakaopay.payments.set(ref, payment);
  noteCharge(mandate, amount, now);
  return approvalAnswer(payment, request.sid);
}

const toPayment = (tid: string, now: Date, { method }: Mandate, request: SubscriptionRequest): Payment => ({
  tid,
  cid: request.cid,
  orderRef: request.partner_order_id,
  customer: request.partner_user_id,
  itemName: request.item_name,
  itemCode: request.item_code,
  quantity: request.quantity,
  total: request.total_amount,
  taxFree: request.tax_free_amount,
  vat: request.vat_amount ?? vatOf(request.total_amount, request.tax_free_amount),
  greenDeposit: 0,
  installMonth: 0,
  createdAt: now,
  status: 'SUCCESS_PAYMENT',
  method,
  approvedAt: now,
  payload: request.payload,
});
