import { and, eq, inArray, isNotNull, isNull, lte, ne, not, or, sql } from '../../platform/database/sql.ts';
import { dayIn } from '../../platform/calendar.ts';
import { nextBilling } from '../calendar.ts';
import { check, type CheckingApp } from './check.ts';
import { joinedWith } from './joining.ts';

/** V5: a status fits the dates and the open cycle. */
export const subscriptionStates = check('V5', 'subscriptions', async ({ database }, range) => {
  const { subscriptions: s, billingCycles: c, paymentAttempts: t } = database.tables;
  const underWay = inArray(t.state, ['SENT', 'UNKNOWN']);
  const rows = await database
    .select({ id: s.id, status: s.status, next: s.nextBillingOn, lastCycle: s.lastCycle, open: c.cycle })
    .from(s)
    .leftJoin(c, and(eq(c.subscriptionId, s.id), joinedWith(c.status, 'OPEN')))
    .leftJoin(t, eq(t.id, c.liveAttemptId))
    .where(
      and(
        range(s.id),
        or(
          and(inArray(s.status, ['ACTIVE', 'PAST_DUE']), isNull(s.nextBillingOn)),
          and(eq(s.status, 'PAST_DUE'), isNull(c.id)),
          and(eq(s.status, 'CANCELLED'), or(isNotNull(s.nextBillingOn), isNull(s.cancelledAt))),
          // A cancelled subscription's charge that is under way is still booked as it turns out.
          and(eq(s.status, 'CANCELLED'), isNotNull(c.id), or(isNull(t.id), not(underWay))),
          ne(c.cycle, sql`${s.lastCycle} + 1`),
        ),
      ),
    );
  return rows.map(({ id, status, next, lastCycle, open }) => ({
    table: 'subscriptions',
    id,
    says: `it is ${status}, next billed ${next ?? 'never'}, with ${open === null ? 'no open cycle' : `cycle ${open} open`} after cycle ${lastCycle}`,
  }));
});

/** V5: the next date follows from the cycle that was paid last. */
export const billingDates = check('V5', 'subscriptions', async (app, range) => {
  const rows = await lastPaid(app, range);
  return rows.flatMap(({ id, next, periodDays, billingOn, ranOn, paidAt }) => {
    const paidOn = dayIn(app.config.shop.timeZone, paidAt);
    const expected = nextBilling(billingOn, periodDays, later(paidOn, ranOn ?? billingOn)).on;
    if (next === expected) return [];
    const says = `its last cycle fell due on ${billingOn} and was paid on ${paidOn}: every ${periodDays} days lead to ${expected}, it says ${next}`;
    return [{ table: 'subscriptions', id, says }];
  });
});

/** Not those whose period was changed since, or which were paused: their customers have moved the date. */
function lastPaid({ database }: CheckingApp, range: Parameters<(typeof billingDates)['find']>[1]) {
  const { subscriptions: s, billingCycles: c, orders: o, orderLines: l } = database.tables;
  return database
    .select({
      id: s.id,
      next: s.nextBillingOn,
      periodDays: s.periodDays,
      billingOn: c.billingOn,
      ranOn: c.lastTryOn,
      paidAt: sql<Date>`${o.paidAt}`.mapWith(o.paidAt),
    })
    .from(s)
    .innerJoin(c, and(eq(c.subscriptionId, s.id), eq(c.cycle, s.lastCycle), joinedWith(c.status, 'PAID')))
    .innerJoin(o, and(eq(o.id, c.orderId), isNotNull(o.paidAt)))
    .innerJoin(l, and(eq(l.orderId, o.id), eq(l.subscriptionId, s.id), eq(l.periodDays, s.periodDays)))
    .where(
      and(range(s.id), inArray(s.status, ['ACTIVE', 'PAST_DUE']), or(isNull(s.pausedAt), lte(s.pausedAt, o.paidAt))),
    );
}

const later = (one: string, other: string): string => (one > other ? one : other);
