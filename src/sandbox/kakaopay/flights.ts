import { refuse, type WireAnswer } from './errors.ts';
import { methodRefusal } from './method-refusal.ts';

/** A call that is about to be executed, as far as it can get into another one's way. */
export interface Departure {
  readonly op: string;
  readonly tid?: string | undefined;
  readonly customer?: string | undefined;
}

export interface Flight {
  /** What the provider says because another call is in flight. */
  readonly refusal?: WireAnswer;
  /** To be called once the answer goes out; again does nothing, for by then another call may have taken off. */
  land(): void;
}

/** Calls that have arrived and are not answered. */
export interface Flights {
  depart(departure: Departure): Flight;
}

const nothing = () => undefined;

/**
 * One tid is worked on once at a time (-785), and one customer is charged once at a time (USER_LOCKED). In flight means
 * until the answer goes out, or until its caller has gone and only the answer was missing: with no latency calls hardly
 * ever meet.
 */
export function newFlights(): Flights {
  const tids = new Set<string>();
  const customers = new Set<string>();
  return {
    depart({ op, tid, customer }) {
      const takesTid = tid !== undefined && (op === 'approve' || op === 'cancel');
      const takesCustomer = customer !== undefined && (op === 'approve' || op === 'subscription');
      if (takesTid && tids.has(tid)) return { refusal: refuse(-785), land: nothing };
      if (takesCustomer && customers.has(customer)) return { refusal: methodRefusal(op, 'USER_LOCKED'), land: nothing };
      if (takesTid) tids.add(tid);
      if (takesCustomer) customers.add(customer);
      let isLanded = false;
      return {
        land() {
          if (isLanded) return;
          isLanded = true;
          if (takesTid) tids.delete(tid);
          if (takesCustomer) customers.delete(customer);
        },
      };
    },
  };
}
