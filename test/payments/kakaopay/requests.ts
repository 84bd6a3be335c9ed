import type {
  BeginCheckout,
  ChargeMandate,
  CompleteCheckout,
  Lookup,
  MandateRef,
  PaymentProvider,
  RefundRequest,
} from '../../../src/payments/provider.ts';
import type { Operation } from '../../../src/payments/providers/kakaopay/answer.ts';

/** What the recorded answers answer to. */
const ONE_TIME = 'TC0ONETIME';
const RECURRING = 'TCSUBSCRIP';
export const TID = 'T1a2b3c4d5e6f7a8b9c0';
export const SID = 'S1a2b3c4d5e6f7a8b9c0';
const AMOUNTS = { total: 51_800, taxFree: 0 };
const WHAT = { title: '오메가3 외 1건', quantity: 2 };
const OF_ATTEMPT = { attemptId: 'pa_example', requestId: 'rq_example' };

export const begin = (changes: Partial<BeginCheckout> = {}): BeginCheckout => ({
  ...OF_ATTEMPT,
  ...WHAT,
  purpose: 'ORDER',
  merchantCode: ONE_TIME,
  customerRef: 'cu_example',
  amounts: AMOUNTS,
  returnUrls: {
    approve: 'http://127.0.0.1:8080/api/payments/approve/pa_example',
    cancel: 'http://127.0.0.1:8080/api/payments/cancel/pa_example',
    fail: 'http://127.0.0.1:8080/api/payments/fail/pa_example',
  },
  ...changes,
});

export const complete = (changes: Partial<CompleteCheckout> = {}): CompleteCheckout => ({
  ...OF_ATTEMPT,
  purpose: 'ORDER',
  merchantCode: ONE_TIME,
  customerRef: 'cu_example',
  sessionId: TID,
  amounts: AMOUNTS,
  query: { pg_token: 'pg_token_example' },
  ...changes,
});

export const MANDATE: MandateRef = { token: SID, merchantCode: RECURRING, customerRef: 'cu_example' };

export const charge = (changes: Partial<ChargeMandate> = {}): ChargeMandate => ({
  ...OF_ATTEMPT,
  ...WHAT,
  orderRef: 'pa_example',
  idempotencyKey: 'renewal:example:2:1',
  mandate: MANDATE,
  amounts: AMOUNTS,
  ...changes,
});

export const refund = (changes: Partial<RefundRequest> = {}): RefundRequest => ({
  ...OF_ATTEMPT,
  refundId: 'rf_example',
  providerPaymentId: TID,
  merchantCode: ONE_TIME,
  amounts: { total: 10_000, taxFree: 0 },
  balanceBefore: 51_800,
  reason: 'changed mind',
  ...changes,
});

export const lookup = (changes: Partial<Lookup> = {}): Lookup => ({
  ...OF_ATTEMPT,
  merchantCode: ONE_TIME,
  providerPaymentId: TID,
  ...changes,
});

/** Each operation on the wire, made through the port. */
export const MAKE: Record<Operation, (provider: PaymentProvider) => Promise<{ kind: string }>> = {
  ready: (provider) => provider.beginCheckout(begin()),
  approve: (provider) => provider.completeCheckout(complete()),
  subscription: (provider) => provider.chargeMandate(charge()),
  order: (provider) => provider.lookup(lookup()),
  cancel: (provider) => provider.refund(refund()),
  inactive: (provider) => provider.deactivateMandate(MANDATE),
  status: (provider) => provider.mandateStatus(MANDATE),
};

/** A recorded answer that grants each of them. */
export const GRANTED: Record<Operation, string> = {
  ready: 'ready',
  approve: 'approve-money',
  subscription: 'subscription-money',
  order: 'order-success-payment',
  cancel: 'cancel-part-cancel-payment',
  inactive: 'inactive',
  status: 'status-active',
};

export const OPERATIONS = Object.keys(MAKE) as Operation[];
