import type { Amount, Payment } from './state.ts';

const NOTHING: Amount = { total: 0, taxFree: 0, vat: 0, greenDeposit: 0 };

/** The tax share of an amount when the merchant does not say it. */
export const vatOf = (total: number, taxFree: number): number => Math.round((total - taxFree) / 11);

/** Whether an amount can be charged: 0 only issues a mandate, so it needs the recurring CID. */
export const isPayable = (total: number, taxFree: number, minimum: number): boolean =>
  total >= minimum && taxFree >= 0 && taxFree <= total;

const combined = (a: Amount, b: Amount, sign: 1 | -1): Amount => ({
  total: a.total + sign * b.total,
  taxFree: a.taxFree + sign * b.taxFree,
  vat: a.vat + sign * b.vat,
  greenDeposit: a.greenDeposit + sign * b.greenDeposit,
});

/** All that has been given back. */
export const refundedOf = ({ refunds }: Payment): Amount =>
  refunds.reduce((sum, { amount }) => combined(sum, amount, 1), NOTHING);

/** What can still be given back: nothing before the approval, and nothing of a mandate issued for 0 won. */
export const balanceOf = (payment: Payment): Amount =>
  payment.approvedAt ? combined(payment, refundedOf(payment), -1) : NOTHING;
