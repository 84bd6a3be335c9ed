import { eq } from '../../../src/platform/database/sql.ts';
import type { App } from '../../../src/app.ts';
import { runBilling } from '../../../src/billing/index.ts';
import { relayOnce } from '../../../src/outbox/index.ts';
import { requestRefund } from '../../../src/payments/index.ts';
import { completeCheckout } from '../../../src/payments/checkout/complete-checkout.ts';
import { startCheckout } from '../../../src/payments/checkout/start-checkout.ts';
import { PilliveryError } from '../../../src/platform/errors.ts';
import { endSubscription } from '../../../src/subscriptions/end.ts';
import { startNewMethod } from '../../../src/subscriptions/start-new-method.ts';
import { openCheckout, pressOn, type OpenCheckout } from '../checkout.ts';
import { given } from '../given.ts';
import type { Shop } from '../shop.ts';

/** One thing a shop does at the provider, with the call in it that is to go wrong. */
export interface Story {
  name: string;
  /** The call that meets the fault. */
  op: string;
  /** What is there before the fault; returns what happens under it, and what people do again once it is over. */
  prepare(shop: Shop): Promise<Acts>;
}

export interface Acts {
  act(): Promise<void>;
  /** The customer or the run tries again, as they would. */
  again?: () => Promise<void>;
}

const BILLING_DATE = '2026-11-20';

/** What the caller is told; a refusal is an answer too. Anything else is a bug and ends the matrix. */
async function told(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof PilliveryError)) throw error;
  }
}

/** Starts anew and pays, if the order can still be paid. */
async function payAgain(app: App, { user, orderId }: OpenCheckout): Promise<void> {
  await told(
    (async () => {
      const { attempt } = await startCheckout(app, { user, orderId });
      await completeCheckout(app, { attemptId: attempt.publicId, query: await pressOn(attempt, 'approve') });
    })(),
  );
}

const start: Story = {
  name: 'start a checkout',
  op: 'ready',
  async prepare({ app }) {
    const open = await openCheckout(app); // there is an order; its first checkout was fine
    const { user, orderId } = open;
    return {
      act: () => told(startCheckout(app, { user, orderId, anew: true })),
      again: () => payAgain(app, open),
    };
  },
};

const approve = (kind: 'ONE_OFF' | 'SUBSCRIPTION'): Story => ({
  name: `approve ${kind === 'ONE_OFF' ? 'an order' : 'a subscription'}`,
  op: 'approve',
  async prepare({ app }) {
    const open = await openCheckout(app, { kind });
    return { act: () => told(open.return()), again: () => payAgain(app, open) };
  },
});

const newMethod: Story = {
  name: 'take a new payment method',
  op: 'approve',
  async prepare({ app }) {
    const user = await given(app).user();
    const { id } = await given(app).subscription({ user, nextBillingOn: '2027-01-01' });
    const attempt = await startNewMethod(app, { user, subscriptionId: id, scope: 'THIS' });
    const query = await pressOn(attempt, 'approve');
    return { act: () => told(completeCheckout(app, { attemptId: attempt.publicId, query })) };
  },
};

const charge: Story = {
  name: 'charge a mandate',
  op: 'subscription',
  async prepare({ app }) {
    await given(app).subscription();
    const bill = () => told(runBilling(app, { date: BILLING_DATE }));
    return { act: bill, again: bill };
  },
};

const refund: Story = {
  name: 'refund a part',
  op: 'cancel',
  async prepare({ app }) {
    await refundable(app);
    return { act: () => relayed(app) };
  },
};

const deactivate: Story = {
  name: 'deactivate a mandate',
  op: 'inactive',
  async prepare({ app }) {
    const { attempt, return: comeBack } = await openCheckout(app, { kind: 'SUBSCRIPTION' });
    await comeBack();
    const { subscriptions: s } = app.database.tables;
    const [subscription] = await app.database
      .select()
      .from(s)
      .where(eq(s.originOrderId, attempt.orderId ?? ''));
    if (!subscription) throw new Error('Bug: the subscription was not started.');
    await app.database.transaction((tx) => endSubscription(tx, app, { subscription, reason: 'CUSTOMER' }));
    return { act: () => relayed(app) };
  },
};

const lostApproval: Story = {
  name: 'look up a lost approval',
  op: 'order',
  async prepare({ app, sandbox }) {
    const open = await openCheckout(app);
    sandbox.addFault({ match: { op: 'approve' }, effect: { kind: 'commit_drop' }, times: 1 });
    return { act: () => told(open.return()), again: () => payAgain(app, open) };
  },
};

const lostCharge: Story = {
  name: 'witness a lost charge',
  op: 'status',
  async prepare({ app, sandbox }) {
    await given(app).subscription();
    sandbox.addFault({ match: { op: 'subscription' }, effect: { kind: 'commit_drop' }, times: 1 });
    const bill = () => told(runBilling(app, { date: BILLING_DATE }));
    return { act: bill, again: bill };
  },
};

const lostRefund: Story = {
  name: 'look up a lost refund',
  op: 'order',
  async prepare({ app, sandbox }) {
    await refundable(app);
    sandbox.addFault({ match: { op: 'cancel' }, effect: { kind: 'commit_drop' }, times: 1 });
    return { act: () => relayed(app) };
  },
};

/** A paid order with a part of it to be given back. */
async function refundable(app: App): Promise<void> {
  const { orderId, return: comeBack } = await openCheckout(app);
  await comeBack();
  await requestRefund(app, { orderId, amount: 10_000, reasonCode: 'DEFECTIVE', requestedBy: 'ADMIN' });
}

const relayed = async (app: App): Promise<void> => void (await relayOnce(app));

export const STORIES: readonly Story[] = [
  start,
  approve('ONE_OFF'),
  approve('SUBSCRIPTION'),
  newMethod,
  charge,
  refund,
  deactivate,
  lostApproval,
  lostCharge,
  lostRefund,
];
