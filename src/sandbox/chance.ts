import { hash } from 'node:crypto';

/** How many callers' repetitions are remembered; the oldest are forgotten first. */
const REMEMBERED = 200_000;

/**
 * Everything that is left to chance follows from the seed and from what the request itself says. The order in which
 * requests happen to arrive plays no part, so a run with the same seed and the same requests repeats exactly.
 */
export interface Chance {
  /** A number in [0, 1) that belongs to these words. */
  draw(...words: (string | number)[]): number;
  /** Hexadecimal digits, at most 64, that belong to these words. */
  digits(count: number, ...words: (string | number)[]): string;
  /** How often the same request has been seen before: a repeated lookup is to get another draw than the first. */
  occurrence(request: string): number;
}

export function chanceFrom(seed: string | number): Chance {
  const seen = new Map<string, number>();
  const digest = (words: (string | number)[]) => hash('sha256', `${seed}|${words.join('|')}`);
  return {
    draw: (...words) => Number.parseInt(digest(words).slice(0, 12), 16) / 2 ** 48,
    digits: (count, ...words) => digest(words).slice(0, count),
    occurrence(request) {
      const before = seen.get(request) ?? 0;
      seen.delete(request); // so that it counts as the youngest
      seen.set(request, before + 1);
      if (seen.size > REMEMBERED) forgetOldest(seen);
      return before;
    },
  };
}

function forgetOldest(seen: Map<string, number>): void {
  for (const oldest of seen.keys()) {
    seen.delete(oldest);
    return;
  }
}
