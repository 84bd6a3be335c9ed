import { and, asc, count, eq, exists, gt, gte, inArray, isNull, lt, lte, not, or, sql, type SQL } from 'drizzle-orm';
import type { App } from '../app.ts';
import type { BillingCycle, PaymentAttempt, Queries, Subscription } from '../schema.ts';

/** Rows read at a time; at most two pages are kept ahead of the provider. */
export const PAGE = 200;

export interface Window {
  /** The oldest due date that is still charged. */
  oldest: string;
  /** The billing date. */
  date: string;
}

/** A place in an ordered walk: everything up to it has been seen. */
export interface Cursor {
  on: string;
  id: string;
}

const after = (on: Column, id: Column, cursor: Cursor | undefined): SQL | undefined =>
  cursor && or(gt(on, cursor.on), and(eq(on, cursor.on), gt(id, cursor.id)));

type Column = Parameters<typeof gt>[0];

type Reader = Pick<App, 'database'>;

/** ACTIVE subscriptions due in the window whose next cycle is not open yet, by (next billing date, id). */
export function selectNew(
  queries: Queries,
  { database }: Reader,
  { oldest, date }: Window,
  cursor?: Cursor,
): PromiseLike<Subscription[]> {
  const { subscriptions: s } = database.tables;
  return queries
    .select()
    .from(s)
    .where(
      and(
        eq(s.status, 'ACTIVE'),
        gte(s.nextBillingOn, oldest),
        lte(s.nextBillingOn, date),
        after(s.nextBillingOn, s.id, cursor),
        withoutOpenCycle(queries, { database }),
      ),
    )
    .orderBy(asc(s.nextBillingOn), asc(s.id))
    .limit(PAGE);
}

function withoutOpenCycle(queries: Queries, { database }: Reader): SQL {
  const { subscriptions: s, billingCycles: c } = database.tables;
  return not(
    exists(
      queries
        .select({ one: sql`1` })
        .from(c)
        .where(and(eq(c.subscriptionId, s.id), eq(c.cycle, sql`${s.lastCycle} + 1`))),
    ),
  );
}

export interface OpenCycle {
  cycle: BillingCycle;
  subscription: Subscription;
}

/**
 * Open cycles without a live attempt that were not declined: an earlier run opened them and it is certain that their
 * attempt charged nothing. By (billing date, id).
 */
export function selectLeft(
  queries: Queries,
  { database }: Reader,
  { oldest, date }: Window,
  cursor?: Cursor,
): PromiseLike<OpenCycle[]> {
  const { subscriptions: s, billingCycles: c } = database.tables;
  return queries
    .select({ cycle: c, subscription: s })
    .from(c)
    .innerJoin(s, eq(s.id, c.subscriptionId))
    .where(
      and(
        eq(c.status, 'OPEN'),
        isNull(c.liveAttemptId),
        isNull(c.lastTryOn),
        gte(c.billingOn, oldest),
        lte(c.billingOn, date),
        eq(s.status, 'ACTIVE'),
        after(c.billingOn, c.id, cursor),
      ),
    )
    .orderBy(asc(c.billingOn), asc(c.id))
    .limit(PAGE);
}

/** Attempts that a dead runner created and never sent, by id. */
export function selectOrphans({ database }: Reader, afterId: string): PromiseLike<PaymentAttempt[]> {
  const { paymentAttempts: t } = database.tables;
  return database
    .select()
    .from(t)
    .where(and(eq(t.state, 'CREATED'), eq(t.purpose, 'RENEWAL'), gt(t.id, afterId)))
    .orderBy(asc(t.id))
    .limit(PAGE);
}

export interface Overdue {
  count: number;
  /** The first hundred, oldest first. */
  first: { subscriptionId: string; dueOn: string }[];
}

/** Due dates older than the window: reported and left, never charged silently. */
export async function findOverdue({ database }: Reader, { oldest }: Pick<Window, 'oldest'>): Promise<Overdue> {
  const { subscriptions: s } = database.tables;
  const tooOld = and(eq(s.status, 'ACTIVE'), lt(s.nextBillingOn, oldest));
  const [counted] = await database.select({ rows: count() }).from(s).where(tooOld);
  if (!counted?.rows) return { count: 0, first: [] };
  const rows = await database
    .select({ subscriptionId: s.id, dueOn: s.nextBillingOn })
    .from(s)
    .where(tooOld)
    .orderBy(asc(s.nextBillingOn), asc(s.id))
    .limit(100);
  return { count: counted.rows, first: rows.map((row) => ({ ...row, dueOn: row.dueOn ?? '' })) };
}

export interface InDoubt {
  attemptId: string;
  subscriptionId: string | null;
  cycle: number | null;
  amount: number;
  sentAt: string | null;
}

/** Renewals whose answer is not known: UNKNOWN ones, or those SENT by somebody whose answer may still come. */
export async function findInDoubt(
  { database }: Reader,
  state: 'UNKNOWN' | 'SENT',
): Promise<{ count: number; first: InDoubt[] }> {
  const { paymentAttempts: t } = database.tables;
  const inDoubt = and(eq(t.state, state), eq(t.purpose, 'RENEWAL'));
  const [counted] = await database.select({ rows: count() }).from(t).where(inDoubt);
  const rows = await database.select().from(t).where(inDoubt).orderBy(asc(t.id)).limit(100);
  return {
    count: counted?.rows ?? 0,
    first: rows.map((row) => ({
      attemptId: row.publicId,
      subscriptionId: row.subscriptionId,
      cycle: row.cycle,
      amount: row.amount,
      sentAt: row.sentAt?.toISOString() ?? null,
    })),
  };
}

/** The items and mandates that a page of subscriptions needs, by id. */
export async function readNeeds(queries: Queries, { database }: Reader, page: readonly Subscription[]) {
  const { items, mandates } = database.tables;
  const itemIds = [...new Set(page.map(({ itemId }) => itemId))];
  const mandateIds = [...new Set(page.flatMap(({ mandateId }) => mandateId ?? []))];
  const itemRows = await queries.select().from(items).where(inArray(items.id, itemIds));
  const mandateRows =
    mandateIds.length > 0 ? await queries.select().from(mandates).where(inArray(mandates.id, mandateIds)) : [];
  return {
    items: new Map(itemRows.map((row) => [row.id, row])),
    mandates: new Map(mandateRows.map((row) => [row.id, row])),
  };
}
