import type { CheckoutAction } from '../../../src/schema.ts';
import type { IssuedMandate, MandateRef, PaymentProvider } from '../../../src/payments/provider.ts';
import type { MovableClock } from '../../../src/platform/clock.ts';

/** The operations of the port, as a world may disturb them. */
export type PortOperation = 'begin' | 'complete' | 'charge' | 'refund' | 'lookup' | 'deactivate' | 'status';

/** What may become of a call. */
export type Event =
  /** Done, and the answer is lost on its way. */
  | 'done_answer_lost'
  /** Not done, and no answer. */
  | 'not_done_no_answer'
  /** Done, and the answer comes later than anybody waits. */
  | 'done_answer_late'
  /** Done, and the answer is an error of the server. */
  | 'done_server_error'
  | 'server_error'
  | 'nonsense'
  | 'other_amount'
  | 'maintenance'
  | 'throttled'
  | 'no_money'
  | 'bank_closed'
  | 'account_gone'
  | 'wrong_key'
  | 'wrong_data'
  | 'customer_busy'
  | 'bank_undecided'
  | 'code_nobody_knows'
  | 'window_over';

/** What the provider has really done. */
export interface Movement {
  op: 'charge' | 'refund' | 'issue' | 'deactivate';
  orderRef: string;
  amount: number;
}

export interface Session {
  sessionId: string;
  action: CheckoutAction;
}

/** A provider's adapter, and its counterpart that can be told what to do. */
export interface World {
  provider: PaymentProvider;
  clock: MovableClock;
  /** The buyer finishes at the provider's page; the query that the browser brings back. */
  finish(session: Session): Promise<Record<string, string>>;
  /** A query as if the buyer had finished, who has not. */
  forgedQuery: Record<string, string>;
  /** From now on every call of the operation ends so. */
  provoke(operation: PortOperation, event: Event): void;
  calm(): void;
  /** The customer ends the mandate at the provider. */
  revoke(mandate: MandateRef): void;
  /** Every connection is refused from here on. */
  vanish(): Promise<void>;
  executed(): Movement[];
  /** Requests that the provider's specification does not allow. */
  misunderstandings(): number;
}

export interface WorldOptions {
  /** A breaker that judges after two calls. */
  touchyBreaker?: boolean;
  /** Time limits that a late answer exceeds. */
  impatient?: boolean;
}

export type OpenWorld = (options?: WorldOptions) => Promise<World>;

/** What every test of the suite needs: a mandate that can be charged. */
export type Mandated = World & { mandate: IssuedMandate };
