import { inArray, sql } from '../../../src/platform/database/sql.ts';
import { runBilling } from '../../../src/billing/index.ts';
import { requestRefund } from '../../../src/payments/index.ts';
import { completeCheckout } from '../../../src/payments/checkout/complete-checkout.ts';
import { addDays, momentIn } from '../../../src/platform/calendar.ts';
import type { Item, Subscription } from '../../../src/schema.ts';
import { openCheckout } from '../../support/checkout.ts';
import { given } from '../../support/given.ts';
import { TODAY, type World } from './world.ts';

/** One customer and the subscriptions for which a charge each is owed today. */
export interface Debtor {
  customer: string;
  subscriptions: Subscription[];
}

/** A shop as it stands when the kills begin. */
export interface Shop {
  debtors: Debtor[];
  /** Movements that the provider had executed by then. */
  executedBefore: number;
}

/** The turn of every subscription that is owed; the one before it was paid a period ago. */
export const DUE_CYCLE = 3;
const PERIOD_DAYS = 30;
const LACKS_BALANCE = { code: -782, result: 'LACK_BALANCE' };
const CLOSED_ACCOUNT = { code: -782, result: 'BANK_ACCOUNT_BLOCKED' };
/** The day on which two customers are declined for the first time: the cycle that is held then ends today. */
const LADDER_BEGAN = addDays(TODAY, -5);

/** A small shop on its billing date: most pay, some decline, some share a mandate or a customer, some are on the ladder. */
export async function openForBusiness(world: World): Promise<Shop> {
  const item = await given(world.app).item();
  const onLadder = await subscribe(world, { date: LADDER_BEGAN, count: 2, item });
  const today = await subscribe(world, { date: TODAY, count: 2 + world.plan.customers, item });
  const sharing = [await share(world, item, 'mandate'), await share(world, item, 'customer')];
  await forgetApprovals(world);
  // A period ago all of them paid: a witness can only tell of a mandate that was charged before.
  for (const date of [LADDER_BEGAN, TODAY]) await billOn(world, addDays(date, -PERIOD_DAYS));
  // The last of them, so that whoever is charged first pays.
  for (const [lacking, closed] of [onLadder, today.slice(-2)]) {
    await decline(world, lacking, LACKS_BALANCE);
    await decline(world, closed, CLOSED_ACCOUNT);
  }
  await billOn(world, LADDER_BEGAN);

  if (world.plan.serverPoint) await askOneBack(world);
  await world.provider.setFaults(world.plan.faults);
  const executedBefore = (await world.provider.ledger()).length;
  return { debtors: [...onLadder, ...today, ...sharing], executedBefore };
}

/** What the mandates are given with lies on the very day of their first charge, and charges of a mandate are kept apart. */
async function forgetApprovals({ app: { database } }: World): Promise<void> {
  await database
    .update(database.tables.mandates)
    .set({ lastApprovedAt: null })
    .where(sql`true`);
}

interface Wanted {
  /** When the charge is due that is owed. */
  date: string;
  count: number;
  item: Item;
}

/** Customers with a subscription each. */
async function subscribe({ app }: World, { date, count, item }: Wanted): Promise<Debtor[]> {
  const subscriptions = await given(app).subscriptions(count, { ...dueAt(date), item });
  const { users } = app.database.tables;
  const ids = subscriptions.map(({ userId }) => userId);
  const people = await app.database.select().from(users).where(inArray(users.id, ids));
  const customerOf = new Map(people.map(({ id, customerRef }) => [id, customerRef]));
  return subscriptions.map((one) => ({ customer: customerOf.get(one.userId) ?? '', subscriptions: [one] }));
}

const JUST_DUE = { nextBillingOn: TODAY, periodDays: PERIOD_DAYS, lastCycle: DUE_CYCLE - 1 };

const dueAt = (date: string) => ({ nextBillingOn: addDays(date, -PERIOD_DAYS), periodDays: PERIOD_DAYS });

/** Two subscriptions of one customer, on one mandate or on two. */
async function share({ app }: World, item: Item, what: 'mandate' | 'customer'): Promise<Debtor> {
  const user = await given(app).user();
  const other = await given(app).item(); // nobody has two subscriptions of one item
  const first = await given(app).subscription({ ...dueAt(TODAY), user, item });
  // Charges of one mandate rest between each other, which opening a shop need not wait for: the first has paid on it.
  const columns = what === 'mandate' ? { mandateId: first.mandateId, ...JUST_DUE } : dueAt(TODAY);
  const second = await given(app).subscription({ ...columns, user, item: other });
  return { customer: user.customerRef, subscriptions: [first, second] };
}

async function decline({ provider }: World, debtor: Debtor | undefined, answer: typeof LACKS_BALANCE): Promise<void> {
  if (debtor) await provider.decline(debtor.customer, answer);
}

/** Bills a day that lies behind, in this process and without faults. */
async function billOn({ app, pass }: World, date: string): Promise<void> {
  const back = app.clock.now().getTime() - momentIn(app.config.shop.timeZone, date, '09:00').getTime();
  await pass(-back);
  const { exitCode, reasons } = await runBilling(app, { date });
  if (exitCode !== 0) throw new Error(`Bug: the run of ${date} ended with ${reasons.join()}.`);
  await pass(back);
}

/** An order that was paid and whose money is asked back, for a server to give. */
async function askOneBack({ app }: World): Promise<void> {
  const { attempt, orderId, approve } = await openCheckout(app);
  await completeCheckout(app, { attemptId: attempt.publicId, query: await approve() });
  await requestRefund(app, { orderId, amount: 'full', reasonCode: 'CHANGED_MIND', requestedBy: 'ADMIN' });
}
