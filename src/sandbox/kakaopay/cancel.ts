import { balanceOf, vatOf } from './amounts.ts';
import { cancelAnswer } from './answers.ts';
import { effectOf, lineOf, type CallContext } from './context.ts';
import { moveBalance } from './customers.ts';
import { refuse, type WireAnswer } from './errors.ts';
import { aidOf } from './ids.ts';
import { findPayment, type Amount, type KakaoPay, type Payment, type Refund } from './state.ts';
import type { CancelRequest } from './wire.ts';

/**
 * `cancel`: gives money back, in parts or all of it. A `cancel_available_amount` that is not what is left is refused, so
 * that a refund whose answer was lost does not run twice. The mandate of a recurring charge does not notice.
 */
export function cancel(kakaopay: KakaoPay, request: CancelRequest, call: CallContext): WireAnswer {
  const code = refusalOf(kakaopay, request, effectOf(call, 'balance')?.unchecked === true);
  const payment = kakaopay.payments.get(request.tid);
  if (code !== undefined || !payment) return refuse(code ?? -784);
  const refund = toRefund(kakaopay, payment, request);

  kakaopay.ledger.record(refund.at, { op: 'refund', ...lineOfRefund(payment, refund), ...lineOf(call, refund.aid) });
  addRefund(payment, refund);
  if (payment.method === 'MONEY') moveBalance(kakaopay, payment.customer, refund.amount.total);
  return cancelAnswer(payment, refund, effectOf(call, 'balance')?.reportedBy);
}

/** Identity and state first; then the guard, which a repeated refund must meet before anything else; then the amounts. */
function refusalOf(kakaopay: KakaoPay, request: CancelRequest, unchecked: boolean): number | undefined {
  const { tid, cid, cancel_amount: amount, cancel_tax_free_amount: taxFree, cancel_available_amount: told } = request;
  const payment = findPayment(kakaopay, tid);
  if (payment?.cid !== cid) return -721;
  if (!payment.approvedAt || payment.status === 'ISSUED_SID') return -784;
  const left = balanceOf(payment);
  if (told !== undefined && told !== left.total && !unchecked) return -711;
  if (amount < 1 || taxFree < 0 || taxFree > amount) return -703;
  if (amount > left.total || taxFree > left.taxFree) return -710;
  // A deposit for a cup cannot be given back in parts.
  return payment.greenDeposit > 0 && amount < payment.total ? -784 : undefined;
}

function toRefund(kakaopay: KakaoPay, payment: Payment, request: CancelRequest): Refund {
  const left = balanceOf(payment);
  const isLast = request.cancel_amount === left.total;
  return {
    aid: aidOf(payment.tid, payment.refunds.length + 1),
    amount: isLast ? left : partOf(left, request),
    at: kakaopay.clock.now(),
    payload: request.payload,
  };
}

function partOf(left: Amount, { cancel_amount: total, cancel_tax_free_amount: taxFree, ...request }: CancelRequest) {
  const vat = request.cancel_vat_amount ?? Math.min(left.vat, vatOf(total, taxFree));
  return { total, taxFree, vat, greenDeposit: 0 };
}

const lineOfRefund = ({ tid, orderRef, mandateHash, customer }: Payment, { amount }: Refund) => ({
  ref: tid,
  orderRef,
  mandateHash: mandateHash ?? null,
  customer,
  amount: amount.total,
});

/** Also for refunds that a ledger file tells of. */
export function addRefund(payment: Payment, refund: Refund): void {
  payment.refunds = [...payment.refunds, refund];
  payment.status = balanceOf(payment).total === 0 ? 'CANCEL_PAYMENT' : 'PART_CANCEL_PAYMENT';
}
