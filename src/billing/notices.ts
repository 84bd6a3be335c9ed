import { and, asc, eq, gt } from '../platform/database/sql.ts';
import { enqueueEvents, type NewEvent } from '../outbox/index.ts';
import { addDays } from '../platform/calendar.ts';
import type { Subscription } from '../schema.ts';
import { PAGE } from './due.ts';
import type { Engine } from './engine.ts';

/** Tells customers of charges that come in a few days; once for each subscription and date, however often it runs. */
export async function tellUpcoming({ app, runner, window, halt }: Engine): Promise<void> {
  if (window.only || runner.again) return;
  const { subscriptions: s } = app.database.tables;
  const on = addDays(window.date, app.config.billing.upcomingDays);
  for (let last = ''; !halt.enough.aborted;) {
    const page = await app.database
      .select()
      .from(s)
      .where(and(eq(s.status, 'ACTIVE'), eq(s.nextBillingOn, on), gt(s.id, last)))
      .orderBy(asc(s.id))
      .limit(PAGE);
    const end = page.at(-1);
    if (!end) return;
    last = end.id;
    await app.database.transaction((tx) => enqueueEvents(tx, app, page.map(upcoming)));
  }
}

const upcoming = ({ id, userId, itemName, quantity, unitSalePrice, nextBillingOn }: Subscription): NewEvent => ({
  type: 'subscription.renewal_upcoming',
  subject: id,
  occasion: nextBillingOn ?? '',
  payload: {
    subscriptionId: id,
    userId,
    itemName,
    quantity,
    amount: unitSalePrice * quantity,
    billingOn: nextBillingOn,
  },
});
