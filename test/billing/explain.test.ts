import { eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import { explain, ExplainDocument, verifyBooks } from '../../src/billing/index.ts';
import { startCheckout } from '../../src/payments/checkout/start-checkout.ts';
import { bundle, type Bundle } from '../support/bundle.ts';
import { paidOrder, pay, placedOrder } from '../support/buying.ts';
import { ENGINES } from '../support/databases.ts';
import { given } from '../support/given.ts';
import { passAnHour } from '../support/time.ts';
import { livedInShop } from './lived-in.ts';
import { attemptsOf, billOn, CLOSED_ACCOUNT, declining, INACTIVE, LACKS_BALANCE, TODAY } from './support.ts';
import { end } from '../support/mandates.ts';

const [D1, D3, D5] = ['2026-11-21', '2026-11-23', '2026-11-25'];

type Tell = (shop: Bundle) => Promise<string>;

/** What happened, and the one sentence that must come of it; ids and times of day are left out. */
const STORIES: [name: string, tell: Tell, conclusion: string][] = [
  [
    'charged on its date',
    async (shop) => {
      const { id } = await given(shop.app).subscription();
      await billOn(shop, TODAY);
      return id;
    },
    'Charged 27,000 won for cycle 2, due on 2026-11-20, on 2026-11-20; the next charge is due on 2026-12-20.',
  ],
  [
    'charged days later',
    async (shop) => {
      const { id } = await given(shop.app).subscription({ nextBillingOn: '2026-11-18' });
      await billOn(shop, TODAY);
      return id;
    },
    'Charged 27,000 won for cycle 2, due on 2026-11-18, on 2026-11-20; the next charge is due on 2026-12-18.',
  ],
  [
    'not due yet',
    async (shop) => (await given(shop.app).subscription({ nextBillingOn: '2026-12-01' })).id,
    'Nothing was charged yet, for nothing is due before 2026-12-01; the next charge is due on 2026-12-01.',
  ],
  [
    'due, and no run has come',
    async (shop) => (await given(shop.app).subscription()).id,
    'Not charged: cycle 2 fell due on 2026-11-20 and no run has taken it up; the next run charges it, on 2026-11-20.',
  ],
  [
    'due for longer than a run looks back',
    async (shop) => {
      const { id } = await given(shop.app).subscription({ nextBillingOn: '2026-11-01' });
      await billOn(shop, TODAY);
      return id;
    },
    'Not charged: cycle 2 fell due on 2026-11-01 and no run has taken it up; that is too long ago to be charged silently: it is left until a person bills it with --only and --catch-up-days.',
  ],
  [
    'declined once',
    async (shop) => {
      const { id } = await declining(shop, LACKS_BALANCE);
      await billOn(shop, TODAY);
      return id;
    },
    'Not charged: try 1 for cycle 2, due on 2026-11-20, was declined on 2026-11-20 (INSUFFICIENT_FUNDS, -782/LACK_BALANCE); it is tried again on 2026-11-21, step 2 of 4.',
  ],
  [
    'declined three times',
    async (shop) => {
      const { id } = await declining(shop, LACKS_BALANCE);
      for (const date of [TODAY, D1, D3]) await billOn(shop, date);
      return id;
    },
    'Not charged: try 3 for cycle 2, due on 2026-11-20, was declined on 2026-11-23 (INSUFFICIENT_FUNDS, -782/LACK_BALANCE); it is tried again on 2026-11-25, the last time.',
  ],
  [
    'declined to the end of the ladder',
    async (shop) => {
      const { id } = await declining(shop, LACKS_BALANCE);
      for (const date of [TODAY, D1, D3, D5]) await billOn(shop, date);
      return id;
    },
    'Not charged: cycle 2, due on 2026-11-20, was declined for the last of 4 tries on 2026-11-25 (INSUFFICIENT_FUNDS, -782/LACK_BALANCE); the subscription ended on 2026-11-25, because it was not paid, and nothing is charged any more.',
  ],
  [
    'recovered the day after',
    async (shop) => {
      const { id } = await declining(shop, LACKS_BALANCE, { times: 1 });
      for (const date of [TODAY, D1]) await billOn(shop, date);
      return id;
    },
    'Charged 27,000 won for cycle 2, due on 2026-11-20, on 2026-11-21 at try 2; the next charge is due on 2026-12-20.',
  ],
  [
    'declined for good',
    async (shop) => {
      const { id } = await declining(shop, CLOSED_ACCOUNT);
      await billOn(shop, TODAY);
      return id;
    },
    'Not charged: cycle 2, due on 2026-11-20, was declined for good on 2026-11-20 (CLOSED_ACCOUNT, -782/BANK_ACCOUNT_BLOCKED); the customer was asked for another payment method, and without one the subscription ends on 2026-11-25.',
  ],
  [
    'declined for good, and no other method came',
    async (shop) => {
      const { id } = await declining(shop, CLOSED_ACCOUNT);
      for (const date of [TODAY, D5]) await billOn(shop, date);
      return id;
    },
    'Not charged: cycle 2, due on 2026-11-20, was given up on 2026-11-25: no other payment method came in time; the subscription ended on 2026-11-25, because it was not paid, and nothing is charged any more.',
  ],
  [
    'ended by the customer at the provider',
    async (shop) => {
      const { id } = await declining(shop, INACTIVE);
      for (const date of [TODAY, D5]) await billOn(shop, date);
      return id;
    },
    'Not charged: cycle 2, due on 2026-11-20, was given up on 2026-11-25: the payment method had ended at the provider, and no other one came; the subscription ended on 2026-11-25, because its payment method had ended, and nothing is charged any more.',
  ],
  [
    'without a payment method',
    async (shop) => {
      const { id } = await given(shop.app).subscription({ mandateId: null });
      await billOn(shop, TODAY);
      return id;
    },
    'Not charged: cycle 2, due on 2026-11-20, found no payment method that can be charged; the customer was asked for another payment method, and without one the subscription ends on 2026-11-25.',
  ],
  [
    'sold out',
    async (shop) => {
      const item = await given(shop.app).item({ status: 'SOLD_OUT' });
      const { id } = await given(shop.app).subscription({ item });
      await billOn(shop, TODAY);
      return id;
    },
    'Not charged: cycle 2, due on 2026-11-20, was passed over because its item was sold out; the next charge is due on 2026-12-20.',
  ],
  [
    'its answer lost',
    async (shop) => {
      const { id } = await given(shop.app).subscription();
      shop.sandbox.addFault({ match: { op: 'subscription' }, effect: { kind: 'commit_drop' } });
      await billOn(shop, TODAY);
      return id;
    },
    'Not known: 27,000 won for cycle 2, due on 2026-11-20, was sent at 2026-11-20 HH:MM and its answer was lost; it is looked up again at 2026-11-20 HH:MM, and it is never sent again.',
  ],
  [
    'its answer lost, and found out by the mandate',
    async (shop) => {
      const { id } = await given(shop.app).subscription();
      shop.sandbox.addFault({ match: { op: 'subscription' }, effect: { kind: 'commit_drop' } });
      await billOn(shop, TODAY);
      await passAnHour(shop);
      return id;
    },
    'Charged 27,000 won for cycle 2, due on 2026-11-20, on 2026-11-20, proven by the mandate alone; the next charge is due on 2026-12-20.',
  ],
  [
    'its answer lost, and nothing charged as the mandate suggests',
    async (shop) => {
      const { id } = await given(shop.app).subscription();
      await billOn(shop, TODAY);
      shop.sandbox.addFault({ match: { op: 'subscription' }, effect: { kind: 'drop' } });
      await billOn(shop, '2026-12-20');
      await passAnHour(shop);
      return id;
    },
    'Not known: 27,000 won for cycle 3, due on 2026-12-20, was sent at 2026-12-20 HH:MM and its answer was lost; a person must say what became of it (a witness suggests NOT_CHARGED): pillivery payments show pa_…, and it is never sent again.',
  ],
  [
    'rejected by the provider’s reading of the request',
    async (shop) => {
      const { id } = await given(shop.app).subscription();
      shop.sandbox.addFault({ match: { op: 'subscription' }, effect: { kind: 'decline', code: -704 } });
      await billOn(shop, TODAY);
      return id;
    },
    'Not charged: the provider rejected the charge for cycle 2, due on 2026-11-20, on 2026-11-20 (-704); a person must set it right and say so (pillivery payments acknowledge pa_…), and the next run after that charges it.',
  ],
  [
    'the provider away',
    async (shop) => {
      const { id } = await given(shop.app).subscription();
      shop.sandbox.addFault({ match: { op: 'subscription' }, effect: { kind: 'maintenance' }, times: 4 });
      await billOn(shop, TODAY);
      return id;
    },
    'Not charged: cycle 2, due on 2026-11-20, met a payment provider that was not available on 2026-11-20; the next run tries it, on 2026-11-20.',
  ],
  [
    'behind another charge in doubt',
    async (shop) => {
      const user = await given(shop.app).user();
      const first = await given(shop.app).subscription({ user });
      const { id } = await given(shop.app).subscription({ user, mandateId: first.mandateId });
      shop.sandbox.addFault({ match: { op: 'subscription' }, effect: { kind: 'commit_drop' } });
      await billOn(shop, TODAY);
      const [attempt] = await attemptsOf(shop, id);
      return attempt?.state === 'CREATED' ? id : first.id;
    },
    'Not charged: cycle 2, due on 2026-11-20, waits because pa_… on the same payment method is in doubt; the first run after that is decided charges it, not before 2026-11-20.',
  ],
  [
    'ended by its customer',
    async (shop) => {
      const { id } = await given(shop.app).subscription();
      await billOn(shop, TODAY);
      await end(shop.app, { id });
      return id;
    },
    'Charged 27,000 won for cycle 2, due on 2026-11-20, on 2026-11-20; the subscription ended on 2026-11-20, by its customer, and nothing is charged any more.',
  ],
  [
    'paused by its customer',
    async (shop) => {
      const { id } = await given(shop.app).subscription();
      await billOn(shop, TODAY);
      const { subscriptions: s } = shop.app.database.tables;
      await shop.app.database.update(s).set({ status: 'PAUSED' }).where(eq(s.id, id));
      return id;
    },
    'Charged 27,000 won for cycle 2, due on 2026-11-20, on 2026-11-20; the customer has paused the subscription, and nothing is charged before it is resumed.',
  ],
  [
    'paused by its customer until a day',
    async (shop) => {
      const { id } = await given(shop.app).subscription({ status: 'PAUSED', resumeOn: '2026-12-01' });
      return id;
    },
    'Nothing was charged yet, for nothing is due before 2026-11-20; the customer has paused the subscription, and nothing is charged before the run of 2026-12-01 has resumed it.',
  ],
  [
    'one declined payment of it',
    async (shop) => {
      const { id } = await declining(shop, LACKS_BALANCE);
      await billOn(shop, TODAY);
      return (await attemptsOf(shop, id))[0]?.publicId ?? '';
    },
    'Not charged: try 1 was declined on 2026-11-20 HH:MM (INSUFFICIENT_FUNDS, -782/LACK_BALANCE); it is tried again on 2026-11-21, step 2 of 4.',
  ],
  [
    'an order that was paid',
    async ({ app }) => (await paidOrder(app)).order.number,
    'Charged 27,000 won on 2026-11-20 HH:MM by pa_…; nothing is left to do.',
  ],
  [
    'an order that started a subscription',
    async ({ app }) => (await paidOrder(app, { kind: 'SUBSCRIPTION' })).order.number,
    'Charged 27,000 won on 2026-11-20 HH:MM by pa_…; what it started is charged next on 2026-12-20.',
  ],
  [
    'an order that nobody has begun to pay',
    async ({ app }) => (await placedOrder(app)).order.number,
    'Not charged: nobody has begun to pay the order; it may be paid until 2026-11-21 HH:MM.',
  ],
  [
    'a checkout that nobody came back from',
    async ({ app }) => {
      const placed = await placedOrder(app);
      await startCheckout(app, { user: placed.user, orderId: placed.order.id });
      return placed.order.number;
    },
    'Not charged: the buyer has begun to pay and has not come back; that checkout closes at 2026-11-20 HH:MM, and it may be paid until 2026-11-21 HH:MM.',
  ],
  [
    'an order whose payment was declined',
    async ({ app, sandbox }) => {
      const placed = await placedOrder(app);
      sandbox.addFault({ match: { op: 'approve' }, effect: { kind: 'decline', code: -780, result: 'LACK_BALANCE' } });
      await pay(app, placed);
      return placed.order.number;
    },
    'Not charged: the last try was declined on 2026-11-20 HH:MM (INSUFFICIENT_FUNDS, -780/LACK_BALANCE); it may be paid until 2026-11-21 HH:MM.',
  ],
  [
    'an order whose payment is in doubt',
    async ({ app, sandbox }) => {
      const placed = await placedOrder(app);
      sandbox.addFault({ match: { op: 'approve' }, effect: { kind: 'commit_drop' } });
      await pay(app, placed);
      return placed.order.number;
    },
    'Not known: 27,000 won was sent at 2026-11-20 HH:MM and its answer was lost; it is looked up again at 2026-11-20 HH:MM.',
  ],
];

/** Whatever happens, the books stay in order; the mandate that a prepared subscription was given is no part of them. */
const OF_THE_BOOKS = ['V1', 'V2', 'V3', 'V4', 'V5', 'V6', 'V9', 'V10', 'V14'] as const;

const plain = (sentence: string): string =>
  sentence.replaceAll(/pa_[0-9a-z]{26}/g, 'pa_…').replaceAll(/(\d{4}-\d{2}-\d{2}) \d{2}:\d{2}/g, '$1 HH:MM');

describe.each(ENGINES)('bill explain on %s', { timeout: 60_000 }, (engine) => {
  it.each(STORIES)('tells of %s', async (_name, tell, conclusion) => {
    const shop = await bundle({ engine: engine === 'sqlite' ? 'sqlite-memory' : engine });
    const document = ExplainDocument.parse(await explain(shop.app, await tell(shop)));
    expect(plain(document.conclusion)).toBe(conclusion);
    expect((await verifyBooks(shop.app, { only: OF_THE_BOOKS })).breaches).toEqual([]);
  });

  it('tells of refunds, renewals by their order, and every change of a payment with its evidence', async () => {
    const { app, refunded, renewal, renewed } = await livedInShop({ engine });
    const back = await explain(app, refunded.order.number);
    expect(plain(back.conclusion)).toBe(
      'Charged 27,000 won on 2026-11-20 HH:MM by pa_…, and 10,000 won went back, last on 2026-11-20 HH:MM; nothing is left to do.',
    );
    expect(back.story.filter(({ kind }) => kind === 'refund').map(({ what }) => what)).toEqual([
      'asked for: 10,000 won, ADMIN, CHANGED_MIND',
      expect.stringContaining('SENT'),
      expect.stringContaining('→ SUCCEEDED'),
    ]);

    const { orders } = app.database.tables;
    const [order] = await app.database.select().from(orders).where(eq(orders.paidAttemptId, renewal.id));
    const { story, conclusion } = await explain(app, order?.number ?? '');
    expect(conclusion).toBe(
      'Charged 27,000 won for cycle 2, due on 2026-12-20, on 2026-12-20; the next charge is due on 2027-01-19.',
    );
    const steps = story.map(({ kind, what }) => `${kind} ${what.split(/[,:]/)[0]}`);
    expect(steps.slice(0, 4)).toEqual([
      'subscription began',
      'cycle opened',
      'attempt – → CREATED',
      'attempt CREATED → SENT',
    ]);
    // One transaction writes these; the milliseconds of its statements order them.
    expect(steps.slice(4).toSorted()).toEqual([
      'attempt SENT → APPROVED',
      'cycle PAID',
      'notice subscription.renewed',
      'order made',
    ]);
    expect(story.find(({ what }) => what.startsWith('SENT → APPROVED'))?.evidence).toMatchObject({ kind: 'approved' });
    expect((await explain(app, renewed.id)).story.length).toBeGreaterThan(story.length);
  });

  it('knows nothing of what is no subscription, order or payment', async () => {
    const { app } = await bundle({ engine });
    await expect(explain(app, 'PV20261120-NOSUCH')).rejects.toMatchObject({ code: 'NOTHING_TO_EXPLAIN' });
  });
});
