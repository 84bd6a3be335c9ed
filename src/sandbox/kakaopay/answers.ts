import { aidOf } from './ids.ts';
import type { WireAnswer } from './errors.ts';
import type { Payment } from './state.ts';

const SEOUL_OFFSET_MS = 9 * 3_600_000;

/** KakaoPay's timestamps: Seoul's wall clock without an offset. Seoul knows no summer time. */
export const seoulTime = (moment: Date): string =>
  new Date(moment.getTime() + SEOUL_OFFSET_MS).toISOString().slice(0, 19);

export const answer = (body: object): WireAnswer => ({ status: 200, body });

/** The tax share of an amount when the merchant does not say it. */
export const vatOf = (total: number, taxFree: number): number => Math.round((total - taxFree) / 11);

const amountOf = ({ total, taxFree, vat, greenDeposit }: Payment) => ({
  total,
  tax_free: taxFree,
  vat,
  point: 0,
  discount: 0,
  green_deposit: greenDeposit,
});

const NO_AMOUNT = { total: 0, tax_free: 0, vat: 0, point: 0, discount: 0, green_deposit: 0 };

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
    amount: amountOf(payment),
    card_info: payment.method === 'CARD' ? cardInfo(payment.installMonth) : undefined,
    ...contents(payment),
    payload: payment.payload,
  });

/** The answer to `order`. It never tells the sid: a lost approve answer of a first payment yields no mandate. */
export function orderAnswer(payment: Payment): WireAnswer {
  return answer({
    ...identity(payment),
    status: payment.status,
    amount: amountOf(payment),
    canceled_amount: NO_AMOUNT,
    cancel_available_amount: payment.status === 'SUCCESS_PAYMENT' ? amountOf(payment) : NO_AMOUNT,
    ...contents(payment),
    selected_card_info: payment.method === 'CARD' ? selectedCard(payment.installMonth) : undefined,
    payment_action_details: payment.approvedAt ? [action(payment, payment.approvedAt)] : [],
  });
}

const selectedCard = (installMonth: number) => ({
  card_bin: '123456',
  install_month: installMonth,
  installment_type: 'CARD_INSTALLMENT',
  card_corp_name: '신한카드',
  interest_free_install: 'N',
});

const action = ({ tid, total, status, greenDeposit, payload }: Payment, approvedAt: Date) => ({
  aid: aidOf(tid),
  approved_at: seoulTime(approvedAt),
  amount: total,
  point_amount: 0,
  discount_amount: 0,
  green_deposit: greenDeposit,
  payment_action_type: status === 'ISSUED_SID' ? 'ISSUED_SID' : 'PAYMENT',
  payload,
});
