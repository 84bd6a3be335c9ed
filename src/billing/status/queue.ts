import { and, count, eq, gt, lte, min, sum } from '../../platform/database/sql.ts';
import { isOlderThanWatermark } from '../../payments/index.ts';
import type { App } from '../../app.ts';
import { addDays, dayIn, withOffset } from '../../platform/calendar.ts';
import { countDeadCommands, findOverdue } from '../doubts.ts';
import type { StatusDocument } from './document.ts';
import type { StatusApp } from './runs.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** After an hour the planned looks are over and a person is asked; after a week nobody looks any more. */
const AGES = [
  { age: 'under 1 h', fromMs: 0, toMs: HOUR_MS },
  { age: '1 h to 1 day', fromMs: HOUR_MS, toMs: DAY_MS },
  { age: '1 to 7 days', fromMs: DAY_MS, toMs: 7 * DAY_MS },
  { age: 'over 7 days', fromMs: 7 * DAY_MS, toMs: Infinity },
] as const;

export async function readUnknown(app: StatusApp): Promise<StatusDocument['unknown']> {
  const { paymentAttempts: t } = app.database.tables;
  const inDoubt = eq(t.state, 'UNKNOWN');
  const [all] = await app.database
    .select({ count: count(), amount: sum(t.amount), oldest: min(t.sentAt) })
    .from(t)
    .where(inDoubt);
  const byAge = [];
  for (const { age, fromMs, toMs } of AGES) {
    const [row] = await app.database
      .select({ count: count() })
      .from(t)
      .where(and(inDoubt, sentBetween(app, fromMs, toMs)));
    byAge.push({ age, count: row?.count ?? 0 });
  }
  const oldestSentAt = all?.oldest ? withOffset(app.config.shop.timeZone, all.oldest) : null;
  return { count: all?.count ?? 0, amount: Number(all?.amount ?? 0), oldestSentAt, byAge };
}

/** Sent at least `fromMs` ago, and less than `toMs`. */
function sentBetween({ database, clock }: StatusApp, fromMs: number, toMs: number) {
  const { paymentAttempts: t } = database.tables;
  const ago = (ms: number): Date => new Date(clock.now().getTime() - ms);
  return and(lte(t.sentAt, ago(fromMs)), toMs === Infinity ? undefined : gt(t.sentAt, ago(toMs)));
}

export type QueueApp = StatusApp & Pick<App, 'payments' | 'newId'>;

/** What waits for a person, whoever finds it. */
export async function readOperatorQueue(app: QueueApp): Promise<StatusDocument['operator']> {
  const { paymentAttempts: t, refunds: r } = app.database.tables;
  const attempts = await app.database
    .select({ reason: t.operatorReason, count: count() })
    .from(t)
    .where(eq(t.needsOperator, true))
    .groupBy(t.operatorReason);
  const [refunds] = await app.database.select({ count: count() }).from(r).where(eq(r.needsOperator, true));
  const { catchUpDays } = app.config.billing;
  const oldest = addDays(dayIn(app.config.shop.timeZone, app.clock.now()), -catchUpDays);
  return {
    attempts,
    refunds: refunds?.count ?? 0,
    deadCommands: await countDeadCommands(app),
    overdueBeyondCatchUp: (await findOverdue(app, { oldest })).count,
    ledgerOlder: await isOlderThanWatermark(app),
  };
}
