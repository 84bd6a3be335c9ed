import type { Bundle } from '../../support/bundle.ts';
import { openDiary, type Diary } from './diary.ts';
import { breachesIn, decideByStatement, live } from './live.ts';
import { openShopOf, type Line } from './people.ts';
import { planOf } from './plan.ts';

/** The books are looked at every so many dates, the last one among them. */
const VERIFY_EVERY = 15;
/** A person comes in and decides what is in doubt; not on the last date, so that some of it is left. */
const PERSON_EVERY = 9;

export interface Story {
  lines: Line[];
  diary: Diary;
  /** Rows that broke an invariant when the books were looked at. */
  breaches: string[];
}

/** Sixty business dates in a row over a shop that has just opened. */
export async function tellStory(shop: Bundle, seed: number): Promise<Story> {
  const lines = await openShopOf(shop);
  const customers = [...new Set(lines.map(({ customer }) => customer))];
  const diary = openDiary();
  const breaches: string[] = [];
  for (const [index, today] of planOf(seed, customers).entries()) {
    diary.note(await live(shop, today));
    if ((index + 1) % PERSON_EVERY === 0) diary.decided(await decideByStatement(shop));
    if ((index + 1) % VERIFY_EVERY === 0) breaches.push(...(await breachesIn(shop)));
  }
  return { lines, diary, breaches };
}
