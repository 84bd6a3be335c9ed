import { addDays } from '../platform/calendar.ts';
import type { BillingCycle } from '../schema.ts';

/** The ladder as it is configured. */
export interface Ladder {
  /** Days after the first try on which a declined cycle is tried again. */
  days: readonly number[];
  /** How many days past the due date a provider may put off the next try. */
  mostDaysPutOff: number;
}

/** A declined try, as far as the ladder is concerned. */
export interface Decline {
  hard: boolean;
  /** The first date on which a further try may succeed, if the provider named one. */
  notBeforeOn?: string | undefined;
  /** The provider's own pause: the try is not one of the customer's. */
  keepsStep?: boolean | undefined;
  /** Declines of this cycle so far, this one among them. */
  decisions: number;
}

/** What becomes of the cycle. */
export type Move =
  | { do: 'repeat'; nextTryOn: string }
  | { do: 'climb'; step: number; nextTryOn: string; notice: Notice }
  /** No further call on this mandate: the customer must give another method by `endsOn`. */
  | { do: 'hold'; endsOn: string; notice: Notice }
  | { do: 'end' };

export type Notice = 'FIRST' | 'REPEATED' | 'LAST_CHANCE';

/** Tries of one step that a provider's pause may take. */
const MOST_REPEATS = 3;
/** Declines that one cycle may collect, whatever providers say about steps. */
const MOST_DECISIONS = 8;

type Tried = Pick<BillingCycle, 'billingOn' | 'step' | 'stepRepeats' | 'firstTryOn'>;

/** Where a cycle stands after a declined try on `date`. Unknowns and faults of the provider never come here. */
export function afterDecline(cycle: Tried, decline: Decline, date: string, ladder: Ladder): Move {
  const { hard, notBeforeOn = date, keepsStep, decisions } = decline;
  const lastStep = ladder.days.length + 1;
  if (cycle.step >= lastStep && !repeatsStep(cycle, decline)) return { do: 'end' };
  if (decisions >= MOST_DECISIONS) return { do: 'end' };
  const tooLate = notBeforeOn > addDays(cycle.billingOn, ladder.mostDaysPutOff);
  if (hard || tooLate) return { do: 'hold', endsOn: endOfHold(cycle, date, ladder), notice: noticeOf(cycle, lastStep) };
  if (keepsStep && repeatsStep(cycle, decline)) return { do: 'repeat', nextTryOn: notBeforeOn };
  const planned = addDays(cycle.firstTryOn ?? date, ladder.days[cycle.step - 1] ?? 0);
  const nextTryOn = latest(planned, addDays(date, 1), notBeforeOn);
  return { do: 'climb', step: cycle.step + 1, nextTryOn, notice: noticeOf(cycle, lastStep) };
}

const repeatsStep = ({ stepRepeats }: Tried, { hard, keepsStep }: Decline): boolean =>
  !hard && keepsStep === true && stepRepeats < MOST_REPEATS;

/** The day on which a cycle that waits for another payment method ends: the ladder's last, but not today. */
export function endOfHold({ firstTryOn }: Pick<Tried, 'firstTryOn'>, date: string, { days }: Ladder): string {
  return latest(addDays(firstTryOn ?? date, days.at(-1) ?? 0), addDays(date, 1));
}

/** The one before the last step says so. */
const noticeOf = ({ step }: Tried, lastStep: number): Notice =>
  step + 1 === lastStep ? 'LAST_CHANCE' : step === 1 ? 'FIRST' : 'REPEATED';

const latest = (...days: string[]): string => days.reduce((late, day) => (day > late ? day : late));
