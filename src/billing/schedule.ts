import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { App } from '../app.ts';
import { createAttempts, type NewAttempt } from '../payments/index.ts';
import type { BillingCycle, Item, Mandate, PaymentAttempt, Subscription, Transaction } from '../schema.ts';
import { nextBilling } from './calendar.ts';
import { readNeeds, selectLeft, selectNew, type Cursor, type OpenCycle, type Window } from './due.ts';
import type { Runner } from './runner.ts';

type SchedulingApp = Pick<App, 'config' | 'database' | 'clock' | 'newId'>;

/** What one page came to. */
export interface Page {
  /** Attempts that exist now and wait to be claimed. */
  attempts: PaymentAttempt[];
  selected: number;
  /** Subscriptions whose item is sold out: their cycle is passed over. */
  skipped: number;
  /** Subscriptions without a usable mandate: nothing can be charged before the customer gives a method. */
  withoutMethod: string[];
  /** Where the next page begins; undefined when this was the last. */
  next: Cursor | undefined;
}

const LAST: Omit<Page, 'attempts'> = { selected: 0, skipped: 0, withoutMethod: [], next: undefined };

/** What a subscription is charged this time; fixed when the cycle opens. */
export interface Price {
  unitOriginPrice: number;
  unitDiscountPermille: number;
  unitDiscountPrice: number;
  unitSalePrice: number;
  amount: number;
}

/** LOCKED takes the prices of the first order, CURRENT those of the item today. */
export function priceOf(
  policy: App['config']['billing']['pricePolicy'],
  subscription: Subscription,
  item?: Item,
): Price {
  const unit =
    policy === 'CURRENT' && item
      ? {
          unitOriginPrice: item.originPrice,
          unitDiscountPermille: item.discountPermille,
          unitDiscountPrice: item.discountPrice,
          unitSalePrice: item.salePrice,
        }
      : {
          unitOriginPrice: subscription.unitOriginPrice,
          unitDiscountPermille: subscription.unitDiscountPermille,
          unitDiscountPrice: subscription.unitDiscountPrice,
          unitSalePrice: subscription.unitSalePrice,
        };
  return { ...unit, amount: unit.unitSalePrice * subscription.quantity };
}

/** What becomes of a due subscription, before anything is written; the dry run asks this too. */
export function plan(item?: Item, mandate?: Mandate): 'charge' | 'skip' | 'without_method' {
  if (item?.status === 'SOLD_OUT') return 'skip';
  return mandate?.status === 'ACTIVE' ? 'charge' : 'without_method';
}

/** Opens the next cycle of one page of due subscriptions, each with its first attempt, in one transaction. */
export async function scheduleNew(app: SchedulingApp, runner: Runner, window: Window, cursor?: Cursor): Promise<Page> {
  return app.database.transaction(async (tx) => {
    const page = await tx.lock(selectNew(tx, app, window, cursor), { skipLocked: true });
    const last = page.at(-1);
    if (!last) return { ...LAST, attempts: [] };
    const { items, mandates } = await readNeeds(tx, app, page);
    const result: Page = { ...LAST, attempts: [], withoutMethod: [], selected: page.length, next: cursorOf(last) };
    const due: Chargeable[] = [];

    for (const subscription of page) {
      const item = items.get(subscription.itemId);
      const mandate = mandates.get(subscription.mandateId ?? '');
      const decision = plan(item, mandate);
      if (decision === 'skip') {
        await skipCycle(tx, app, runner, subscription);
        result.skipped += 1;
      } else if (decision === 'without_method' || !mandate) {
        result.withoutMethod.push(subscription.id);
      } else {
        const price = priceOf(app.config.billing.pricePolicy, subscription, item);
        due.push({ cycle: cycleOf(app, runner, subscription, price), subscription, mandate });
      }
    }
    result.attempts = await openCycles(tx, app, runner, due);
    return result;
  });
}

/** New cycles together with their first attempts. */
async function openCycles(
  tx: Transaction,
  app: SchedulingApp,
  runner: Runner,
  due: readonly Chargeable[],
): Promise<PaymentAttempt[]> {
  if (due.length === 0) return [];
  const attempts = await createAttempts(
    tx,
    app,
    due.map((one) => attemptOf(app, runner, one)),
  );
  const cycles = due.map(({ cycle }, index) => ({ ...cycle, liveAttemptId: attempts[index]?.id ?? null, attempts: 1 }));
  await tx.insert(app.database.tables.billingCycles).values(cycles);
  return attempts;
}

const cursorOf = ({ nextBillingOn, id }: Subscription): Cursor => ({ on: nextBillingOn ?? '', id });

/** Gives the open cycles of one page, which an earlier run left uncharged for certain, their next attempt. */
export async function scheduleLeft(app: SchedulingApp, runner: Runner, window: Window, cursor?: Cursor): Promise<Page> {
  return app.database.transaction(async (tx) => {
    const page: OpenCycle[] = await tx.lock(selectLeft(tx, app, window, cursor), { skipLocked: true });
    const last = page.at(-1);
    if (!last) return { ...LAST, attempts: [] };
    const { mandates } = await readNeeds(
      tx,
      app,
      page.map(({ subscription }) => subscription),
    );
    const next = { on: last.cycle.billingOn, id: last.cycle.id };
    const result: Page = { ...LAST, attempts: [], withoutMethod: [], selected: page.length, next };

    for (const { cycle, subscription } of page) {
      const mandate = mandates.get(subscription.mandateId ?? '');
      if (mandate?.status === 'ACTIVE') {
        result.attempts.push(...(await attemptAgain(tx, app, runner, { cycle, subscription, mandate })));
      } else result.withoutMethod.push(subscription.id);
    }
    return result;
  });
}

function cycleOf(app: SchedulingApp, runner: Runner, subscription: Subscription, price: Price): BillingCycle {
  const now = app.clock.now();
  return {
    id: app.newId(),
    subscriptionId: subscription.id,
    cycle: subscription.lastCycle + 1,
    billingOn: subscription.nextBillingOn ?? runner.date,
    status: 'OPEN',
    liveAttemptId: null,
    attempts: 0,
    ...price,
    taxFreeAmount: 0,
    quantity: subscription.quantity,
    firstTryOn: null,
    lastTryOn: null,
    reasonGroup: null,
    paidAttemptId: null,
    orderId: null,
    periodsMissed: 0,
    runId: runner.runId,
    closedAt: null,
    createdAt: now,
    updatedAt: now,
  };
}

interface Chargeable {
  cycle: BillingCycle;
  subscription: Subscription;
  mandate: Mandate;
}

/** The next numbered try of a cycle; its live key admits one at a time, its idempotency key each number once. */
function attemptOf(app: SchedulingApp, runner: Runner, { cycle, subscription, mandate }: Chargeable): NewAttempt {
  const attemptNumber = cycle.attempts + 1;
  return {
    id: app.newId(),
    purpose: 'RENEWAL',
    userId: subscription.userId,
    orderId: null,
    subscriptionId: subscription.id,
    cycle: cycle.cycle,
    attemptNumber,
    idempotencyKey: `renewal:${subscription.id}:${cycle.cycle}:${attemptNumber}`,
    liveKey: `cycle:${cycle.id}`,
    provider: mandate.provider,
    merchantCode: mandate.merchantCode,
    mandateId: mandate.id,
    customerRef: mandate.customerRef,
    amount: cycle.amount,
    taxFreeAmount: cycle.taxFreeAmount,
    title: subscription.itemName,
    quantity: cycle.quantity,
    runId: runner.runId,
  };
}

/** Gives a cycle that is open already its next attempt. */
async function attemptAgain(
  tx: Transaction,
  app: SchedulingApp,
  runner: Runner,
  one: Chargeable,
): Promise<PaymentAttempt[]> {
  const { billingCycles: c } = app.database.tables;
  const attempts = await createAttempts(tx, app, [attemptOf(app, runner, one)]);
  const live = { liveAttemptId: attempts[0]?.id ?? null, attempts: one.cycle.attempts + 1, runId: runner.runId };
  await tx
    .update(c)
    .set({ ...live, updatedAt: app.clock.now() })
    .where(and(eq(c.id, one.cycle.id), isNull(c.liveAttemptId)));
  return attempts;
}

/** An item that is sold out on the day: the cycle is passed over, and the rhythm goes on. */
async function skipCycle(
  tx: Transaction,
  app: SchedulingApp,
  runner: Runner,
  subscription: Subscription,
): Promise<void> {
  const { subscriptions: s, billingCycles: c } = app.database.tables;
  const now = app.clock.now();
  const cycle = cycleOf(app, runner, subscription, priceOf('LOCKED', subscription));
  await tx.insert(c).values({ ...cycle, status: 'SKIPPED', closedAt: now });
  await tx
    .update(s)
    .set({
      lastBillingOn: cycle.billingOn,
      nextBillingOn: nextBilling(cycle.billingOn, subscription.periodDays, runner.date).on,
      lastCycle: cycle.cycle,
      updatedAt: now,
    })
    .where(eq(s.id, subscription.id));
}

/** Takes over attempts that a dead runner created: they belong to this run from now on. */
export async function adopt(app: SchedulingApp, runner: Runner, attempts: readonly PaymentAttempt[]): Promise<void> {
  const { paymentAttempts: t } = app.database.tables;
  const ids = attempts.map(({ id }) => id);
  await app.database
    .update(t)
    .set({ runId: runner.runId })
    .where(and(inArray(t.id, ids), eq(t.state, 'CREATED')));
}
