import { and, eq, inArray } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { noCountsByStep, STEPS, type Counters } from './counters.ts';
import { findInDoubt, findOverdue, findWithoutReference } from './doubts.ts';
import {
  readNeeds,
  selectCreated,
  selectHeld,
  selectNew,
  selectOpen,
  type Cursor,
  type OpenRow,
  type Window,
} from './due.ts';
import { plan, priceOf } from './plan.ts';
import { composeReport } from './report.ts';
import type { BillReport } from './report-schema.ts';

type Reasons = BillReport['wouldNotCharge'];
type Due = Reasons[number];

/** What the report of a dry run names. */
const FIRST = 100;

/** What a run would do: selects and prices as the run does, writes nothing and calls nobody. Always succeeds. */
export async function dryRun(app: App, window: Window): Promise<BillReport> {
  const startedAt = app.clock.now();
  const byStep = noCountsByStep();
  const reasons: Reasons = [];
  await countCreated(app, window, byStep.due);
  await countNew(app, window, byStep.due, reasons);
  for (const [index, name] of STEPS.entries())
    await countOpen(app, window, { step: index + 1, counters: byStep[name], reasons });
  for (const index of STEPS.keys())
    await countHeld(app, window, { step: index + 1, counters: byStep['retry-3'], reasons });
  return composeReport({
    date: window.date,
    timeZone: app.config.shop.timeZone,
    runId: null,
    runnerId: null,
    dryRun: true,
    startedAt,
    endedAt: app.clock.now(),
    byStep,
    codes: new Map(),
    reasons: new Set(),
    recovered: { spool: 0, resolvedApproved: 0, resolvedNotCharged: 0, resumed: 0 },
    unknown: await findInDoubt(app, 'UNKNOWN'),
    withoutReference: await findWithoutReference(app),
    overdue: await findOverdue(app, window),
    periodsMissed: 0,
    wouldNotCharge: reasons,
    figures: undefined,
    breakerOpenedTimes: 0,
    breakerWaitMs: 0,
    runners: 0,
  });
}

async function countCreated(app: App, window: Window, counters: Counters): Promise<void> {
  for (let last = ''; ;) {
    const page = await selectCreated(app, window, last);
    const end = page.at(-1);
    if (!end) return;
    last = end.id;
    for (const { amount } of page) charge(counters, amount);
  }
}

async function countNew(app: App, window: Window, counters: Counters, reasons: Reasons): Promise<void> {
  for (let cursor: Cursor | undefined; ;) {
    const page = await selectNew(app.database, app, window, cursor);
    const last = page.at(-1);
    if (!last) return;
    cursor = { on: last.nextBillingOn ?? '', id: last.id };
    const { items, mandates } = await readNeeds(app.database, app, page);
    for (const subscription of page) {
      const item = items.get(subscription.itemId);
      const decision = plan(item, mandates.get(subscription.mandateId ?? ''));
      const due = { subscriptionId: subscription.id, dueOn: subscription.nextBillingOn ?? '', reason: decision };
      if (decision === 'CHARGE') charge(counters, priceOf(app.config.billing.pricePolicy, subscription, item).amount);
      else passOver(counters, decision === 'SKIP_SOLD_OUT' ? 'skipped' : 'held', reasons, due);
    }
  }
}

interface StepCount {
  step: number;
  counters: Counters;
  reasons: Reasons;
}

async function countOpen(app: App, window: Window, { step, counters, reasons }: StepCount): Promise<void> {
  const stepWindow = { ...window, step, unchangedSince: app.clock.now() };
  for (let cursor: Cursor | undefined; ;) {
    const rows = await selectOpen(app.database, app, stepWindow, cursor);
    if (rows.length === 0) return;
    cursor = rows.at(-1);
    const turns = await readTurns(app, rows);
    const { mandates } = await readNeeds(
      app.database,
      app,
      turns.map(({ subscription }) => subscription),
    );
    for (const { cycle, subscription } of turns) {
      const usable = mandates.get(subscription.mandateId ?? '')?.status === 'ACTIVE';
      const due = { subscriptionId: subscription.id, dueOn: cycle.billingOn, reason: 'HOLD_WITHOUT_METHOD' };
      if (usable) charge(counters, cycle.amount);
      else passOver(counters, 'held', reasons, due);
    }
  }
}

async function readTurns({ database }: App, rows: readonly OpenRow[]) {
  const { subscriptions: s, billingCycles: c } = database.tables;
  return database
    .select({ cycle: c, subscription: s })
    .from(c)
    .innerJoin(s, eq(s.id, c.subscriptionId))
    .where(
      and(
        inArray(
          c.id,
          rows.map(({ id }) => id),
        ),
        inArray(s.status, ['ACTIVE', 'PAST_DUE']),
      ),
    );
}

async function countHeld(app: App, window: Window, { step, counters, reasons }: StepCount): Promise<void> {
  for (let cursor: Cursor | undefined; ;) {
    const rows = await selectHeld(app.database, app, { ...window, step }, cursor);
    if (rows.length === 0) return;
    cursor = rows.at(-1);
    for (const { subscriptionId, on } of rows) {
      passOver(counters, 'cancelled', reasons, { subscriptionId, dueOn: on, reason: 'ENDS_WITHOUT_METHOD' });
    }
  }
}

function charge(counters: Counters, amount: number): void {
  counters.selected += 1;
  counters.approved += 1;
  counters.amountApproved += amount;
}

function passOver(counters: Counters, as: 'skipped' | 'held' | 'cancelled', reasons: Reasons, due: Due): void {
  counters.selected += 1;
  counters[as] += 1;
  if (reasons.length < FIRST) reasons.push(due);
}
