import { seeded } from '../random.ts';

/** Choices that follow from a seed. */
export interface Chance {
  below(limit: number): number;
  /** True this often. */
  happens(share: number): boolean;
  one<T>(of: readonly [T, ...T[]] | readonly T[]): T;
}

export function chanceOf(seed: number): Chance {
  const next = seeded(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    happens: (share) => next() < share,
    one: (of) => of[below(of.length)] as (typeof of)[number],
  };
}
