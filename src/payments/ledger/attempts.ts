import { eq, inArray, and } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import { NotFound } from '../../platform/errors.ts';
import { randomBase32 } from '../../platform/ids.ts';
import type { Actor, AttemptState, CloseReason, PaymentAttempt, Transaction } from '../../schema.ts';
import { recordEvent, recordEvents } from './history.ts';

/** The columns that tell one new attempt from another; the rest begins empty. */
export type NewAttempt = Pick<
  PaymentAttempt,
  | 'purpose'
  | 'userId'
  | 'orderId'
  | 'subscriptionId'
  | 'cycle'
  | 'attemptNumber'
  | 'idempotencyKey'
  | 'liveKey'
  | 'provider'
  | 'merchantCode'
  | 'mandateId'
  | 'customerRef'
  | 'amount'
  | 'taxFreeAmount'
  | 'title'
  | 'quantity'
  | 'runId'
> &
  Partial<Pick<PaymentAttempt, 'id' | 'requestId' | 'nextCheckAt' | 'mandateScope'>>;

/**
 * Writes attempts in state CREATED, each with its first event. A duplicate key here means that a live attempt, or this
 * very attempt number, exists already.
 */
export async function createAttempts(
  tx: Transaction,
  app: Pick<App, 'database' | 'clock' | 'newId'>,
  attempts: readonly NewAttempt[],
): Promise<PaymentAttempt[]> {
  if (attempts.length === 0) return [];
  const now = app.clock.now();
  const rows = attempts.map((attempt): PaymentAttempt => {
    const publicId = `pa_${randomBase32(26)}`;
    const times = { createdAt: now, updatedAt: now };
    return { ...UNTOUCHED, id: app.newId(), publicId, orderRef: publicId, ...times, ...attempt };
  });
  await tx.insert(app.database.tables.paymentAttempts).values(rows);
  const changes = rows.map(({ id, purpose }) => {
    const actor = purpose === 'RENEWAL' ? ('SYSTEM' as const) : ('CUSTOMER' as const);
    return { attemptId: id, from: null, to: 'CREATED' as const, actor };
  });
  await recordEvents(tx, app, changes);
  return rows;
}

/** What every attempt is before anything has happened to it. */
export const UNTOUCHED = {
  state: 'CREATED',
  mandateFence: null,
  customerFence: null,
  outcome: null,
  reasonGroup: null,
  closeReason: null,
  providerCode: null,
  providerMessage: null,
  providerSessionId: null,
  providerPaymentId: null,
  providerApprovalId: null,
  methodLabel: null,
  checkout: null,
  sessionExpiresAt: null,
  sentAt: null,
  sentBy: null,
  wireTry: 0,
  witnessBaseline: null,
  approvedAt: null,
  resolvedAt: null,
  needsOperator: false,
  operatorReason: null,
  mandateScope: null,
  proposal: null,
  nextCheckAt: null,
  checkCount: 0,
  requestId: null,
} as const satisfies Partial<PaymentAttempt>;

/** An attempt by the id that providers and customers see. */
export async function getAttempt({ database }: Pick<App, 'database'>, publicId: string): Promise<PaymentAttempt> {
  const { paymentAttempts } = database.tables;
  const [attempt] = await database.select().from(paymentAttempts).where(eq(paymentAttempts.publicId, publicId));
  if (!attempt) throw new NotFound('ATTEMPT_NOT_FOUND', 'There is no such payment.');
  return attempt;
}

/** What the provider sees of an attempt: its public id, unless it inherited its predecessor's. */
export const orderRefOf = ({ orderRef, publicId }: PaymentAttempt): string => orderRef ?? publicId;

export interface Closing {
  reason: CloseReason;
  actor: Actor;
  /** States it may leave; a checkout that nobody completed is CREATED. */
  from?: AttemptState[];
}

/** Closes an attempt that certainly moved no money; `false` when it had moved on already. */
export async function closeAttempt(
  tx: Transaction,
  app: Pick<App, 'database' | 'clock' | 'newId'>,
  attempt: PaymentAttempt,
  { reason, actor, from = ['CREATED'] }: Closing,
): Promise<boolean> {
  const { paymentAttempts: t } = app.database.tables;
  const free = { liveKey: null, mandateFence: null, customerFence: null, nextCheckAt: null };
  const written = await tx
    .update(t)
    .set({ ...free, state: 'NOT_CHARGED', closeReason: reason, updatedAt: app.clock.now() })
    .where(and(eq(t.id, attempt.id), inArray(t.state, from)));
  if (written.rowsAffected === 0) return false;
  await recordEvent(tx, app, { attemptId: attempt.id, from: attempt.state, to: 'NOT_CHARGED', actor, note: reason });
  return true;
}
