import { eq } from '../../src/platform/database/sql.ts';
import type { App } from '../../src/app.ts';
import type { Mandate, Order, PaymentAttempt } from '../../src/schema.ts';
import { endSubscription } from '../../src/subscriptions/index.ts';
import type { Bundle } from './bundle.ts';
import { given } from './given.ts';
import { paidOrder, subscriptionsOf } from './buying.ts';

/** A paid subscription order of so many lines, all charged on one mandate. */
export async function subscribed(app: App, lines = 1) {
  const items = [];
  for (let line = 0; line < lines; line++) items.push(await given(app).item());
  const paid = await paidOrder(app, { kind: 'SUBSCRIPTION', items });
  return { ...paid, ...(await started(app, paid.order)) };
}

async function started(app: App, order: Order) {
  const subscriptions = await subscriptionsOf(app, order);
  const [first] = subscriptions;
  if (!first?.mandateId) throw new Error('Bug: the order started no subscription with a mandate.');
  return { subscriptions, first, mandateId: first.mandateId };
}

export const end = (app: App, subscription: { id: string }): Promise<boolean> =>
  app.database.transaction((tx) => endSubscription(tx, app, { subscription, reason: 'CUSTOMER' }));

export async function mandateRow({ database }: App, id: string): Promise<Mandate> {
  const { mandates: m } = database.tables;
  const [mandate] = await database.select().from(m).where(eq(m.id, id));
  if (!mandate) throw new Error(`Bug: mandate ${id} is gone.`);
  return mandate;
}

/** How often the provider executed a deactivation, by its own ledger. */
export const deactivations = ({ sandbox }: Pick<Bundle, 'sandbox'>): number =>
  sandbox.ledger().filter(({ op }) => op === 'deactivate').length;

/** The attempt of a subscription's first renewal. */
export async function renewalAttempt({ database }: App, subscriptionId: string): Promise<PaymentAttempt> {
  const { paymentAttempts: t } = database.tables;
  const [attempt] = await database.select().from(t).where(eq(t.subscriptionId, subscriptionId));
  if (!attempt) throw new Error('Bug: the renewal was never tried.');
  return attempt;
}
