import { isPayable, vatOf } from './amounts.ts';
import { approvalAnswer } from './answers.ts';
import { lineOf, type CallContext } from './context.ts';
import { customerOf, moveBalance } from './customers.ts';
import { takeDecline } from './decline-script.ts';
import { refuse, type WireAnswer } from './errors.ts';
import { refusalOfMethod } from './guards.ts';
import { newTid } from './ids.ts';
import { chargedInMonth, findMandate, noteCharge } from './mandates.ts';
import { RECURRING_CID, type KakaoPay, type Mandate, type Payment } from './state.ts';
import type { Method, SubscriptionRequest } from './wire.ts';

/** `subscription`: charges as often as it is asked to; that the same order is not charged twice is the caller's care. */
export function chargeAgain(kakaopay: KakaoPay, request: SubscriptionRequest, call: CallContext): WireAnswer {
  if (request.cid !== RECURRING_CID) return refuse(-731);
  const mandate = findMandate(kakaopay, request.sid);
  if (!mandate) return refuse(-750);
  mandate.customer ??= request.partner_user_id;
  if (mandate.customer !== request.partner_user_id) return refuse(-753);
  if (!isPayable(request.total_amount, request.tax_free_amount, 1)) return refuse(-722);
  if (mandate.inactivatedAt) return refuse(-751);

  const customer = customerOf(kakaopay, mandate.customer);
  const method = customer.method ?? mandate.method;
  const declined =
    takeDecline(mandate.script, customer.script) ?? refusalOfCharge(kakaopay, mandate, { request, method });
  return declined ?? execute(kakaopay, toPayment(kakaopay, mandate, { request, method }), { mandate, request, call });
}

interface Wish {
  request: SubscriptionRequest;
  method: Method;
}

function refusalOfCharge(kakaopay: KakaoPay, mandate: Mandate, { request, method }: Wish): WireAnswer | undefined {
  const { total_amount: amount, partner_user_id: customer } = request;
  const afterwards = chargedInMonth(mandate, kakaopay.clock.now()) + amount;
  if (mandate.ceiling !== null && afterwards > mandate.ceiling) return refuse(-752);
  return refusalOfMethod(kakaopay, { op: 'subscription', customer, method, amount });
}

interface Execution {
  mandate: Mandate;
  request: SubscriptionRequest;
  call: CallContext;
}

function execute(kakaopay: KakaoPay, payment: Payment, { mandate, request, call }: Execution): WireAnswer {
  const { tid: ref, orderRef, customer, total: amount, createdAt, method } = payment;
  const line = { ref, orderRef, mandateHash: mandate.hash, customer, amount, ...lineOf(call, ref) };

  kakaopay.ledger.record(createdAt, { op: 'charge', ...line });
  kakaopay.payments.set(ref, payment);
  noteCharge(mandate, amount, createdAt);
  if (method === 'MONEY') moveBalance(kakaopay, customer, -amount);
  return approvalAnswer(payment, request.sid);
}

const NO_REFUNDS: Payment['refunds'] = [];

function toPayment(kakaopay: KakaoPay, mandate: Mandate, { request, method }: Wish): Payment {
  const [now, { cid, total_amount: total, tax_free_amount: taxFree }] = [kakaopay.clock.now(), request];
  const parties = { cid, orderRef: request.partner_order_id, customer: request.partner_user_id };
  return {
    ...parties,
    tid: newTid(kakaopay, { ...parties, total }),
    itemName: request.item_name,
    itemCode: request.item_code,
    quantity: request.quantity,
    total,
    taxFree,
    vat: request.vat_amount ?? vatOf(total, taxFree),
    greenDeposit: 0,
    installMonth: 0,
    createdAt: now,
    approvedAt: now,
    status: 'SUCCESS_PAYMENT',
    refunds: NO_REFUNDS,
    method,
    payload: request.payload,
    mandateHash: mandate.hash,
  };
}
