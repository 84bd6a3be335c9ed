import { and, asc, eq, inArray, sql } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { closeAttempt, markNow, recordEvents, SILENT_AFTER_MS, type SentMark } from '../payments/index.ts';
import { isDuplicateKey, updateEach } from '../platform/database/index.ts';
import { Unavailable } from '../platform/errors.ts';
import { failPoint } from '../platform/fail-points.ts';
import type { BillingCycle, Mandate, PaymentAttempt, Subscription, Transaction } from '../schema.ts';
import { cyclesOf } from './books.ts';
import { readFences, type Fence } from './fences.ts';
import { afterRest, type Rests } from './rests.ts';
import { holdsLease, type Runner } from './runner.ts';
import { readBaselines, type Baselines } from './witness.ts';

type ClaimingApp = Pick<App, 'config' | 'database' | 'clock' | 'newId' | 'payments' | 'version'>;

/** What became of one attempt to claim. */
export type Claim =
  /** This process has marked it SENT: it, and nobody else, makes the call. */
  | { kind: 'sent'; attempt: PaymentAttempt; mandate: Mandate; mark: SentMark }
  /** A charge in doubt stands before it: left CREATED for a later run. */
  | { kind: 'fenced' }
  /** Left CREATED, to be taken again at that time: somebody holds its rows, or the bank is closed. */
  | { kind: 'waits'; until: Date; why: 'busy' | 'blackout' }
  /** Closed without a call. `again` says that its cycle still wants to be charged, on another mandate. */
  | { kind: 'closed'; again: boolean }
  /** Another runner has taken it. */
  | { kind: 'gone' }
  /** This runner was declared lost or is draining: it takes nothing more. */
  | { kind: 'lost' }
  /** Left CREATED because of a bug. */
  | { kind: 'failed'; error: unknown };

/** Who claims. */
export interface Claimant {
  runner: Runner;
  rests: Rests;
}

/** When to look again at what another runner holds. */
const BUSY_MS = 1_000;

/**
 * CREATED → SENT for attempts that can be called now, in one short transaction: the commit before the first byte. From
 * here on a crash means "unknown", never "again". When a group fails, at the unique key of a fence or for a bug, each is
 * claimed alone. One claim for each attempt, in their order. Throws only when the database is away.
 */
export async function claimAttempts(
  app: ClaimingApp,
  claimant: Claimant,
  wanted: readonly PaymentAttempt[],
): Promise<Claim[]> {
  try {
    return await claimTogether(app, claimant, wanted);
  } catch (error) {
    if (error instanceof Unavailable) throw error;
    if (wanted.length === 1) return [isDuplicateKey(error) ? busy(app) : { kind: 'failed', error }];
  }
  const claims: Claim[] = [];
  for (const one of wanted) claims.push(...(await claimAttempts(app, claimant, [one])));
  return claims;
}

const busy = ({ clock }: Pick<App, 'clock'>): Claim => ({
  kind: 'waits',
  why: 'busy',
  until: new Date(clock.now().getTime() + BUSY_MS),
});

async function claimTogether(
  app: ClaimingApp,
  { runner, rests }: Claimant,
  wanted: readonly PaymentAttempt[],
): Promise<Claim[]> {
  const baselines = await readBaselines(app, wanted);
  failPoint('charge:before-sent');
  const mark = markNow(app); // before the transaction: a process frozen in it must wake up late, not early
  const claims = await app.database.transaction(async (tx) => {
    if (!(await holdsLease(tx, app, runner))) return wanted.map((): Claim => ({ kind: 'lost' }));
    const rows = await lockRows(tx, app, wanted);
    const fenceOf = await readFences(tx, app, wanted);
    const decided = wanted.map((attempt) =>
      decide(app, rows, attempt, { mark, rests, baselines, fence: fenceOf(attempt) }),
    );
    const sent = decided.filter((claim) => claim.kind === 'sent');
    await markSent(
      tx,
      app,
      runner,
      sent.map(({ attempt }) => attempt),
    );
    await noteBaselines(
      tx,
      app,
      sent.flatMap(({ attempt: { id } }) => baselineOf(baselines.told, id)),
    );
    await closeUnwanted(tx, app, wanted, decided, rows);
    return decided;
  });
  const newest = claims.findLast((claim) => claim.kind === 'sent');
  if (newest) app.payments.watermark.note(newest.attempt);
  failPoint('charge:sent');
  return claims;
}

/** What a claim looks at, as it stands under the locks. */
interface Rows {
  subscriptions: ReadonlyMap<string, Pick<Subscription, 'status' | 'mandateId'>>;
  cycles: ReadonlyMap<string, Pick<BillingCycle, 'id' | 'status' | 'hold' | 'amount'>>;
  created: ReadonlySet<string>;
  mandates: ReadonlyMap<string, Mandate>;
}

/** Locks subscriptions, cycles, attempts, in this order. Subscriptions that somebody holds are left out. */
async function lockRows(tx: Transaction, { database }: ClaimingApp, wanted: readonly PaymentAttempt[]): Promise<Rows> {
  const { subscriptions: s, billingCycles: c, paymentAttempts: t, mandates: m } = database.tables;
  const subscriptionIds = wanted.map(({ subscriptionId }) => subscriptionId ?? '');
  const subscriptions = await tx.lock(
    tx
      .select({ id: s.id, status: s.status, mandateId: s.mandateId })
      .from(s)
      .where(inArray(s.id, subscriptionIds))
      .orderBy(asc(s.id)),
    { skipLocked: true },
  );
  const held = new Set(subscriptions.map(({ id }) => id));
  const free = wanted.filter(({ subscriptionId }) => held.has(subscriptionId ?? ''));
  if (free.length === 0)
    return { subscriptions: new Map(), cycles: new Map(), created: new Set(), mandates: new Map() };
  const cycles = await tx.lock(
    tx
      .select({ id: c.id, status: c.status, hold: c.hold, amount: c.amount, live: c.liveAttemptId })
      .from(c)
      .where(cyclesOf(database.tables, free))
      .orderBy(asc(c.id)),
  );
  const created = and(
    inArray(
      t.id,
      free.map(({ id }) => id),
    ),
    eq(t.state, 'CREATED'),
  );
  const attempts = await tx.lock(tx.select({ id: t.id }).from(t).where(created).orderBy(asc(t.id)));
  const mandates = await tx
    .select()
    .from(m)
    .where(
      inArray(
        m.id,
        free.map(({ mandateId }) => mandateId ?? ''),
      ),
    );
  return {
    subscriptions: new Map(subscriptions.map((row) => [row.id, row])),
    cycles: new Map(cycles.map((row) => [row.live ?? '', row])),
    created: new Set(attempts.map(({ id }) => id)),
    mandates: new Map(mandates.map((row) => [row.id, row])),
  };
}

interface Standing {
  mark: SentMark;
  fence: Fence | undefined;
  rests: Rests;
  baselines: Baselines;
}

/** Re-reads under lock what must hold for a charge. */
function decide(
  app: ClaimingApp,
  rows: Rows,
  attempt: PaymentAttempt,
  { mark, fence, rests, baselines }: Standing,
): Claim {
  const subscription = rows.subscriptions.get(attempt.subscriptionId ?? '');
  if (!subscription) return busy(app);
  if (!rows.created.has(attempt.id)) return { kind: 'gone' };
  const cycle = rows.cycles.get(attempt.id);
  const mandate = rows.mandates.get(attempt.mandateId ?? '');
  const chargeable =
    (subscription.status === 'ACTIVE' || subscription.status === 'PAST_DUE') &&
    cycle?.status === 'OPEN' &&
    cycle.hold === null &&
    cycle.amount === attempt.amount;
  if (!chargeable) return { kind: 'closed', again: false };
  if (mandate?.status !== 'ACTIVE' || subscription.mandateId !== mandate.id) return { kind: 'closed', again: true };
  if (baselines.isOutdated(mandate)) return busy(app);
  if (fence) return fence === 'busy' ? busy(app) : { kind: 'fenced' };
  const { blackout, lostCharge } = app.payments.provider(attempt.provider).capabilities;
  if (lostCharge === 'witness' && !rests.isOver(mandate)) return { kind: 'waits', why: 'busy', until: afterRest(app) };
  const until = blackout?.(app.clock.now(), mandate.methodLabel);
  return until ? { kind: 'waits', why: 'blackout', until } : { kind: 'sent', attempt, mandate, mark };
}

/** The fences are unique keys: should two claims meet after all, one of them fails here, before any call. */
async function markSent(
  tx: Transaction,
  app: ClaimingApp,
  runner: Runner,
  attempts: readonly PaymentAttempt[],
): Promise<void> {
  if (attempts.length === 0) return;
  const { paymentAttempts: t } = app.database.tables;
  const now = app.clock.now();
  const ids = attempts.map(({ id }) => id);
  const written = await tx
    .update(t)
    .set({
      state: 'SENT',
      sentAt: now,
      sentBy: runner.id,
      runId: runner.runId,
      wireTry: 1,
      mandateFence: sql`${t.mandateId}`,
      customerFence: sql`concat(${t.provider}, ':', ${t.customerRef})`,
      nextCheckAt: new Date(now.getTime() + SILENT_AFTER_MS),
      updatedAt: now,
    })
    .where(and(inArray(t.id, ids), eq(t.state, 'CREATED')));
  if (written.rowsAffected !== attempts.length) throw new Error('Bug: an attempt left CREATED while it was locked.');
  for (const attempt of attempts) {
    Object.assign(attempt, { state: 'SENT', sentAt: now, sentBy: runner.id, runId: runner.runId });
  }
  const change = { from: 'CREATED', to: 'SENT', actor: 'SYSTEM', data: { runner: runner.id } } as const;
  await recordEvents(
    tx,
    app,
    ids.map((attemptId) => ({ ...change, attemptId })),
  );
}

interface Baseline {
  id: string;
  set: { witnessBaseline: Date };
}

const baselineOf = (baselines: ReadonlyMap<string, Date>, id: string): Baseline[] => {
  const witnessBaseline = baselines.get(id);
  return witnessBaseline ? [{ id, set: { witnessBaseline } }] : [];
};

/** In the commit before the call, so that a lost answer can be compared with what was before it. */
async function noteBaselines(tx: Transaction, { database }: ClaimingApp, changes: readonly Baseline[]): Promise<void> {
  await updateEach(tx, database.tables.paymentAttempts, changes);
}

/** Attempts for which nothing may be charged any more: cancelled, paid, or the customer has another method. */
async function closeUnwanted(
  tx: Transaction,
  app: ClaimingApp,
  wanted: readonly PaymentAttempt[],
  claims: readonly Claim[],
  rows: Rows,
): Promise<void> {
  const { billingCycles: c } = app.database.tables;
  for (const [index, attempt] of wanted.entries()) {
    const claim = claims[index];
    if (claim?.kind !== 'closed') continue;
    await closeAttempt(tx, app, attempt, { reason: claim.again ? 'SUPERSEDED' : 'ORDER_CLOSED', actor: 'SYSTEM' });
    const cycle = rows.cycles.get(attempt.id);
    if (cycle) await tx.update(c).set({ liveAttemptId: null }).where(eq(c.id, cycle.id));
  }
}
