import type { BeginCheckout, ChargeMandate, CompleteCheckout, Lookup } from '../../provider.ts';

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
  cid: charge.mandate.merchantCode,
  sid: charge.mandate.token,
  partner_order_id: charge.attemptId,
  partner_user_id: charge.mandate.customerRef,
  item_name: cut(charge.title),
  quantity: charge.quantity,
  total_amount: charge.amounts.total,
  tax_free_amount: charge.amounts.taxFree,
});

export const buildOrder = ({ merchantCode, providerPaymentId }: Lookup) => ({
  cid: merchantCode,
  tid: providerPaymentId,
});

/** By characters as people count them, so that no letter is cut in half. */
const cut = (title: string): string => Array.from(title).slice(0, LONGEST_TITLE).join('');
