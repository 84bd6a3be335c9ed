import { and, count, desc, eq } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { NotFound } from '../platform/errors.ts';
import type { BillingCycle, Mandate, Subscription } from '../schema.ts';

/** The newest cycles a detail shows. */
const CHARGES_SHOWN = 12;

export interface SubscriptionWithCharges {
  subscription: Subscription;
  cycles: BillingCycle[];
  mandate?: Mandate | undefined;
}

/** A page of the caller's subscriptions, newest first. */
export async function listSubscriptions(
  { database }: Pick<App, 'database'>,
  { userId, page, size }: { userId: string; page: number; size: number },
): Promise<{ rows: Subscription[]; total: number }> {
  const { subscriptions } = database.tables;
  const own = eq(subscriptions.userId, userId);
  const [counted] = await database.select({ total: count() }).from(subscriptions).where(own);
  const rows = await database
    .select()
    .from(subscriptions)
    .where(own)
    .orderBy(desc(subscriptions.id))
    .limit(size)
    .offset((page - 1) * size);
  return { rows, total: counted?.total ?? 0 };
}

/** A subscription of the caller with its newest cycles and the method it is paid with. */
export async function getSubscription(
  { database }: Pick<App, 'database'>,
  userId: string,
  id: string,
): Promise<SubscriptionWithCharges> {
  const { subscriptions, billingCycles, mandates } = database.tables;
  const own = and(eq(subscriptions.id, id), eq(subscriptions.userId, userId));
  const [subscription] = await database.select().from(subscriptions).where(own);
  if (!subscription) throw new NotFound('SUBSCRIPTION_NOT_FOUND', 'There is no such subscription.');
  const cycles = await database
    .select()
    .from(billingCycles)
    .where(eq(billingCycles.subscriptionId, id))
    .orderBy(desc(billingCycles.cycle))
    .limit(CHARGES_SHOWN);
  const [mandate] = subscription.mandateId
    ? await database.select().from(mandates).where(eq(mandates.id, subscription.mandateId))
    : [];
  return { subscription, cycles, mandate };
}
