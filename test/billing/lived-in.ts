import type { Order, PaymentAttempt, Refund, Subscription } from '../../src/schema.ts';
import { addDays } from '../../src/platform/calendar.ts';
import { relayOnce } from '../../src/outbox/index.ts';
import { bundle, type Bundle, type BundleOptions } from '../support/bundle.ts';
import { paidOrder } from '../support/buying.ts';
import { end, subscribed } from '../support/mandates.ts';
import { askBack } from '../support/refunding.ts';
import { attemptsOf, billOn, LACKS_BALANCE, subscriptionOf } from './support.ts';

/** The date of the first renewals: 30 days after every test's clock begins. */
export const RENEWAL = '2026-12-20';

export interface LivedIn extends Bundle {
  oneOff: { order: Order; attempt: PaymentAttempt };
  /** A one-off order of which 10,000 won went back. */
  refunded: { order: Order; attempt: PaymentAttempt; refund: Refund };
  /** Renewed on RENEWAL. */
  renewed: Subscription;
  renewal: PaymentAttempt;
  /** Declined on RENEWAL and the day after. */
  declined: Subscription;
  /** Ended by its customer before its first renewal. */
  ended: Subscription;
}

/** A shop in which everything has happened that leaves the books in order, on the day after its first renewals. */
export async function livedInShop(options: BundleOptions = {}): Promise<LivedIn> {
  const shop = await bundle({ ...options, settings: { PILLIVERY_OUTBOX__POLL_MS: '10', ...options.settings } });
  const { app, sandbox } = shop;
  const oneOff = await paidOrder(app);
  const bought = await paidOrder(app);
  const refund = await askBack(app, bought, { amount: 10_000 });
  const renewed = await subscribed(app, 2);
  const declined = await subscribed(app);
  const ended = await subscribed(app);
  await end(app, ended.first);
  await relayOnce(app);
  sandbox.changeCustomer(declined.user.customerRef, { declineNext: { times: 100, ...LACKS_BALANCE } });
  await billOn(shop, RENEWAL);
  await billOn(shop, addDays(RENEWAL, 1));
  await relayOnce(app);
  const [renewal] = await attemptsOf(shop, renewed.first.id);
  if (!renewal) throw new Error('Bug: nothing was renewed.');
  return {
    ...shop,
    oneOff,
    refunded: { ...bought, refund },
    renewed: await subscriptionOf(shop, renewed.first.id),
    renewal,
    declined: await subscriptionOf(shop, declined.first.id),
    ended: await subscriptionOf(shop, ended.first.id),
  };
}
