import type { BeginCheckout, ChargeMandate, CompleteCheckout, MandateRef, RefundRequest } from '../../provider.ts';

/** Request bodies of KakaoPay's online payment API v1: exactly the documented fields, integers as integers. */

/** `item_name` holds at most 100 characters. */
const LONGEST_TITLE = 100;

export const buildReady = (checkout: BeginCheckout) => ({
  cid: checkout.merchantCode,
  partner_order_id: checkout.attemptId,
  partner_user_id: checkout.customerRef,
  item_name: cut(checkout.title),
  quantity: checkout.quantity,
  total_amount: checkout.amounts.total,
  tax_free_amount: checkout.amounts.taxFree,
  approval_url: checkout.returnUrls.approve,
  cancel_url: checkout.returnUrls.cancel,
  fail_url: checkout.returnUrls.fail,
});

export const buildApprove = (checkout: CompleteCheckout, pgToken: string) => ({
  cid: checkout.merchantCode,
  tid: checkout.sessionId,
  partner_order_id: checkout.attemptId,
  partner_user_id: checkout.customerRef,
  pg_token: pgToken,
  total_amount: checkout.amounts.total, // optional; sent so that KakaoPay compares it too
});

export const buildSubscription = (charge: ChargeMandate) => ({
  ...buildMandate(charge.mandate),
  partner_order_id: charge.orderRef,
  partner_user_id: charge.mandate.customerRef,
  item_name: cut(charge.title),
  quantity: charge.quantity,
  total_amount: charge.amounts.total,
  tax_free_amount: charge.amounts.taxFree,
});

export const buildOrder = ({ merchantCode, tid }: { merchantCode: string; tid: string }) => ({
  cid: merchantCode,
  tid,
});

/**
 * The balance is optional and always sent: after a refund that ran, the provider's differs, and the repeat of one whose
 * answer was lost is refused.
 */
export const buildCancel = (refund: RefundRequest) => ({
  cid: refund.merchantCode,
  tid: refund.providerPaymentId,
  cancel_amount: refund.amounts.total,
  cancel_tax_free_amount: refund.amounts.taxFree,
  cancel_available_amount: refund.balanceBefore,
});

/** For `inactive` and `status`. */
export const buildMandate = ({ merchantCode, token }: MandateRef) => ({ cid: merchantCode, sid: token });

/** At whole characters, however the other side counts them: an emoji is two of JavaScript's. */
function cut(title: string): string {
  let kept = '';
  for (const character of title) {
    if (kept.length + character.length > LONGEST_TITLE) break;
    kept += character;
  }
  return kept;
}
