import type { CheckoutAction, PaymentAttempt, PaymentProviderName, ReasonGroup } from '../schema.ts';

/**
 * The port to payment companies. Operations are keyed by an attempt id that is committed before the call. An adapter
 * returns an outcome for every answer, refusal, fault and silence, throws only for a bug, and never repeats a call
 * that may move money.
 */
export interface PaymentProvider {
  readonly name: PaymentProviderName;
  /** The merchant code a payment of this purpose is made with; later calls about it use the same one. */
  merchantCodeFor(purpose: PaymentAttempt['purpose']): string;
  beginCheckout(request: BeginCheckout): Promise<CheckoutOutcome>;
  completeCheckout(request: CompleteCheckout): Promise<ChargeOutcome | NotCompleted>;
  chargeMandate(request: ChargeMandate): Promise<ChargeOutcome>;
  lookup(request: Lookup): Promise<LookupOutcome>;
  close(): Promise<void>;
}

/** Whole won; `taxFree` is inside `total`. */
export interface Amounts {
  total: number;
  taxFree: number;
}

export interface BeginCheckout {
  attemptId: string;
  merchantCode: string;
  customerRef: string;
  amounts: Amounts;
  title: string;
  quantity: number;
  returnUrls: { approve: string; cancel: string; fail: string };
}

export interface CompleteCheckout {
  attemptId: string;
  merchantCode: string;
  customerRef: string;
  sessionId: string;
  amounts: Amounts;
  /** The query of the browser's return, as it came. */
  query: Readonly<Record<string, string>>;
}

export interface ChargeMandate {
  attemptId: string;
  mandate: { token: string; merchantCode: string; customerRef: string };
  amounts: Amounts;
  title: string;
  quantity: number;
}

export interface Lookup {
  merchantCode: string;
  /** The session of a checkout or the payment's own id; without either nothing can be looked up. */
  providerPaymentId: string;
}

/** What the provider called its refusal; kept for people, never parsed again. */
export interface RawCodes {
  code: string;
  message?: string;
}

export interface IssuedMandate {
  token: string;
  merchantCode: string;
  customerRef: string;
}

export type Approved = {
  kind: 'approved';
  paymentId: string;
  approvalId?: string;
  approvedAt: Date;
  amounts: Amounts;
  /** How it was paid, as a person would say it; no card data. */
  methodLabel?: string;
  mandate?: IssuedMandate;
};
export type DeclinedSoft = {
  kind: 'declined_soft';
  group: ReasonGroup;
  codes: RawCodes;
  /** Not before this moment may a further try succeed. */
  notBefore?: Date;
  /** The provider's own pause: the try does not count as one of the customer's. */
  keepsStep?: boolean;
};
export type DeclinedHard = { kind: 'declined_hard'; group: ReasonGroup; codes: RawCodes };
export type Unknown = {
  kind: 'unknown';
  why:
    | 'timeout'
    | 'connection_lost'
    | 'server_error'
    | 'in_flight'
    | 'bank_pending'
    | 'duplicate_signalled'
    | 'unparsable'
    | 'mismatch'
    | 'unlisted_code';
  /** Whether the provider answered at all. */
  answered: boolean;
  lookAt: Date;
  codes?: RawCodes;
};
export type ProviderDown = {
  kind: 'provider_down';
  why: 'connect' | 'dns' | 'tls' | 'maintenance' | 'throttled' | 'too_late';
  /** Why it is certain that nothing happened. */
  proof: 'local' | 'not_written' | 'answered';
  retryAt?: Date;
  codes?: RawCodes;
};
export type RejectedByConfig = {
  kind: 'rejected_by_config';
  what: 'credentials' | 'merchant' | 'ip' | 'domain' | 'product' | 'parameter';
  /** Whether every further call would be rejected too, or only this one. */
  scope: 'all' | 'item';
  codes: RawCodes;
};

/** What an answer to a charge can mean. Unknown is no decline: only evidence turns it into something else. */
export type ChargeOutcome = Approved | DeclinedSoft | DeclinedHard | Unknown | ProviderDown | RejectedByConfig;

/** The buyer did not finish; no money was asked for. */
export type NotCompleted = {
  kind: 'not_completed';
  why: 'window_expired' | 'not_authenticated' | 'bad_return';
  codes?: RawCodes;
};

export type CheckoutOutcome =
  | { kind: 'redirect'; sessionId: string; action: CheckoutAction; expiresAt: Date }
  | DeclinedSoft
  | DeclinedHard
  | ProviderDown
  | RejectedByConfig;

export type LookupOutcome =
  | {
      kind: 'found';
      state: 'in_progress' | 'paid' | 'not_charged';
      attemptId: string;
      customerRef: string;
      paymentId: string;
      amounts: Amounts;
      approvedAt?: Date;
      methodLabel?: string;
    }
  | { kind: 'inconclusive'; codes?: RawCodes }
  | ProviderDown;
