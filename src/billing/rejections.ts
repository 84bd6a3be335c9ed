import type { ChargeOutcome } from '../payments/index.ts';

/** Tells a provider that rejects everything from one that rejects an item. */
export interface Rejections {
  /** `all`: further calls would be rejected too, by its own word or because so many were. */
  note(outcome: ChargeOutcome): 'no' | 'item' | 'all';
}

const WINDOW = 100;
const MOST_IN_WINDOW = 5;
const MOST_IN_A_ROW = 5;

export function openRejections(): Rejections {
  const recent: boolean[] = [];
  let inARow = 0;
  return {
    note(outcome) {
      const rejected = outcome.kind === 'rejected_by_config';
      recent.push(rejected);
      if (recent.length > WINDOW) recent.shift();
      inARow = rejected ? inARow + 1 : 0;
      if (!rejected) return 'no';
      const inWindow = recent.filter(Boolean).length;
      return outcome.scope === 'all' || inARow >= MOST_IN_A_ROW || inWindow > MOST_IN_WINDOW ? 'all' : 'item';
    },
  };
}
