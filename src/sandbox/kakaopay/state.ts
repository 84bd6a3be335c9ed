import type { Clock } from '../../platform/clock.ts';
import type { Ledger } from '../ledger.ts';
import type { DeclineScript } from './decline-script.ts';
import type { Method } from './wire.ts';

export const ONE_TIME_CID = 'TC0ONETIME';
export const RECURRING_CID = 'TCSUBSCRIP';

export type PaymentStatus =
  | 'READY'
  | 'OPEN_PAYMENT'
  | 'AUTH_PASSWORD'
  | 'SUCCESS_PAYMENT'
  | 'ISSUED_SID'
  | 'QUIT_PAYMENT'
  | 'FAIL_AUTH_PASSWORD';

/** What `order` tells about a tid, be it a checkout's or a recurring charge's. */
export interface Payment {
  readonly tid: string;
  readonly cid: string;
  readonly orderRef: string;
  readonly customer: string;
  readonly itemName: string;
  readonly itemCode: string | undefined;
  readonly quantity: number;
  readonly total: number;
  readonly taxFree: number;
  readonly vat: number;
  readonly greenDeposit: number;
  readonly installMonth: number;
  readonly createdAt: Date;
  status: PaymentStatus;
  method?: Method;
  approvedAt?: Date;
  payload?: string | undefined;
}

export interface Checkout extends Payment {
  readonly approvalUrl: string;
  readonly cancelUrl: string;
  readonly failUrl: string;
  /** The only method offered on the page; both when absent. */
  readonly onlyMethod: Method | undefined;
  pgToken?: string;
}

/** A SID. Only its hash is kept, for the hash is all that a ledger file can give back. */
export interface Mandate {
  readonly hash: string;
  /** Null until the first use of a seeded SID. */
  customer: string | null;
  method: Method;
  charges: number;
  amount: number;
  lastApprovedAt: Date | null;
  script: DeclineScript | null;
}

export interface KakaoPay {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly checkoutUrl: (tid: string) => string;
  readonly nextId: (letter: string) => string;
  /** Not approved yet. */
  readonly checkouts: Map<string, Checkout>;
  /** Executed; one for each charge, as long as the ledger's lines live. */
  readonly payments: Map<string, Payment>;
  /** By hash. */
  readonly mandates: Map<string, Mandate>;
  readonly customerScripts: Map<string, DeclineScript>;
}

export const findPayment = (kakaopay: KakaoPay, tid: string): Payment | undefined =>
  kakaopay.checkouts.get(tid) ?? kakaopay.payments.get(tid);
