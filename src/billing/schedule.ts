import { and, asc, eq, inArray } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { createAttempts } from '../payments/index.ts';
import { updateEach } from '../platform/database/index.ts';
import { failPoint } from '../platform/fail-points.ts';
import type { Item, Mandate, PaymentAttempt, Subscription, Transaction } from '../schema.ts';
import { mayBeTried, readNeeds, selectNew, type Cursor, type OpenRow, type Window } from './due.ts';
import { holdCycles, openHeld, skipCycles } from './pass-over.ts';
import { plan, priceOf } from './plan.ts';
import { newAttempt, newCycle, type Chargeable } from './rows.ts';
import type { Runner } from './runner.ts';

type SchedulingApp = Pick<App, 'config' | 'database' | 'clock' | 'newId'>;

/** What one page came to. */
export interface Page {
  /** Attempts that exist now and wait to be claimed. */
  attempts: PaymentAttempt[];
  /** Subscriptions whose item is sold out: their cycle is passed over. */
  skipped: number;
  /** Cycles without a usable mandate: nothing is charged before the customer gives a method. */
  held: number;
  /** Where the next page begins; undefined when this was the last. */
  next: Cursor | undefined;
}

/** Rows of one insert. Larger ones would keep the event loop from answers that have come meanwhile. */
const INSERT_ROWS = 50;

/** Opens the next cycle of one page of due subscriptions, each with its first attempt, in one transaction. */
export async function scheduleNew(app: SchedulingApp, runner: Runner, window: Window, cursor?: Cursor): Promise<Page> {
  failPoint('schedule:before');
  const page = await app.database.transaction(async (tx) => {
    const due = await tx.lock(selectNew(tx, app, window, cursor), { skipLocked: true });
    const last = due.at(-1);
    if (!last) return { attempts: [], skipped: 0, held: 0, next: undefined };
    const { charge, skip, hold } = await sortOut(tx, app, due);
    await skipCycles(tx, app, runner, skip);
    await openHeld(tx, app, runner, hold);
    const attempts = await openCycles(tx, app, runner, charge);
    const next = { on: last.nextBillingOn ?? '', id: last.id };
    return { attempts, skipped: skip.length, held: hold.length, next };
  });
  failPoint('schedule:after');
  return page;
}

interface Due {
  subscription: Subscription;
  item: Item | undefined;
}

async function sortOut(tx: Transaction, app: SchedulingApp, due: readonly Subscription[]) {
  const { items, mandates } = await readNeeds(tx, app, due);
  const charge: (Due & { mandate: Mandate })[] = [];
  const [skip, hold]: [Due[], Due[]] = [[], []];
  for (const subscription of due) {
    const item = items.get(subscription.itemId);
    const mandate = mandates.get(subscription.mandateId ?? '');
    const decision = plan(item, mandate);
    if (decision === 'SKIP_SOLD_OUT') skip.push({ subscription, item });
    else if (decision === 'CHARGE' && mandate) charge.push({ subscription, item, mandate });
    else hold.push({ subscription, item });
  }
  return { charge, skip, hold };
}

/** New cycles together with their first attempts. */
async function openCycles(
  tx: Transaction,
  app: SchedulingApp,
  runner: Runner,
  due: readonly (Due & { mandate: Mandate })[],
): Promise<PaymentAttempt[]> {
  const { pricePolicy } = app.config.billing;
  const attempts: PaymentAttempt[] = [];
  for (let from = 0; from < due.length; from += INSERT_ROWS) {
    const chargeable = due.slice(from, from + INSERT_ROWS).map(({ subscription, item, mandate }) => {
      const cycle = newCycle(app, runner, subscription, priceOf(pricePolicy, subscription, item));
      return { cycle, subscription, mandate };
    });
    const made = await createAttempts(
      tx,
      app,
      chargeable.map((one) => newAttempt(app, runner, one)),
    );
    const cycles = chargeable.map(({ cycle }, index) => ({ ...cycle, liveAttemptId: made[index]?.id, attempts: 1 }));
    await tx.insert(app.database.tables.billingCycles).values(cycles);
    attempts.push(...made);
  }
  return attempts;
}

/**
 * Gives open cycles their next attempt, in one transaction. `rows` were read without locks, so each is looked at again:
 * one that is locked by somebody, or has changed, is left out.
 */
export async function scheduleOpen(
  app: SchedulingApp,
  runner: Runner,
  window: Pick<Window, 'date' | 'oldest'>,
  rows: readonly Pick<OpenRow, 'id' | 'subscriptionId'>[],
): Promise<Omit<Page, 'next'>> {
  if (rows.length === 0) return { attempts: [], skipped: 0, held: 0 };
  const page = await app.database.transaction(async (tx) => {
    const open = await lockOpen(tx, app, window, rows);
    const { mandates } = await readNeeds(
      tx,
      app,
      open.map(({ subscription }) => subscription),
    );
    const usable = open.flatMap((turn) => {
      const mandate = mandates.get(turn.subscription.mandateId ?? '');
      return mandate?.status === 'ACTIVE' ? [{ ...turn, mandate }] : [];
    });
    const chargeable = new Set(usable.map(({ cycle }) => cycle.id));
    const hold = open.filter(({ cycle }) => !chargeable.has(cycle.id));
    await holdCycles(tx, app, runner, hold);
    return { attempts: await attemptAgain(tx, app, runner, usable), skipped: 0, held: hold.length };
  });
  failPoint('schedule:again');
  return page;
}

async function lockOpen(
  tx: Transaction,
  app: SchedulingApp,
  window: Pick<Window, 'date' | 'oldest'>,
  rows: readonly Pick<OpenRow, 'id' | 'subscriptionId'>[],
): Promise<Pick<Chargeable, 'cycle' | 'subscription'>[]> {
  const { subscriptions: s, billingCycles: c } = app.database.tables;
  const wanted = inArray(
    s.id,
    rows.map(({ subscriptionId }) => subscriptionId),
  );
  const charged = inArray(s.status, ['ACTIVE', 'PAST_DUE']);
  const subscriptions = await tx.lock(tx.select().from(s).where(and(wanted, charged)).orderBy(asc(s.id)), {
    skipLocked: true,
  });
  if (subscriptions.length === 0) return [];
  const byId = new Map(subscriptions.map((row) => [row.id, row]));
  const ids = rows.filter(({ subscriptionId }) => byId.has(subscriptionId)).map(({ id }) => id);
  const open = and(inArray(c.id, ids), eq(c.status, 'OPEN'), mayBeTried(app, window));
  const cycles = await tx.lock(tx.select().from(c).where(open).orderBy(asc(c.id)));
  return cycles.flatMap((cycle) => {
    const subscription = byId.get(cycle.subscriptionId);
    return subscription ? [{ cycle, subscription }] : [];
  });
}

async function attemptAgain(
  tx: Transaction,
  app: SchedulingApp,
  runner: Runner,
  usable: readonly Chargeable[],
): Promise<PaymentAttempt[]> {
  if (usable.length === 0) return [];
  const attempts = await createAttempts(
    tx,
    app,
    usable.map((one) => newAttempt(app, runner, one)),
  );
  const updatedAt = app.clock.now();
  const changes = usable.map(({ cycle }, index) => {
    const live = { liveAttemptId: attempts[index]?.id ?? null, attempts: cycle.attempts + 1, runId: runner.runId };
    return { id: cycle.id, set: { ...live, updatedAt } };
  });
  await updateEach(tx, app.database.tables.billingCycles, changes);
  return attempts;
}
