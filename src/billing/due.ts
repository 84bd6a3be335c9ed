import {
  and,
  asc,
  between,
  count,
  eq,
  exists,
  gt,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  not,
  or,
  sql,
  type SQL,
} from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import type { PaymentAttempt, Queries, Subscription } from '../schema.ts';

/** Rows read at a time; at most two pages are kept ahead of the provider. */
export const PAGE = 200;

/** What a run looks at. */
export interface Window {
  /** The oldest due date that is still charged. */
  oldest: string;
  /** The billing date. */
  date: string;
  /** Just these subscriptions, if given. */
  only?: readonly string[] | undefined;
}

/** A place in an ordered walk: everything up to it has been seen. */
export interface Cursor {
  on: string;
  id: string;
}

type Reader = Pick<App, 'database'>;
type Column = Parameters<typeof gt>[0];

/** A row comparison, `(on, id) > (?, ?)`, would narrow an index less on some engines. */
const after = (on: Column, id: Column, cursor: Cursor | undefined): SQL | undefined =>
  cursor && or(gt(on, cursor.on), and(eq(on, cursor.on), gt(id, cursor.id)));

/** ACTIVE subscriptions due in the window whose next cycle is not open yet, by (next billing date, id). */
export function selectNew(
  queries: Queries,
  { database }: Reader,
  { oldest, date, only }: Window,
  cursor?: Cursor,
): PromiseLike<Subscription[]> {
  const { subscriptions: s } = database.tables;
  return queries
    .select()
    .from(s)
    .where(
      and(
        eq(s.status, 'ACTIVE'),
        between(s.nextBillingOn, cursor && cursor.on > oldest ? cursor.on : oldest, date),
        after(s.nextBillingOn, s.id, cursor),
        only && inArray(s.id, [...only]),
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

/** One step of the ladder, as one runner sees it. */
export interface StepWindow extends Window {
  step: number;
  /** Cycles that have changed since are not looked at again: a try that is put off does not come back in the same run. */
  unchangedSince: Date;
}

/** A place in a step's walk, and the subscription to lock before the cycle there. */
export interface OpenRow extends Cursor {
  subscriptionId: string;
}

/**
 * Open cycles of a step that may be tried on the date, by (next try, id). Nothing is locked yet: subscriptions come
 * before cycles. One that was opened for a date beyond the window and was never tried is left to a person.
 */
export function selectOpen(
  queries: Queries,
  { database }: Reader,
  window: StepWindow,
  cursor?: Cursor,
): PromiseLike<OpenRow[]> {
  const { billingCycles: c } = database.tables;
  return queries
    .select({ on: c.nextTryOn, id: c.id, subscriptionId: c.subscriptionId })
    .from(c)
    .where(
      and(
        eq(c.status, 'OPEN'),
        eq(c.step, window.step),
        lte(c.nextTryOn, window.date),
        after(c.nextTryOn, c.id, cursor),
        mayBeTried({ database }, window),
        lte(c.updatedAt, window.unchangedSince),
        withoutOperatorItem(queries, { database }),
        window.only && inArray(c.subscriptionId, [...window.only]),
      ),
    )
    .orderBy(asc(c.nextTryOn), asc(c.id))
    .limit(PAGE);
}

/** A cycle whose charge the provider rejects as such waits for a person, who looks at it and lets it go. */
function withoutOperatorItem(queries: Queries, { database }: Reader): SQL {
  const { billingCycles: c, paymentAttempts: t } = database.tables;
  const own = and(eq(t.subscriptionId, c.subscriptionId), eq(t.cycle, c.cycle));
  const waits = and(eq(t.needsOperator, true), eq(t.operatorReason, 'CONFIG_REJECTED'));
  return not(
    exists(
      queries
        .select({ one: sql`1` })
        .from(t)
        .where(and(own, waits)),
    ),
  );
}

/** Not held, no try in flight, no decline booked on this date yet, and due within the window or tried before. */
export const mayBeTried = (
  { database }: Reader,
  { date, oldest }: Pick<Window, 'date' | 'oldest'>,
): SQL | undefined => {
  const { billingCycles: c } = database.tables;
  return and(
    isNull(c.hold),
    isNull(c.liveAttemptId),
    or(isNull(c.lastTryOn), lt(c.lastTryOn, date)),
    or(isNotNull(c.firstTryOn), between(c.billingOn, oldest, date)),
  );
};

/** Cycles of a step that wait for another payment method in vain: their closing date has come. */
export function selectHeld(
  queries: Queries,
  { database }: Reader,
  { step, date, only }: Pick<StepWindow, 'step' | 'date' | 'only'>,
  cursor?: Cursor,
): PromiseLike<OpenRow[]> {
  const { billingCycles: c } = database.tables;
  return queries
    .select({ on: c.nextTryOn, id: c.id, subscriptionId: c.subscriptionId })
    .from(c)
    .where(
      and(
        eq(c.status, 'OPEN'),
        eq(c.step, step),
        lte(c.nextTryOn, date),
        after(c.nextTryOn, c.id, cursor),
        eq(c.hold, 'NEW_METHOD'),
        only && inArray(c.subscriptionId, [...only]),
      ),
    )
    .orderBy(asc(c.nextTryOn), asc(c.id))
    .limit(PAGE);
}

/**
 * Renewals that wait to be sent, by id: those of dead runners, and those this run has set aside. One whose mandate has a
 * charge in doubt waits for a later run, and so does one that a runner created for a date beyond the window.
 */
export function selectCreated(
  { database, clock }: Pick<App, 'database' | 'clock'>,
  window: Window,
  afterId: string,
): PromiseLike<PaymentAttempt[]> {
  const { paymentAttempts: t } = database.tables;
  return database
    .select()
    .from(t)
    .where(
      and(
        eq(t.state, 'CREATED'),
        eq(t.purpose, 'RENEWAL'),
        gt(t.id, afterId),
        window.only && inArray(t.subscriptionId, [...window.only]),
        not(inDoubt({ database }, clock.now())),
        not(beyondWindow({ database }, window)),
      ),
    )
    .orderBy(asc(t.id))
    .limit(PAGE);
}

/** A charge in doubt stands before it: one that is UNKNOWN, or SENT and silent for so long that it soon will be. */
function inDoubt({ database }: Reader, now: Date): SQL {
  const { paymentAttempts: t } = database.tables;
  const doubtful = sql`(fence.state = 'UNKNOWN' or fence.next_check_at <= ${sql.param(now, t.nextCheckAt)})`;
  const customer = sql`concat(${t.provider}, ':', ${t.customerRef})`;
  return sql`(exists (select 1 from ${t} as fence where fence.mandate_fence = ${t.mandateId} and ${doubtful})
    or exists (select 1 from ${t} as fence where fence.customer_fence = ${customer} and ${doubtful}))`;
}

function beyondWindow({ database }: Reader, { oldest }: Pick<Window, 'oldest'>): SQL {
  const { paymentAttempts: t, billingCycles: c } = database.tables;
  return exists(
    database
      .select({ one: sql`1` })
      .from(c)
      .where(
        and(
          eq(c.subscriptionId, t.subscriptionId),
          eq(c.cycle, t.cycle),
          isNull(c.firstTryOn),
          lt(c.billingOn, oldest),
        ),
      ),
  );
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

/** How much a run has before it, for a person who watches. */
export async function countDue({ database }: Reader, { oldest, date }: Window): Promise<number> {
  const { subscriptions: s, billingCycles: c } = database.tables;
  const due = and(eq(s.status, 'ACTIVE'), between(s.nextBillingOn, oldest, date));
  const open = and(eq(c.status, 'OPEN'), isNull(c.hold), inArray(c.step, [2, 3, 4]), lte(c.nextTryOn, date));
  const [fresh] = await database.select({ rows: count() }).from(s).where(due);
  const [again] = await database.select({ rows: count() }).from(c).where(open);
  return (fresh?.rows ?? 0) + (again?.rows ?? 0);
}
