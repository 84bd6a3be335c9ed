import type { App } from '../../src/app.ts';
import { placeOrder } from '../../src/orders/place.ts';
import { completeCheckout, type CheckoutResult } from '../../src/payments/checkout/complete-checkout.ts';
import { startCheckout } from '../../src/payments/checkout/start-checkout.ts';
import type { Item, PaymentAttempt, User } from '../../src/schema.ts';
import { given } from './given.ts';

export interface OpenCheckout {
  user: User;
  item: Item;
  orderId: string;
  attempt: PaymentAttempt;
  /** The buyer approves on the provider's page; the query of the way back. */
  approve(): Promise<Record<string, string>>;
  /** The buyer approves and comes back, to this app or another. */
  return(to?: App): Promise<CheckoutResult>;
}

export interface CheckoutColumns {
  kind?: 'ONE_OFF' | 'SUBSCRIPTION';
  user?: User;
  item?: Item;
}

export const RECEIVER = { realName: '김하늘', phone: '01012345678', city: '서울특별시', detailAddress: '한강로 1' };

/** A placed order with its checkout open at the provider, by the services themselves. */
export async function openCheckout(app: App, columns: CheckoutColumns = {}): Promise<OpenCheckout> {
  const { kind = 'ONE_OFF' } = columns;
  const user = columns.user ?? (await given(app).user());
  const item = columns.item ?? (await given(app).item());
  const line = { itemId: item.id, quantity: 1, ...(kind === 'SUBSCRIPTION' && { periodDays: 30 }) };
  const { order } = await placeOrder(app, { user, kind, lines: [line], receiver: RECEIVER });
  const { attempt } = await startCheckout(app, { user, orderId: order.id });
  const approve = () => pressOn(attempt, 'approve');
  return {
    user,
    item,
    orderId: order.id,
    attempt,
    approve,
    return: async (to = app) => completeCheckout(to, { attemptId: attempt.publicId, query: await approve() }),
  };
}

/** Presses a button of the provider's page; the query that the provider sends the browser back with. */
export async function pressOn(
  { checkout }: PaymentAttempt,
  button: 'approve' | 'cancel' | 'fail',
): Promise<Record<string, string>> {
  const response = await fetch(`${checkout?.pcUrl}/${button}`, { method: 'POST', redirect: 'manual' });
  const location = response.headers.get('location');
  if (!location) throw new Error(`The page answered ${response.status} to ${button} and led nowhere.`);
  return Object.fromEntries(new URL(location).searchParams);
}
