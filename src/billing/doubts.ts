import { and, asc, count, eq, inArray, isNull, lt, sql, type SQL } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import type { PaymentAttempt } from '../schema.ts';
import type { Window } from './due.ts';

/** Rows that a report names; the rest is counted. */
const FIRST = 100;

type Reader = Pick<App, 'database'>;

export interface Overdue {
  count: number;
  /** The first hundred, oldest first. */
  first: { subscriptionId: string; dueOn: string }[];
}

/** Due dates older than the window, cycle open or not: reported and left, never charged silently. */
export async function findOverdue({ database }: Reader, { oldest }: Pick<Window, 'oldest'>): Promise<Overdue> {
  const { subscriptions: s, billingCycles: c } = database.tables;
  const tooOld = and(eq(s.status, 'ACTIVE'), lt(s.nextBillingOn, oldest), withoutCycle(s, c));
  const opened = and(eq(c.status, 'OPEN'), lt(c.billingOn, oldest), isNull(c.firstTryOn));
  const [unopened] = await database.select({ rows: count() }).from(s).where(tooOld);
  const [untried] = await database.select({ rows: count() }).from(c).where(opened);
  const total = (unopened?.rows ?? 0) + (untried?.rows ?? 0);
  if (total === 0) return { count: 0, first: [] };
  const fresh = await database
    .select({ subscriptionId: s.id, dueOn: s.nextBillingOn })
    .from(s)
    .where(tooOld)
    .orderBy(asc(s.nextBillingOn), asc(s.id))
    .limit(FIRST);
  const open = await database
    .select({ subscriptionId: c.subscriptionId, dueOn: c.billingOn })
    .from(c)
    .where(opened)
    .orderBy(asc(c.billingOn), asc(c.id))
    .limit(FIRST);
  const first = [...fresh.map((row) => ({ ...row, dueOn: row.dueOn ?? '' })), ...open];
  return { count: total, first: first.toSorted((a, b) => (a.dueOn < b.dueOn ? -1 : 1)).slice(0, FIRST) };
}

type Tables = App['database']['tables'];

/** Whether the next cycle is not open: one that is, is counted by itself. */
const withoutCycle = (s: Tables['subscriptions'], c: Tables['billingCycles']): SQL =>
  sql`not exists (select 1 from ${c} where ${c.subscriptionId} = ${s.id} and ${c.cycle} = ${s.lastCycle} + 1)`;

export interface NeedsOperator {
  attemptId: string;
  reason: string;
  subscriptionId: string | null;
  cycle: number | null;
  amount: number;
  sentAt: string | null;
}

export interface Found {
  count: number;
  first: NeedsOperator[];
}

/** Renewals whose answer is not known: UNKNOWN ones, or those SENT by somebody whose answer may still come. */
export const findInDoubt = (app: Reader, state: 'UNKNOWN' | 'SENT'): Promise<Found> => {
  const { paymentAttempts: t } = app.database.tables;
  return find(app, and(eq(t.state, state), eq(t.purpose, 'RENEWAL')));
};

/** Approved on the word of a witness alone: the provider's reference is missing, so nothing can be refunded. */
export const findWithoutReference = (app: Reader): Promise<Found> => {
  const { paymentAttempts: t } = app.database.tables;
  return find(app, and(eq(t.needsOperator, true), eq(t.operatorReason, 'REFERENCE_MISSING')));
};

async function find({ database }: Reader, condition: SQL | undefined): Promise<Found> {
  const { paymentAttempts: t } = database.tables;
  const [counted] = await database.select({ rows: count() }).from(t).where(condition);
  if (!counted?.rows) return { count: 0, first: [] };
  const rows = await database.select().from(t).where(condition).orderBy(asc(t.id)).limit(FIRST);
  return { count: counted.rows, first: rows.map(needOf) };
}

const needOf = (row: PaymentAttempt): NeedsOperator => ({
  attemptId: row.publicId,
  reason: row.operatorReason ?? 'UNKNOWN_UNRESOLVED',
  subscriptionId: row.subscriptionId,
  cycle: row.cycle,
  amount: row.amount,
  sentAt: row.sentAt?.toISOString() ?? null,
});

/** Orders to ourselves that nobody tries again: a mandate that still stands, a refund that was not made. */
export async function countDeadCommands({ database }: Reader): Promise<number> {
  const { outboxEvents: t } = database.tables;
  const dead = and(eq(t.status, 'DEAD'), inArray(t.type, ['mandate.deactivate', 'refund.execute']));
  const [counted] = await database.select({ rows: count() }).from(t).where(dead);
  return counted?.rows ?? 0;
}
