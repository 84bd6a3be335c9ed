import type { AttemptPurpose, CheckoutAction, PaymentProviderName, ReasonGroup } from '../schema.ts';

/**
 * The port to payment companies. Operations are keyed by an attempt or refund id that is committed before the call. An
 * adapter returns an outcome for every answer, refusal, fault and silence, throws only for a bug, and never repeats a
 * call that may move money.
 */
export interface PaymentProvider {
  readonly name: PaymentProviderName;
  readonly capabilities: Capabilities;
  /** The merchant code a payment of this purpose is made with; later calls about it use the same one. */
  merchantCodeFor(purpose: AttemptPurpose): string;
  beginCheckout(request: BeginCheckout): Promise<CheckoutOutcome>;
  completeCheckout(request: CompleteCheckout): Promise<ChargeOutcome | NotCompleted>;
  chargeMandate(request: ChargeMandate): Promise<ChargeOutcome>;
  refund(request: RefundRequest): Promise<RefundOutcome>;
  /** Moves nothing; may be repeated at any time. */
  lookup(request: Lookup): Promise<LookupOutcome>;
  deactivateMandate(mandate: MandateRef): Promise<DeactivateOutcome>;
  mandateStatus(mandate: MandateRef): Promise<MandateStatusOutcome>;
  parseWebhook(rawBody: string, headers: Readonly<Record<string, string>>): WebhookReading;
  /** From breakers and recent outcomes; makes no call. */
  health(): ProviderHealth;
  /** What a checkout would be refused with, without a call, at this moment; undefined when one would be made. */
  checkoutRefusal(): ProviderDown | undefined;
  /** Resolves when a charge would be let through, or when `signal` fires; for workers that wait for an open circuit. */
  chargesAdmitted(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** What differs between providers and the engine must know; static per adapter, so that nobody asks for a name. */
export interface Capabilities {
  /** How a recurring charge whose answer was lost is found: by its own id, or only by what the mandate's status says. */
  readonly lostCharge: 'lookup' | 'witness';
  /** What may be booked on a witness alone. `approve`: "moved" is booked, "unmoved" stays a proposal. */
  readonly witness: 'off' | 'suggest' | 'approve' | 'auto';
  /** An open checkout, or a charge that left no trace, counts as not charged only this long after it was sent. */
  readonly notChargedAfterMs: number;
  /** How long a checkout can be completed. */
  readonly sessionWindowMs: number;
  /** Whether mandates can be asked for their status. */
  readonly mandateStatus: boolean;
  /**
   * When a charge asked for now, on a method with this label, should be sent instead, because banks behind it are
   * closed; undefined for now. Absent where the provider has no such hours.
   */
  blackout?(now: Date, methodLabel: string | null): Date | undefined;
}

/** Whole won; `taxFree` is inside `total`. */
export interface Amounts {
  total: number;
  taxFree: number;
}

export interface MandateRef {
  token: string;
  merchantCode: string;
  customerRef: string;
}

/** Asked right before the first byte leaves: `false` means too late, and nothing is written. */
export type MayWrite = () => boolean;

export interface BeginCheckout {
  attemptId: string;
  purpose: AttemptPurpose;
  merchantCode: string;
  customerRef: string;
  amounts: Amounts;
  title: string;
  quantity: number;
  returnUrls: { approve: string; cancel: string; fail: string };
  requestId?: string;
}

export interface CompleteCheckout {
  attemptId: string;
  purpose: AttemptPurpose;
  merchantCode: string;
  customerRef: string;
  sessionId: string;
  amounts: Amounts;
  /** The query of the browser's return, as it came. */
  query: Readonly<Record<string, string>>;
  /** Stores a mandate that is issued apart from the charge; awaited before any charge that follows. */
  onMandate?: (mandate: IssuedMandate) => Promise<void>;
  mayWrite?: MayWrite;
  requestId?: string;
}

export interface ChargeMandate {
  attemptId: string;
  /** What the provider sees of the attempt. */
  orderRef: string;
  idempotencyKey: string;
  mandate: MandateRef;
  amounts: Amounts;
  title: string;
  quantity: number;
  mayWrite?: MayWrite;
  requestId?: string;
}

export interface RefundRequest {
  refundId: string;
  attemptId: string;
  providerPaymentId: string;
  merchantCode: string;
  amounts: Amounts;
  /** What the provider should still hold of the payment before this refund, in won. */
  balanceBefore: number;
  reason: string;
  mayWrite?: MayWrite;
  requestId?: string;
}

/** Any key is enough; the mandate is the last resort, for a charge whose id was lost with its answer. */
export interface Lookup {
  attemptId: string;
  merchantCode: string;
  providerPaymentId?: string;
  sessionId?: string;
  orderRef?: string;
  lost?: {
    mandate: MandateRef;
    sentAt: Date;
    /** The mandate's last approval before the charge, if it had any. */
    baseline: Date | null;
    /** A baseline from our own books stems from another field of the provider's answers and is compared with slack. */
    baselineFrom: 'status' | 'ledger';
  };
  requestId?: string;
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

/** How it was paid, as a person would say it; no card data. */
export interface MethodSummary {
  kind: 'CARD' | 'ACCOUNT';
  label: string;
}

export type Approved = {
  kind: 'approved';
  /** Absent only when nothing but a witness proved the charge. */
  paymentId?: string;
  approvalId?: string;
  approvedAt: Date;
  amounts: Amounts;
  method?: MethodSummary;
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
  why:
    | 'connect'
    | 'dns'
    | 'tls'
    | 'maintenance'
    | 'throttled'
    | 'circuit_open'
    | 'bulkhead_full'
    | 'blackout'
    | 'too_late'
    /** Only for calls that move nothing: no usable answer came, and none is needed to know that nothing happened. */
    | 'no_answer';
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

export type RefundOutcome =
  | { kind: 'refunded'; refundRef?: string; balanceAfter: number; at: Date }
  | { kind: 'refused'; codes: RawCodes }
  | Unknown
  | ProviderDown
  | RejectedByConfig;

export type DeactivateOutcome =
  | { kind: 'deactivated'; at?: Date }
  /** It was inactive before, or the provider does not know it any more. */
  | { kind: 'already' }
  | Unknown
  | ProviderDown
  | RejectedByConfig;

export type MandateStatusOutcome =
  | { kind: 'status'; status: 'active' | 'inactive' | 'unknown'; lastApprovedAt?: Date }
  | ProviderDown
  | RejectedByConfig;

/** The parts of an amount as a provider shows them; `point` and `discount` are inside `total`. */
export interface AmountParts {
  total: number;
  taxFree: number;
  vat: number;
  point: number;
  discount: number;
}

/** One payment as the provider's own record tells it. */
export type Found = {
  kind: 'found';
  /** `issued`: a mandate was given and nothing charged. `refunded`: was paid, and given back in part or whole. */
  state: 'in_progress' | 'paid' | 'refunded' | 'issued' | 'not_charged';
  /** Set where the record says why nothing was charged. */
  decline?: DeclinedSoft | DeclinedHard;
  attemptId: string;
  customerRef: string;
  merchantCode: string;
  paymentId: string;
  amounts: Amounts;
  /** Won given back so far, and how many refunds the record holds. */
  refunded: number;
  refunds: readonly { ref?: string; amount: number; at?: Date }[];
  approvedAt?: Date;
  method?: MethodSummary;
  record: ProviderRecord;
};

/** What a customer may see of the provider's record; amounts in won, moments as the provider gives them. */
export interface ProviderRecord {
  providerStatus: string;
  methodType?: string;
  itemName: string;
  quantity: number;
  amount: AmountParts;
  canceledAmount: AmountParts;
  cancelAvailableAmount: AmountParts;
  createdAt?: Date;
  approvedAt?: Date;
  actions: readonly { type: string; amount: number; at?: Date }[];
}

export type LookupOutcome =
  | Found
  /** With authority: nothing was charged. */
  | { kind: 'absent' }
  /** No record, but a trace: the mandate's last approval has moved since the charge was sent, or has not in good time. */
  | { kind: 'witnessed'; moved: boolean; lastApprovedAt?: Date }
  | { kind: 'inconclusive'; codes?: RawCodes }
  | ProviderDown;

export type WebhookReading =
  | { kind: 'trusted' | 'hint'; dedupeId: string; attemptId?: string; providerPaymentId?: string }
  | { kind: 'rejected' };

export type ProviderHealth = 'up' | 'degraded' | 'down';
