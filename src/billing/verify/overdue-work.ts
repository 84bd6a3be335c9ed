import { and, eq, isNull, lt, or } from '../../platform/database/sql.ts';
import { withOffset } from '../../platform/calendar.ts';
import { check, type CheckingApp } from './check.ts';

/** Whoever looks after it does so every few seconds; after so long nobody does. */
const LATE_MS = 5 * 60_000;

const lateFrom = ({ clock }: CheckingApp): Date => new Date(clock.now().getTime() - LATE_MS);

const told = ({ config }: CheckingApp, moment: Date | null): string =>
  moment ? `since ${withOffset(config.shop.timeZone, moment)}` : 'and nobody will look';

/** V9: a payment that was sent, and whose answer cannot come any more, is in doubt by then. */
export const silentPayments = check('V9', 'paymentAttempts', async (app, range) => {
  const { paymentAttempts: t } = app.database.tables;
  const late = or(isNull(t.nextCheckAt), lt(t.nextCheckAt, lateFrom(app)));
  const rows = await app.database
    .select({ id: t.id, publicId: t.publicId, at: t.nextCheckAt })
    .from(t)
    .where(and(range(t.id), eq(t.state, 'SENT'), late));
  return rows.map(({ id, publicId, at }) => ({
    table: 'payment_attempts',
    id: publicId,
    says: `it is SENT, and its answer is overdue ${told(app, at)}`,
    attemptId: id,
  }));
});

/** V9: the same of a refund. */
export const silentRefunds = check('V9', 'refunds', async (app, range) => {
  const { refunds: r } = app.database.tables;
  const late = or(isNull(r.nextCheckAt), lt(r.nextCheckAt, lateFrom(app)));
  const rows = await app.database
    .select({ id: r.publicId, at: r.nextCheckAt })
    .from(r)
    .where(and(range(r.id), eq(r.status, 'SENT'), late));
  return rows.map(({ id, at }) => ({
    table: 'refunds',
    id,
    says: `it is SENT, and its answer is overdue ${told(app, at)}`,
  }));
});

/** V9: an event taken for delivery is taken again once the lease of whoever took it is over. */
export const stuckEvents = check('V9', 'outboxEvents', async (app, range) => {
  const { outboxEvents: e } = app.database.tables;
  const late = or(isNull(e.claimUntil), lt(e.claimUntil, lateFrom(app)));
  const rows = await app.database
    .select({ id: e.id, type: e.type, at: e.claimUntil })
    .from(e)
    .where(and(range(e.id), eq(e.status, 'IN_FLIGHT'), late));
  return rows.map(({ id, type, at }) => ({
    table: 'outbox_events',
    id,
    says: `${type} was taken by a process that has not been heard of ${told(app, at)}`,
  }));
});
