import type { App } from '../app.ts';
import { findInDoubt, findOverdue, readNeeds, selectLeft, selectNew, type Cursor, type Window } from './due.ts';
import { composeReport, noCounts, type BillReport, type Counters, type Reason } from './report.ts';
import { plan, priceOf } from './schedule.ts';

/** What a run would do: selects and prices as the run does, writes nothing and calls nobody. */
export async function dryRun(app: App, window: Window): Promise<BillReport> {
  const startedAt = app.clock.now();
  const counters = noCounts();
  await countNew(app, window, counters);
  await countLeft(app, window, counters);
  return composeReport({
    date: window.date,
    timeZone: app.config.shop.timeZone,
    runId: null,
    runnerId: null,
    dryRun: true,
    startedAt,
    endedAt: app.clock.now(),
    counters,
    codes: new Map(),
    reasons: new Set<Reason>(), // a dry run succeeds whatever it finds
    unknown: await findInDoubt(app, 'UNKNOWN'),
    overdue: await findOverdue(app, window),
    chargingSeconds: 0,
  });
}

async function countNew(app: App, window: Window, counters: Counters): Promise<void> {
  let cursor: Cursor | undefined;
  for (;;) {
    const page = await selectNew(app.database, app, window, cursor);
    const last = page.at(-1);
    if (!last) return;
    const { items, mandates } = await readNeeds(app.database, app, page);
    for (const subscription of page) {
      const item = items.get(subscription.itemId);
      const decision = plan(item, mandates.get(subscription.mandateId ?? ''));
      const { amount } = priceOf(app.config.billing.pricePolicy, subscription, item);
      count(counters, decision, amount);
    }
    cursor = { on: last.nextBillingOn ?? '', id: last.id };
  }
}

async function countLeft(app: App, window: Window, counters: Counters): Promise<void> {
  let cursor: Cursor | undefined;
  for (;;) {
    const page = await selectLeft(app.database, app, window, cursor);
    const last = page.at(-1);
    if (!last) return;
    const { mandates } = await readNeeds(
      app.database,
      app,
      page.map(({ subscription }) => subscription),
    );
    for (const { cycle, subscription } of page) {
      count(counters, plan(undefined, mandates.get(subscription.mandateId ?? '')), cycle.amount);
    }
    cursor = { on: last.cycle.billingOn, id: last.cycle.id };
  }
}

function count(counters: Counters, decision: ReturnType<typeof plan>, amount: number): void {
  counters.selected += 1;
  if (decision === 'skip') counters.skipped += 1;
  else if (decision === 'without_method') counters.withoutMethod += 1;
  else {
    counters.approved += 1;
    counters.amountApproved += amount;
  }
}
