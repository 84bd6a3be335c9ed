import { and, eq, inArray, ne } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import { enqueueEvents } from '../../outbox/index.ts';
import type { Mandate, PaymentAttempt, Transaction } from '../../schema.ts';
import type { Approved } from '../provider.ts';

type Needs = Pick<App, 'database' | 'clock' | 'newId'>;

/** Keeps the mandate an approval brought with it, its token sealed; undefined when it brought none. */
export async function storeMandate(
  tx: Transaction,
  app: Needs & Pick<App, 'payments'>,
  attempt: PaymentAttempt,
  { mandate, method, amounts, approvedAt }: Approved,
): Promise<string | undefined> {
  if (!mandate || attempt.purpose === 'RENEWAL') return undefined; // a renewal only repeats the token it was made with
  const sealed = app.payments.vault().seal(mandate.token);
  const now = app.clock.now();
  const row: Mandate = {
    id: app.newId(),
    userId: attempt.userId,
    provider: attempt.provider,
    merchantCode: mandate.merchantCode,
    tokenCipher: sealed.cipher,
    tokenHash: sealed.hash,
    customerRef: mandate.customerRef,
    methodLabel: method?.label ?? null,
    status: 'ACTIVE',
    originAttemptId: attempt.id,
    lastApprovedAt: amounts.total > 0 ? approvedAt : null,
    deactivatedAt: null,
    createdAt: now,
    updatedAt: now,
  };
  await tx.insert(app.database.tables.mandates).values(row);
  return row.id;
}

/**
 * ACTIVE → DEACTIVATING when the last subscription on a mandate has ended or moved on. Its row is locked before anybody
 * is counted: of two siblings that end at once, the one that comes second sees that the first is gone.
 */
export async function releaseMandate(tx: Transaction, app: Needs, mandateId: string | null): Promise<void> {
  if (mandateId === null) return;
  const { mandates: m, subscriptions: s } = app.database.tables;
  const [mandate] = await tx.lock(tx.select({ status: m.status }).from(m).where(eq(m.id, mandateId)));
  if (mandate?.status !== 'ACTIVE') return;
  const [left] = await tx
    .select({ id: s.id })
    .from(s)
    .where(and(eq(s.mandateId, mandateId), ne(s.status, 'CANCELLED')))
    .limit(1);
  if (left) return;
  await tx.update(m).set({ status: 'DEACTIVATING', updatedAt: app.clock.now() }).where(eq(m.id, mandateId));
  const payload = { mandateId };
  await enqueueEvents(tx, app, [{ type: 'mandate.deactivate', subject: mandateId, payload }]);
}

/** The provider says that a mandate is gone: nothing is charged on it again, and its customers are asked for a method. */
export async function revokeMandate(tx: Transaction, app: Needs, mandateId: string | null): Promise<void> {
  if (mandateId === null) return;
  const { mandates: m, subscriptions: s } = app.database.tables;
  const now = app.clock.now();
  const written = await tx
    .update(m)
    .set({ status: 'INACTIVE', deactivatedAt: now, updatedAt: now })
    .where(and(eq(m.id, mandateId), inArray(m.status, ['ACTIVE', 'DEACTIVATING'])));
  if (written.rowsAffected === 0) return;
  const left = await tx
    .select({ id: s.id, userId: s.userId })
    .from(s)
    .where(and(eq(s.mandateId, mandateId), ne(s.status, 'CANCELLED')));
  await enqueueEvents(
    tx,
    app,
    left.map(({ id, userId }) => ({
      type: 'subscription.payment_method_required' as const,
      subject: id,
      occasion: mandateId,
      payload: { subscriptionId: id, userId },
    })),
  );
}
