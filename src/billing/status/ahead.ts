import { and, asc, between, count, eq, isNull, lte, sql } from '../../platform/database/sql.ts';
import { addDays } from '../../platform/calendar.ts';
import type { StatusDocument } from './document.ts';
import type { StatusApp } from './runs.ts';

/** Open cycles by step, with those on which nothing is tried for now. */
export async function readOpenCycles({ database }: StatusApp): Promise<StatusDocument['openCycles']> {
  const { billingCycles: c } = database.tables;
  const rows = await database
    .select({ step: c.step, hold: c.hold, count: count() })
    .from(c)
    .where(eq(c.status, 'OPEN'))
    .groupBy(c.step, c.hold)
    .orderBy(asc(c.step));
  const bySteps = Map.groupBy(rows, ({ step }) => step);
  return [...bySteps].map(([step, held]) => {
    const countOf = (hold: (typeof rows)[number]['hold']) => held.find((row) => row.hold === hold)?.count ?? 0;
    return { step, waiting: countOf(null), needsMethod: countOf('NEW_METHOD'), paused: countOf('PAUSED') };
  });
}

const DAYS_AHEAD = 7;

/** What the runs of the next days find; the first of them what was left by others, within the catch-up window. */
export async function readDue(app: StatusApp, today: string): Promise<StatusDocument['due']> {
  const last = addDays(today, DAYS_AHEAD - 1);
  const oldest = addDays(today, -app.config.billing.catchUpDays);
  const [renewals, retries] = [await countRenewals(app, oldest, last), await countRetries(app, last)];
  const on = (counts: ReadonlyMap<string, number>, date: string): number =>
    [...counts].reduce((sum, [day, rows]) => sum + (day === date || (date === today && day < today) ? rows : 0), 0);
  return Array.from({ length: DAYS_AHEAD }, (_, index) => {
    const date = addDays(today, index);
    return { date, renewals: on(renewals, date), retries: on(retries, date) };
  });
}

async function countRenewals({ database }: StatusApp, oldest: string, last: string): Promise<Map<string, number>> {
  const { subscriptions: s, billingCycles: c } = database.tables;
  const isOpen = sql`exists (select 1 from ${c} where ${c.subscriptionId} = ${s.id} and ${c.cycle} = ${s.lastCycle} + 1)`;
  const rows = await database
    .select({ date: s.nextBillingOn, count: count() })
    .from(s)
    .where(and(eq(s.status, 'ACTIVE'), between(s.nextBillingOn, oldest, last), sql`not ${isOpen}`))
    .groupBy(s.nextBillingOn);
  return new Map(rows.flatMap(({ date, count }) => (date === null ? [] : [[date, count]])));
}

async function countRetries({ database }: StatusApp, last: string): Promise<Map<string, number>> {
  const { billingCycles: c } = database.tables;
  const rows = await database
    .select({ date: c.nextTryOn, count: count() })
    .from(c)
    .where(and(eq(c.status, 'OPEN'), isNull(c.hold), lte(c.nextTryOn, last)))
    .groupBy(c.nextTryOn);
  return new Map(rows.map(({ date, count }) => [date, count]));
}
