import { eq } from '../../src/platform/database/sql.ts';
import { expect } from 'vitest';
import type { App } from '../../src/app.ts';
import { placeOrder } from '../../src/orders/place.ts';
import { completeCheckout } from '../../src/payments/checkout/complete-checkout.ts';
import { startCheckout } from '../../src/payments/checkout/start-checkout.ts';
import type { Item, Order, PaymentAttempt, Subscription, User } from '../../src/schema.ts';
import { pressOn, RECEIVER } from './checkout.ts';
import { given } from './given.ts';

/** A buyer's way through a checkout, without the API: the services and the sandbox's page. */

export interface Paid {
  user: User;
  order: Order;
  attempt: PaymentAttempt;
}

export interface PaidOptions {
  user?: User;
  kind?: 'ONE_OFF' | 'SUBSCRIPTION';
  items?: Item[];
}

/** An order that was paid on the sandbox's page. */
export async function paidOrder(app: App, options: PaidOptions = {}): Promise<Paid> {
  const placed = await placedOrder(app, options);
  const attempt = await pay(app, placed);
  expect(attempt.state).toBe('APPROVED');
  return { ...placed, order: await orderRow(app, placed.order.id), attempt };
}

export async function placedOrder(app: App, { user, kind = 'ONE_OFF', items }: PaidOptions = {}) {
  const buyer = user ?? (await given(app).user());
  const wanted = items ?? [await given(app).item()];
  const lines = wanted.map(({ id: itemId }) => ({
    itemId,
    quantity: 1,
    ...(kind === 'SUBSCRIPTION' && { periodDays: 30 }),
  }));
  const { order } = await placeOrder(app, { user: buyer, kind, lines, receiver: RECEIVER });
  return { user: buyer, order };
}

/** Starts a checkout, approves it on the page, and comes back; returns the attempt as it then stands. */
export async function pay(app: App, { user, order }: Pick<Paid, 'user' | 'order'>): Promise<PaymentAttempt> {
  const { attempt } = await startCheckout(app, { user, orderId: order.id });
  return comeBack(app, attempt);
}

export async function comeBack(app: App, attempt: PaymentAttempt): Promise<PaymentAttempt> {
  const query = await pressOn(attempt, 'approve');
  return (await completeCheckout(app, { attemptId: attempt.publicId, query })).attempt;
}

export async function orderRow({ database }: App, id: string): Promise<Order> {
  const { orders } = database.tables;
  const [order] = await database.select().from(orders).where(eq(orders.id, id));
  if (!order) throw new Error(`Bug: order ${id} is gone.`);
  return order;
}

/** The subscriptions that an order has started. */
export const subscriptionsOf = ({ database }: App, { id }: Order): Promise<Subscription[]> => {
  const { subscriptions: s } = database.tables;
  return database.select().from(s).where(eq(s.originOrderId, id)).orderBy(s.id);
};
