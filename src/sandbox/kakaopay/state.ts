import type { Clock } from '../../platform/clock.ts';
import type { Chance } from '../chance.ts';
import type { Witness } from '../faults/effects.ts';
import type { Ledger } from '../ledger.ts';
import type { DeclineScript } from './decline-script.ts';
import type { WireAnswer } from './errors.ts';
import type { Flights } from './flights.ts';
import type { Method } from './wire.ts';

export const ONE_TIME_CID = 'TC0ONETIME';
export const RECURRING_CID = 'TCSUBSCRIP';

export type PaymentStatus =
  | 'READY'
  | 'OPEN_PAYMENT'
  | 'AUTH_PASSWORD'
  | 'SUCCESS_PAYMENT'
  | 'ISSUED_SID'
  | 'PART_CANCEL_PAYMENT'
  | 'CANCEL_PAYMENT'
  | 'QUIT_PAYMENT'
  | 'FAIL_AUTH_PASSWORD'
  | 'FAIL_PAYMENT';

/** The parts of an amount; point and discount are always 0 here. */
export interface Amount {
  readonly total: number;
  readonly taxFree: number;
  readonly vat: number;
  readonly greenDeposit: number;
}

export interface Refund {
  readonly aid: string;
  readonly amount: Amount;
  readonly at: Date;
  readonly payload: string | undefined;
}

/** What `order` tells about a tid, be it a checkout's or a recurring charge's. */
export interface Payment extends Amount {
  readonly tid: string;
  readonly cid: string;
  readonly orderRef: string;
  readonly customer: string;
  readonly itemName: string;
  readonly itemCode: string | undefined;
  readonly quantity: number;
  readonly installMonth: number;
  readonly createdAt: Date;
  status: PaymentStatus;
  /** Oldest first. */
  refunds: readonly Refund[];
  method?: Method | undefined;
  approvedAt?: Date;
  payload?: string | undefined;
  /** Of the mandate that was issued or charged. */
  mandateHash?: string | undefined;
}

export interface Checkout extends Payment {
  readonly approvalUrl: string;
  readonly cancelUrl: string;
  readonly failUrl: string;
  /** The only method offered on the page; both when absent. */
  readonly onlyMethod: Method | undefined;
  expiresAt: Date;
  pgToken?: string;
  /** What approve will say although the customer did everything right. */
  refusal?: WireAnswer;
}

/** A SID. Only its hash is kept, for the hash is all that a ledger file can give back. */
export interface Mandate {
  readonly hash: string;
  readonly itemName: string;
  readonly createdAt: Date;
  /** Null until the first use of a seeded SID. */
  customer: string | null;
  method: Method;
  charges: number;
  amount: number;
  /** The moments of its last approvals, oldest first. */
  approvals: Date[];
  /** Charged in the calendar month of the last charge, in Seoul. */
  month: { name: string; amount: number };
  /** The most that may be charged in a calendar month; null is no ceiling. */
  ceiling: number | null;
  inactivatedAt: Date | null;
  script: DeclineScript | null;
  /** How `status` tells of its last approval, and since when. */
  witness: { told: Witness; setAt: Date } | null;
}

/** The person behind a partner_user_id, as far as somebody has told the sandbox about them. */
export interface Customer {
  /** Money in the account; null is more than anybody asks for. */
  balance: number | null;
  /** Another transaction of theirs runs for ever. */
  locked: boolean;
  /** What they pay with from now on; null leaves each payment and mandate its own method. */
  method: Method | null;
  script: DeclineScript | null;
}

export interface KakaoPay {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly chance: Chance;
  readonly checkoutUrl: (tid: string) => string;
  /** Whether banks sleep at night. */
  readonly hasBlackout: boolean;
  readonly flights: Flights;
  /** Not approved yet. */
  readonly checkouts: Map<string, Checkout>;
  /** Executed; one for each charge, as long as the ledger's lines live. */
  readonly payments: Map<string, Payment>;
  /** By hash. */
  readonly mandates: Map<string, Mandate>;
  readonly customers: Map<string, Customer>;
}

export const findPayment = (kakaopay: KakaoPay, tid: string): Payment | undefined =>
  kakaopay.checkouts.get(tid) ?? kakaopay.payments.get(tid);
