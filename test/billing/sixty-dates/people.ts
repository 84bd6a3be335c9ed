import { inArray } from '../../../src/platform/database/sql.ts';
import { addDays } from '../../../src/platform/calendar.ts';
import type { Item, Subscription } from '../../../src/schema.ts';
import type { Bundle } from '../../support/bundle.ts';
import { given } from '../../support/given.ts';
import { TODAY } from '../support.ts';

/** One subscription as it was when the shop opened, and whose it is. */
export interface Line {
  subscription: Subscription;
  customer: string;
}

/** Periods in days, and how many subscriptions of each; they fall due spread evenly over their first period. */
const PERIODS = [
  [7, 60],
  [14, 60],
  [30, 90],
  [90, 30],
] as const;

/** Pairs fall due on these days: charges of one mandate rest for seconds between each other, all pairs at once. */
const PAIRS_DUE = [3, 3, 3, 17, 17, 17] as const;
const PAIR_PERIOD = 30;
/** Pairs on two mandates of one customer. */
const HOUSEHOLDS = 3;

/** A shop whose subscriptions have paid their first order: all periods, and some that share a mandate or a customer. */
export async function openShopOf(shop: Bundle): Promise<Line[]> {
  const item = await given(shop.app).item();
  const alone: Subscription[] = [];
  for (const [periodDays, count] of PERIODS) alone.push(...(await spread(shop, item, { periodDays, count })));
  const pairs: Subscription[] = [];
  for (const day of PAIRS_DUE) pairs.push(...(await pair(shop, item, { day, oneMandate: true })));
  for (let day = 0; day < HOUSEHOLDS; day += 1) pairs.push(...(await pair(shop, item, { day, oneMandate: false })));
  return withCustomers(shop, [...alone, ...pairs]);
}

async function spread(shop: Bundle, item: Item, { periodDays, count }: { periodDays: number; count: number }) {
  const made: Subscription[] = [];
  for (let day = 0; day < periodDays; day += 1) {
    const share = Math.floor(((day + 1) * count) / periodDays) - Math.floor((day * count) / periodDays);
    const columns = { item, periodDays, nextBillingOn: addDays(TODAY, day) };
    if (share > 0) made.push(...(await given(shop.app).subscriptions(share, columns)));
  }
  return made;
}

/** Two subscriptions of one customer, of two items, due on the same day. */
async function pair(shop: Bundle, item: Item, { day, oneMandate }: { day: number; oneMandate: boolean }) {
  const user = await given(shop.app).user();
  const columns = { user, periodDays: PAIR_PERIOD, nextBillingOn: addDays(TODAY, day) };
  const first = await given(shop.app).subscription({ ...columns, item });
  const shared = oneMandate ? { mandateId: first.mandateId } : {};
  return [first, await given(shop.app).subscription({ ...columns, ...shared })];
}

async function withCustomers({ app: { database } }: Bundle, subscriptions: readonly Subscription[]): Promise<Line[]> {
  const { users } = database.tables;
  const ids = subscriptions.map(({ userId }) => userId);
  const people = await database.select().from(users).where(inArray(users.id, ids));
  const refs = new Map(people.map(({ id, customerRef }) => [id, customerRef]));
  return subscriptions.map((subscription) => ({ subscription, customer: refs.get(subscription.userId) ?? '' }));
}
