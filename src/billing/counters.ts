import type { ChargeOutcome } from '../payments/index.ts';

/** Steps of a run that select something, in their order. */
export const STEPS = ['due', 'retry-1', 'retry-2', 'retry-3'] as const;
export type StepName = (typeof STEPS)[number];

/** Counters of one step; each selected cycle ends in exactly one of them. */
export interface Counters {
  selected: number;
  approved: number;
  declinedSoft: number;
  declinedHard: number;
  unknown: number;
  /** Rejected by the provider's reading of our configuration, or closed without a call: cancelled, changed or paid since. */
  notCharged: number;
  skipped: number;
  /** Without a usable payment method: nothing is charged before the customer gives one. */
  held: number;
  /** Left for a later run because another charge on the mandate or customer is in doubt. */
  fenced: number;
  /** Not charged when the run ended; the next one takes them. */
  left: number;
  /** Subscriptions that ended because no payment method was given in time. */
  cancelled: number;
  amountApproved: number;
}

const noCounts = (): Counters => ({
  selected: 0,
  approved: 0,
  declinedSoft: 0,
  declinedHard: 0,
  unknown: 0,
  notCharged: 0,
  skipped: 0,
  held: 0,
  fenced: 0,
  left: 0,
  cancelled: 0,
  amountApproved: 0,
});

export type CountersByStep = Record<StepName, Counters>;

export const noCountsByStep = (): CountersByStep => ({
  due: noCounts(),
  'retry-1': noCounts(),
  'retry-2': noCounts(),
  'retry-3': noCounts(),
});

export function sumOf(all: readonly Counters[]): Counters {
  const sum = noCounts();
  for (const counters of all) {
    for (const [name, value] of Object.entries(counters) as [keyof Counters, number][]) sum[name] += value;
  }
  return sum;
}

/** Where an outcome is counted; `left` are faults that the next run takes up. */
export const COUNTED_AS = {
  approved: 'approved',
  declined_soft: 'declinedSoft',
  declined_hard: 'declinedHard',
  unknown: 'unknown',
  provider_down: 'left',
  rejected_by_config: 'notCharged',
} as const satisfies Record<ChargeOutcome['kind'], keyof Counters>;

/** A refusal's code, how it was classed, and how often it came. */
export interface CodeCount {
  provider: string;
  code: string;
  group: string | null;
  count: number;
}

/** The commonest codes are kept, and no more. */
const MOST_CODES = 50;

export function countCode(codes: Map<string, CodeCount>, provider: string, outcome: ChargeOutcome): void {
  if (!('codes' in outcome) || !outcome.codes) return;
  const { code } = outcome.codes;
  const known = codes.get(`${provider} ${code}`);
  if (known) known.count += 1;
  else if (codes.size < MOST_CODES) {
    codes.set(`${provider} ${code}`, { provider, code, group: 'group' in outcome ? outcome.group : null, count: 1 });
  }
}
