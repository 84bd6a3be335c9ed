import { and, asc, eq, isNull, ne, or, type SQL } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { releaseMandate, type Settlement } from '../payments/index.ts';
import type { PaymentAttempt, Transaction } from '../schema.ts';

type Needs = Pick<App, 'database' | 'clock' | 'newId'>;

/** What a new payment method does: subscriptions are charged on the new mandate from now on. */
export function newMethodSettlement(app: Needs): Settlement {
  return {
    lock: async (tx, attempt) => void (await lockConcerned(tx, app, attempt)),
    async wants(tx, attempt) {
      const { subscriptions: s } = app.database.tables;
      const [subscription] = await tx.select({ status: s.status }).from(s).where(owning(app, attempt));
      return subscription !== undefined && subscription.status !== 'CANCELLED';
    },
    async approved(tx, attempt, _approval, mandateId) {
      if (mandateId !== undefined) await moveTo(tx, app, attempt, mandateId);
      return 'booked';
    },
    declined: async () => {},
    released: async () => {},
    refunded: async () => false, // nothing was paid
  };
}

const owning = ({ database }: Needs, attempt: PaymentAttempt) =>
  eq(database.tables.subscriptions.id, attempt.subscriptionId ?? '');

/** The subscriptions that get the new method, locked in the order of their ids. */
async function lockConcerned(tx: Transaction, app: Needs, attempt: PaymentAttempt) {
  const { subscriptions: s } = app.database.tables;
  const concerned = and(or(owning(app, attempt), await siblingsOf(tx, app, attempt)), ne(s.status, 'CANCELLED'));
  return tx.lock(tx.select({ id: s.id, mandateId: s.mandateId }).from(s).where(concerned).orderBy(asc(s.id)));
}

/** Those on the same mandate; or, where it was lost with the provider's answer, all that the checkout started without. */
async function siblingsOf(tx: Transaction, app: Needs, attempt: PaymentAttempt): Promise<SQL | undefined> {
  const { subscriptions: s } = app.database.tables;
  if (attempt.mandateScope !== 'ALL_ON_MANDATE') return undefined;
  if (attempt.mandateId !== null) return eq(s.mandateId, attempt.mandateId);
  const [own] = await tx.select({ originOrderId: s.originOrderId }).from(s).where(owning(app, attempt));
  return and(eq(s.userId, attempt.userId), eq(s.originOrderId, own?.originOrderId ?? ''), isNull(s.mandateId));
}

/** Lets go of what they were charged on before, and of the new mandate too should they all have ended meanwhile. */
async function moveTo(tx: Transaction, app: Needs, attempt: PaymentAttempt, mandateId: string): Promise<void> {
  const { subscriptions: s } = app.database.tables;
  const concerned = await lockConcerned(tx, app, attempt);
  for (const { id } of concerned) {
    await tx.update(s).set({ mandateId, updatedAt: app.clock.now() }).where(eq(s.id, id));
  }
  const left = new Set([attempt.mandateId, ...concerned.map((row) => row.mandateId), mandateId]);
  for (const one of left) await releaseMandate(tx, app, one);
}
