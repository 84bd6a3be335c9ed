import { and, eq } from '../../../src/platform/database/sql.ts';
import type { App } from '../../../src/app.ts';
import { runBilling, verifyBooks, type BillReport } from '../../../src/billing/index.ts';
import { relayOnce } from '../../../src/outbox/index.ts';
import { orderRefOf, resolveAttempt } from '../../../src/payments/index.ts';
import type { Bundle } from '../../support/bundle.ts';
import { passAnHour } from '../../support/time.ts';
import { moveTo } from '../support.ts';
import type { DayPlan } from './plan.ts';

/** After so many runs of one date a supervisor gives up until the next one: the first, and three repeats. */
const MOST_RUNS = 4;

/** One business date as the shop lives it: runs until one is complete, an hour apart, and the resolver between them. */
export async function live(shop: Bundle, plan: DayPlan): Promise<BillReport[]> {
  moveTo(shop, plan.date);
  for (const { customer, script } of plan.answers) shop.sandbox.changeCustomer(customer, { declineNext: script });
  const reports: BillReport[] = [];
  for (let run = 0; run < MOST_RUNS && !plan.missed; run += 1) {
    breakProvider(shop, plan, run);
    const report = await runBilling(shop.app, { date: plan.date, ...(run === 0 && { limit: plan.limit }) });
    reports.push(report);
    await settleOverdue(shop, report);
    shop.sandbox.clearFaults();
    await passAnHour(shop);
    if (report.exitCode !== 75) break;
  }
  await relayOnce(shop.app);
  return reports;
}

function breakProvider({ sandbox }: Bundle, { outage, faults }: DayPlan, run: number): void {
  if (outage && (run === 0 || outage.allDay))
    sandbox.addFault({ match: { op: 'subscription' }, effect: outage.effect });
  else for (const fault of faults) sandbox.addFault(fault);
}

/** What is older than the run may catch up with is a person's, who has it charged by name. */
async function settleOverdue(shop: Bundle, { businessDate: date, overdueBeyondCatchUp }: BillReport): Promise<void> {
  const only = overdueBeyondCatchUp.first.map(({ subscriptionId }) => subscriptionId);
  if (only.length > 0) await runBilling(patient(shop.app), { date, only });
}

/** As `--catch-up-days` does. */
const patient = (app: App): App => {
  return { ...app, config: { ...app.config, billing: { ...app.config.billing, catchUpDays: 30 } } };
};

/** A person decides what no witness could tell, by the statement that the provider sends. Returns how many. */
export async function decideByStatement({ app, sandbox }: Bundle): Promise<number> {
  const { paymentAttempts: t } = app.database.tables;
  const isAsked = and(eq(t.state, 'UNKNOWN'), eq(t.needsOperator, true));
  const statement = new Map(sandbox.ledger().map(({ orderRef, ref }) => [orderRef, ref]));
  const attempts = await app.database.select().from(t).where(isAsked);
  for (const attempt of attempts) {
    const providerPaymentId = statement.get(orderRefOf(attempt));
    const result = providerPaymentId === undefined ? 'NOT_CHARGED' : 'APPROVED';
    const actor = { type: 'ADMIN', id: 'bookkeeper' } as const;
    const note = 'by the statement of the month';
    await resolveAttempt(app, { attemptId: attempt.publicId, resolution: { result, providerPaymentId }, actor, note });
  }
  return attempts.length;
}

/** Rows that break an invariant, each in a sentence. */
export async function breachesIn({ app }: Bundle): Promise<string[]> {
  const { breaches } = await verifyBooks(app);
  return breaches.map(({ check, table, id, says }) => `${check} ${table} ${id}: ${says}`);
}
