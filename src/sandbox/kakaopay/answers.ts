import { balanceOf, refundedOf } from './amounts.ts';
import type { WireAnswer } from './errors.ts';
import { aidOf } from './ids.ts';
import type { Amount, Payment, Refund } from './state.ts';
import { seoulTime } from './times.ts';

export const answer = (body: object): WireAnswer => ({ status: 200, body });

const amountBody = ({ total, taxFree, vat, greenDeposit }: Amount) => ({
  total,
  tax_free: taxFree,
  vat,
  point: 0,
  discount: 0,
  green_deposit: greenDeposit,
});

const identity = ({ tid, cid, orderRef, customer, method }: Payment) => ({
  tid,
  cid,
  partner_order_id: orderRef,
  partner_user_id: customer,
  payment_method_type: method,
});

const contents = ({ itemName, itemCode, quantity, createdAt, approvedAt }: Payment) => ({
  item_name: itemName,
  item_code: itemCode,
  quantity,
  created_at: seoulTime(createdAt),
  approved_at: approvedAt && seoulTime(approvedAt),
});

/** One card for everybody; its numbers are visibly invented. */
const cardInfo = (installMonth: number) => ({
  kakaopay_purchase_corp: '신한카드',
  kakaopay_purchase_corp_code: '01',
  kakaopay_issuer_corp: '신한카드',
  kakaopay_issuer_corp_code: '01',
  bin: '123456',
  card_type: '신용',
  install_month: installMonth,
  approved_id: '12345678',
  card_mid: '123456789',
  interest_free_install: 'N',
  installment_type: 'CARD_INSTALLMENT',
  card_item_code: '0000',
});

/** The answer to `approve` and to `subscription`. */
export const approvalAnswer = (payment: Payment, sid?: string): WireAnswer =>
  answer({
    aid: aidOf(payment.tid),
    ...identity(payment),
    sid,
    amount: amountBody(payment),
    card_info: payment.method === 'CARD' ? cardInfo(payment.installMonth) : undefined,
    ...contents(payment),
    payload: payment.payload,
  });

/** What has been given back and what is left; `misreportedBy` makes the latter a lie. */
function balances(payment: Payment, misreportedBy: number) {
  const left = balanceOf(payment);
  return {
    canceled_amount: amountBody(refundedOf(payment)),
    cancel_available_amount: amountBody({ ...left, total: left.total + misreportedBy }),
  };
}

const refundedAt = ({ refunds }: Payment) => {
  const last = refunds.at(-1);
  return last && seoulTime(last.at);
};

/** The answer to `order`. It never tells the sid: a lost approve answer of a first payment yields no mandate. */
export function orderAnswer(payment: Payment, misreportedBy = 0): WireAnswer {
  return answer({
    ...identity(payment),
    status: payment.status,
    amount: amountBody(payment),
    ...balances(payment, misreportedBy),
    ...contents(payment),
    canceled_at: refundedAt(payment),
    selected_card_info: payment.method === 'CARD' ? selectedCard(payment.installMonth) : undefined,
    payment_action_details: actionsOf(payment),
  });
}

/** The answer to `cancel`; the payment stands as it does after the refund. */
export function cancelAnswer(payment: Payment, refund: Refund, misreportedBy = 0): WireAnswer {
  return answer({
    aid: refund.aid,
    ...identity(payment),
    status: payment.status,
    amount: amountBody(payment),
    approved_cancel_amount: amountBody(refund.amount),
    ...balances(payment, misreportedBy),
    ...contents(payment),
    canceled_at: seoulTime(refund.at),
    payload: refund.payload,
  });
}

const selectedCard = (installMonth: number) => ({
  card_bin: '123456',
  install_month: installMonth,
  installment_type: 'CARD_INSTALLMENT',
  card_corp_name: '신한카드',
  interest_free_install: 'N',
});

function actionsOf(payment: Payment) {
  const { tid, approvedAt, status, payload, refunds } = payment;
  if (!approvedAt) return [];
  const approval = { aid: aidOf(tid), amount: payment, at: approvedAt, payload };
  return [
    action(approval, status === 'ISSUED_SID' ? 'ISSUED_SID' : 'PAYMENT'),
    ...refunds.map((refund) => action(refund, 'CANCEL')),
  ];
}

const action = ({ aid, amount, at, payload }: Refund, type: 'PAYMENT' | 'CANCEL' | 'ISSUED_SID') => ({
  aid,
  approved_at: seoulTime(at),
  amount: amount.total,
  point_amount: 0,
  discount_amount: 0,
  green_deposit: amount.greenDeposit,
  payment_action_type: type,
  payload,
});
