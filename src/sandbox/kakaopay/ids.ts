import { randomUUID } from 'node:crypto';

const hexDigits = (count: number): string => randomUUID().replaceAll('-', '').slice(0, count);

/**
 * Makes ids of 20 characters: a letter, 12 random digits of this run (so that a restart never repeats one) and a
 * counter, because a random number per charge would cost more than the charge.
 */
export function numberedIds(): (letter: string) => string {
  const run = hexDigits(12);
  let count = 0;
  return (letter) => `${letter}${run}${(count++).toString(36).padStart(7, '0')}`;
}

/** The id of the approval that belongs to a tid; derived, so that it is the same after a restart. */
export const aidOf = (tid: string): string => `A${tid.slice(1)}`;

/** Guards money, hence random. It can never begin with SEED. */
export const newSid = (): string => `SID${hexDigits(17)}`;

export const newPgToken = (): string => hexDigits(20);
