import { and, eq, inArray, or, sql } from 'drizzle-orm';
import type { App } from '../app.ts';
import { closeAttempt, recordEvents, SILENT_AFTER_MS } from '../payments/index.ts';
import { failPoint } from '../platform/fail-points.ts';
import type { Mandate, PaymentAttempt, Transaction } from '../schema.ts';
import { holdsLease, type Runner } from './runner.ts';
import { readBaselines } from './witness.ts';

type ClaimingApp = Pick<App, 'config' | 'database' | 'clock' | 'newId' | 'payments' | 'version'>;

/** An attempt that this process has marked SENT: it, and nobody else, makes the call. */
export interface Claimed {
  attempt: PaymentAttempt;
  mandate: Mandate;
}

export interface Claim {
  claimed: Claimed[];
  /** Another attempt on the same mandate or customer is SENT or UNKNOWN: left for a later run. */
  fenced: number;
  /** Nothing may be charged any more (cancelled, changed, paid): closed without a call. */
  closed: number;
  /** This runner was declared lost: it takes nothing more. */
  lost: boolean;
}

const NOTHING: Claim = { claimed: [], fenced: 0, closed: 0, lost: false };

/** What the provider sees as one customer; it takes one charge of a customer at a time. */
export const customerFence = ({ provider, customerRef }: PaymentAttempt): string => `${provider}:${customerRef}`;

/**
 * CREATED → SENT for as many attempts as can be called at once, in one short transaction: the commit before the first
 * byte. From here on a crash means "unknown", never "again". Locks subscriptions, cycles, attempts, in this order.
 */
export async function claimAttempts(
  app: ClaimingApp,
  runner: Runner,
  wanted: readonly PaymentAttempt[],
): Promise<Claim> {
  const baselines = await readBaselines(app, wanted);
  failPoint('charge:before-sent');
  const claim = await app.database.transaction(async (tx) => {
    if (!(await holdsLease(tx, app, runner))) return { ...NOTHING, lost: true };
    const chargeable = await lockChargeable(tx, app, wanted);
    const fences = await readFences(tx, app, wanted);
    const free = chargeable.filter(
      ({ attempt }) => !fences.has(attempt.mandateId ?? '') && !fences.has(customerFence(attempt)),
    );
    await markSent(tx, app, runner, free);
    await noteBaselines(tx, app, free, baselines);
    return {
      claimed: free,
      fenced: chargeable.length - free.length,
      closed: wanted.length - chargeable.length,
      lost: false,
    };
  });
  const newest = claim.claimed.at(-1)?.attempt;
  if (newest) app.payments.watermark.note(newest);
  failPoint('charge:sent');
  return claim;
}

/** In the commit before the call, so that a lost answer can be compared with what was before it. */
async function noteBaselines(
  tx: Transaction,
  { database }: ClaimingApp,
  free: readonly Claimed[],
  baselines: ReadonlyMap<string, Date>,
): Promise<void> {
  const { paymentAttempts: t } = database.tables;
  for (const { attempt } of free) {
    const witnessBaseline = baselines.get(attempt.id);
    if (witnessBaseline) await tx.update(t).set({ witnessBaseline }).where(eq(t.id, attempt.id));
  }
}

/** Re-reads under lock what must hold for a charge; an attempt for which it no longer does is closed. */
async function lockChargeable(
  tx: Transaction,
  app: ClaimingApp,
  wanted: readonly PaymentAttempt[],
): Promise<Claimed[]> {
  const { subscriptions: s, billingCycles: c, paymentAttempts: t, mandates: m } = app.database.tables;
  const subscriptionIds = wanted.map(({ subscriptionId }) => subscriptionId ?? '').toSorted();
  const ids = wanted.map(({ id }) => id).toSorted();
  const subscriptions = await tx.lock(tx.select().from(s).where(inArray(s.id, subscriptionIds)).orderBy(s.id));
  const cycles = await tx.lock(tx.select().from(c).where(inArray(c.liveAttemptId, ids)).orderBy(c.id));
  const attempts = await tx.lock(
    tx
      .select()
      .from(t)
      .where(and(inArray(t.id, ids), eq(t.state, 'CREATED')))
      .orderBy(t.id),
  );
  const mandates = await tx
    .select()
    .from(m)
    .where(
      inArray(
        m.id,
        wanted.map(({ mandateId }) => mandateId ?? ''),
      ),
    );

  const claimed: Claimed[] = [];
  for (const attempt of attempts) {
    const subscription = subscriptions.find(({ id }) => id === attempt.subscriptionId);
    const cycle = cycles.find(({ liveAttemptId }) => liveAttemptId === attempt.id);
    const mandate = mandates.find(({ id }) => id === attempt.mandateId);
    const chargeable =
      (subscription?.status === 'ACTIVE' || subscription?.status === 'PAST_DUE') &&
      subscription.mandateId === attempt.mandateId &&
      cycle?.status === 'OPEN' &&
      cycle.amount === attempt.amount &&
      mandate?.status === 'ACTIVE';
    if (chargeable) claimed.push({ attempt, mandate });
    else await release(tx, app, attempt);
  }
  return claimed;
}

async function release(tx: Transaction, app: ClaimingApp, attempt: PaymentAttempt): Promise<void> {
  const { billingCycles: c } = app.database.tables;
  await closeAttempt(tx, app, attempt, { reason: 'ORDER_CLOSED', actor: 'SYSTEM' });
  await tx.update(c).set({ liveAttemptId: null }).where(eq(c.liveAttemptId, attempt.id));
}

async function readFences(tx: Transaction, app: ClaimingApp, wanted: readonly PaymentAttempt[]): Promise<Set<string>> {
  const { paymentAttempts: t } = app.database.tables;
  const rows = await tx
    .select({ mandate: t.mandateFence, customer: t.customerFence })
    .from(t)
    .where(
      or(
        inArray(
          t.mandateFence,
          wanted.map(({ mandateId }) => mandateId ?? ''),
        ),
        inArray(t.customerFence, wanted.map(customerFence)),
      ),
    );
  return new Set(rows.flatMap(({ mandate, customer }) => [mandate ?? '', customer ?? '']).filter(Boolean));
}

/** The fences are unique keys: should two claims meet after all, one of them fails here, before any call. */
async function markSent(tx: Transaction, app: ClaimingApp, runner: Runner, free: readonly Claimed[]): Promise<void> {
  if (free.length === 0) return;
  const { paymentAttempts: t, billingCycles: c } = app.database.tables;
  const now = app.clock.now();
  const ids = free.map(({ attempt }) => attempt.id);
  const written = await tx
    .update(t)
    .set({
      state: 'SENT',
      sentAt: now,
      sentBy: runner.id,
      wireTry: 1,
      mandateFence: sql`${t.mandateId}`,
      customerFence: sql`concat(${t.provider}, ':', ${t.customerRef})`,
      nextCheckAt: new Date(now.getTime() + SILENT_AFTER_MS),
      updatedAt: now,
    })
    .where(and(inArray(t.id, ids), eq(t.state, 'CREATED')));
  if (written.rowsAffected !== free.length) throw new Error('Bug: an attempt left CREATED while it was locked.');
  for (const { attempt } of free) Object.assign(attempt, { state: 'SENT', sentAt: now, sentBy: runner.id });
  const change = { from: 'CREATED', to: 'SENT', actor: 'SYSTEM', data: { runner: runner.id } } as const;
  await recordEvents(
    tx,
    app,
    ids.map((attemptId) => ({ ...change, attemptId })),
  );
  await tx
    .update(c)
    .set({ firstTryOn: sql`coalesce(${c.firstTryOn}, ${runner.date})` })
    .where(inArray(c.liveAttemptId, ids));
}
