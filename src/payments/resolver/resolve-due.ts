import { and, asc, eq, gt, isNull, lte, or, sql } from '../../platform/database/sql.ts';
import type { PaymentAttempt } from '../../schema.ts';
import { nextCheckAfter } from '../ledger/check-schedule.ts';
import { markSilent } from '../ledger/mark-silent.ts';
import { bookFinding, type Change } from './book.ts';
import { investigate } from './lookup.ts';
import type { SettlingApp } from '../ledger/settle.ts';

/** What one pass did. */
export interface Resolved {
  /** SENT without an answer, unknown from now on. */
  silent: number;
  /** Asked about at the provider. */
  looked: number;
  approved: number;
  notCharged: number;
  /** A witness suggests something that only a person may book. */
  proposed: number;
  /** Handed to a person: nothing was proved in an hour, or what was found does not fit. */
  operator: number;
}

export interface ResolveRequest {
  /** Looks taken at most. */
  limit?: number;
  /** Ends the pass early; looks under way are finished. */
  stop?: AbortSignal;
}

/** Looks in flight per pass; well below the provider's places for lookups, which checkouts use too. */
const WIDTH = 8;
const PAGE = 200;

/**
 * One pass over what is in doubt: silent calls become UNKNOWN, and every UNKNOWN attempt that is due is looked up once,
 * whoever else does the same at the same time. Nothing is ever sent again. What cannot be booked is logged and left to
 * the next planned look.
 */
export async function resolveDue(app: SettlingApp, { limit = Infinity, stop }: ResolveRequest = {}): Promise<Resolved> {
  const counts: Resolved = { silent: 0, looked: 0, approved: 0, notCharged: 0, proposed: 0, operator: 0 };
  counts.silent = await markSilent(app);
  let left = limit;
  while (left > 0 && !stop?.aborted) {
    const due = await findDue(app, Math.min(left, PAGE));
    if (due.length === 0) break;
    left -= due.length;
    await inParallel(due, async (attempt) => {
      if (!stop?.aborted) await resolveOne(app, attempt, counts);
    });
  }
  await raiseOverlooked(app, counts);
  return counts;
}

type DueAttempt = PaymentAttempt & { nextCheckAt: Date };

async function findDue({ database, clock }: SettlingApp, limit: number): Promise<DueAttempt[]> {
  const { paymentAttempts: t } = database.tables;
  const rows = await database
    .select()
    .from(t)
    .where(and(eq(t.state, 'UNKNOWN'), lte(t.nextCheckAt, clock.now())))
    .orderBy(asc(t.nextCheckAt), asc(t.id))
    .limit(limit);
  return rows.flatMap((row) => (row.nextCheckAt ? [{ ...row, nextCheckAt: row.nextCheckAt }] : []));
}

/** A few at a time; when one fails, those under way are waited for before the error is thrown. */
async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const workers = Array.from({ length: WIDTH }, async () => {
    for (const item of rest) await work(item);
  });
  for (const worker of await Promise.allSettled(workers)) if (worker.status === 'rejected') throw worker.reason;
}

async function resolveOne(app: SettlingApp, attempt: DueAttempt, counts: Resolved): Promise<void> {
  if (!(await claimLook(app, attempt))) return;
  counts.looked += 1;
  try {
    const finding = await investigate(app, attempt);
    const change = await app.database.transaction((tx) => bookFinding({ tx, app, attempt, told: TOLD }, finding));
    tally(counts, change);
  } catch (err) {
    app.log.error({ err, attemptId: attempt.publicId }, 'a payment in doubt could not be resolved; it is tried again');
  }
}

const TOLD = { actor: 'SYSTEM' } as const;

/** Moves the next look on before the call: of several that saw the row, only one gets past the old value. */
async function claimLook({ database, clock }: SettlingApp, attempt: DueAttempt): Promise<boolean> {
  const { paymentAttempts: t } = database.tables;
  const { id, sentAt, createdAt, nextCheckAt: seen } = attempt;
  const now = clock.now();
  const nextCheckAt = nextCheckAfter(sentAt ?? createdAt, now) ?? null;
  const written = await database
    .update(t)
    .set({ nextCheckAt, checkCount: sql`${t.checkCount} + 1`, updatedAt: now })
    .where(and(eq(t.id, id), eq(t.state, 'UNKNOWN'), eq(t.nextCheckAt, seen)));
  return written.rowsAffected > 0;
}

function tally(counts: Resolved, { before, after }: Change): void {
  if (before.state !== after.state) counts[after.state === 'APPROVED' ? 'approved' : 'notCharged'] += 1;
  else if (before.proposal !== after.proposal) counts.proposed += 1;
  else if (before.operatorReason !== after.operatorReason) counts.operator += 1;
}

const HOUR_MS = 60 * 60_000;
/** Longer than any look takes. */
const LOOK_TAKES_MS = 5 * 60_000;

/** A look that died, or whose finding could not be booked, told nobody; somebody is told all the same. */
async function raiseOverlooked(app: SettlingApp, counts: Resolved): Promise<void> {
  const { paymentAttempts: t } = app.database.tables;
  const now = app.clock.now();
  const ago = (ms: number) => new Date(now.getTime() - ms);
  const isLookedAt = or(isNull(t.nextCheckAt), gt(t.nextCheckAt, now));
  const isQuiet = and(eq(t.needsOperator, false), lte(t.sentAt, ago(HOUR_MS)), lte(t.updatedAt, ago(LOOK_TAKES_MS)));
  const overlooked = await app.database
    .select()
    .from(t)
    .where(and(eq(t.state, 'UNKNOWN'), isLookedAt, isQuiet))
    .limit(PAGE);
  for (const attempt of overlooked) {
    const nothing = { verdict: { do: 'wait' }, evidence: {} } as const;
    tally(counts, await app.database.transaction((tx) => bookFinding({ tx, app, attempt, told: TOLD }, nothing)));
  }
}
