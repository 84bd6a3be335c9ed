import { and, eq, inArray } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { enqueueEvents } from '../outbox/index.ts';
import { updateEach } from '../platform/database/index.ts';
import type { BillingCycle, Item, Subscription, Transaction } from '../schema.ts';
import type { Turn } from './books.ts';
import { nextBilling } from './calendar.ts';
import { methodRequired } from './decline-cycles.ts';
import { endOfHold } from './dunning.ts';
import { ladderOf } from './ladder.ts';
import { priceOf } from './plan.ts';
import { newCycle } from './rows.ts';
import type { Runner } from './runner.ts';

type Needs = Pick<App, 'config' | 'database' | 'clock' | 'newId'>;

interface Due {
  subscription: Subscription;
  item: Item | undefined;
}

/** Items that are sold out on the day: their cycles are passed over, and the rhythm goes on. */
export async function skipCycles(tx: Transaction, app: Needs, runner: Runner, due: readonly Due[]): Promise<void> {
  if (due.length === 0) return;
  const { subscriptions: s, billingCycles: c } = app.database.tables;
  const now = app.clock.now();
  const skipped = due.map(({ subscription }) => ({
    subscription,
    cycle: newCycle(app, runner, subscription, priceOf('LOCKED', subscription)),
  }));
  const closed = { status: 'SKIPPED', closeReason: 'SYSTEM_SKIP', closedAt: now } as const;
  await tx.insert(c).values(skipped.map(({ cycle }) => ({ ...cycle, ...closed })));
  const rhythm = skipped.map(({ subscription, cycle }) => ({
    id: subscription.id,
    set: {
      lastBillingOn: cycle.billingOn,
      nextBillingOn: nextBilling(cycle.billingOn, subscription.periodDays, runner.date).on,
      lastCycle: cycle.cycle,
      updatedAt: now,
    },
  }));
  await updateEach(tx, s, rhythm);
  await enqueueEvents(
    tx,
    app,
    skipped.map(({ subscription: { id, userId, itemId }, cycle }, index) => ({
      type: 'subscription.skipped' as const,
      subject: id,
      occasion: String(cycle.cycle),
      payload: {
        subscriptionId: id,
        userId,
        itemId,
        cycle: cycle.cycle,
        skippedOn: cycle.billingOn,
        nextBillingOn: rhythm[index]?.set.nextBillingOn,
        reason: 'SOLD_OUT',
      },
    })),
  );
}

/** Due without a usable mandate: the cycle opens, and waits for a payment method without a call. */
export async function openHeld(tx: Transaction, app: Needs, runner: Runner, due: readonly Due[]): Promise<void> {
  if (due.length === 0) return;
  const { pricePolicy } = app.config.billing;
  const turns = due.map(({ subscription, item }) => {
    const cycle = newCycle(app, runner, subscription, priceOf(pricePolicy, subscription, item));
    return { subscription, cycle: { ...cycle, ...heldColumns(app, runner, cycle) } };
  });
  await tx.insert(app.database.tables.billingCycles).values(turns.map(({ cycle }) => cycle));
  await askForMethod(tx, app, turns);
}

/** The same for cycles that are open already and whose mandate has gone since. */
export async function holdCycles(tx: Transaction, app: Needs, runner: Runner, turns: readonly Turn[]): Promise<void> {
  if (turns.length === 0) return;
  const updatedAt = app.clock.now();
  const held = turns.map(({ subscription, cycle }) => ({
    subscription,
    cycle: { ...cycle, ...heldColumns(app, runner, cycle) },
  }));
  const changes = held.map(({ cycle: { id, hold, firstTryOn, nextTryOn } }) => ({
    id,
    set: { hold, firstTryOn, nextTryOn, updatedAt },
  }));
  await updateEach(tx, app.database.tables.billingCycles, changes);
  await askForMethod(tx, app, held);
}

const heldColumns = (app: Needs, { date }: Runner, { firstTryOn }: BillingCycle) => ({
  hold: 'NEW_METHOD' as const,
  firstTryOn: firstTryOn ?? date,
  nextTryOn: endOfHold({ firstTryOn }, date, ladderOf(app)),
});

async function askForMethod(tx: Transaction, app: Needs, turns: readonly Turn[]): Promise<void> {
  const { subscriptions: s } = app.database.tables;
  const ids = turns.map(({ subscription }) => subscription.id);
  await tx
    .update(s)
    .set({ status: 'PAST_DUE', updatedAt: app.clock.now() })
    .where(and(inArray(s.id, ids), eq(s.status, 'ACTIVE')));
  await enqueueEvents(
    tx,
    app,
    turns.map(({ subscription, cycle }) => methodRequired(subscription, cycle, cycle.nextTryOn)),
  );
}
