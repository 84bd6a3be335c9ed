import { eq } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import { NotFound } from '../../platform/errors.ts';
import type { Order, PaymentAttempt, Subscription } from '../../schema.ts';

type Needs = Pick<App, 'database'>;

/** What a person asked about, and what it belongs to. */
export interface Subject {
  about: 'subscription' | 'order' | 'attempt';
  reference: string;
  attempt?: PaymentAttempt | undefined;
  /** The order of a checkout, or of one renewal. */
  order?: Order | undefined;
  subscription?: Subscription | undefined;
  /** The cycle it is about; undefined when it is about all of a subscription. */
  cycle?: number | undefined;
}

/** A subscription by its id, an order by its number, or an attempt by its public id. Throws `NotFound` for anything else. */
export async function findSubject(app: Needs, given: string): Promise<Subject> {
  const reference = given.trim();
  const { paymentAttempts: t, orders: o, subscriptions: s } = app.database.tables;
  const [attempt] = await app.database.select().from(t).where(eq(t.publicId, reference));
  if (attempt) return aboutAttempt(app, attempt);
  const [order] = await app.database.select().from(o).where(eq(o.number, reference));
  if (order) return aboutOrder(app, order);
  const [subscription] = await app.database.select().from(s).where(eq(s.id, reference));
  if (subscription) return { about: 'subscription', reference, subscription };
  throw new NotFound(
    'NOTHING_TO_EXPLAIN',
    'There is no such subscription, order or payment; give an id, an order number or pa_….',
  );
}

async function aboutAttempt(app: Needs, attempt: PaymentAttempt): Promise<Subject> {
  const { orders: o } = app.database.tables;
  const { publicId: reference, orderId, id, cycle } = attempt;
  const [order] = await app.database
    .select()
    .from(o)
    .where(orderId === null ? eq(o.paidAttemptId, id) : eq(o.id, orderId));
  const subscription = await subscriptionOf(app, attempt.subscriptionId);
  return { about: 'attempt', reference, attempt, order, subscription, cycle: cycle ?? undefined };
}

async function aboutOrder(app: Needs, order: Order): Promise<Subject> {
  const subscription = await subscriptionOf(app, order.subscriptionId);
  return { about: 'order', reference: order.number, order, subscription, cycle: order.cycle ?? undefined };
}

async function subscriptionOf({ database }: Needs, id: string | null): Promise<Subscription | undefined> {
  const { subscriptions: s } = database.tables;
  if (id === null) return undefined;
  const [subscription] = await database.select().from(s).where(eq(s.id, id));
  return subscription;
}
