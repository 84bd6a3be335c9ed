import { and, count, desc, eq, inArray, or } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { closeAttempt, createAttempts, GRACE_MS, openSession, refuseWhileHalted } from '../payments/index.ts';
import { Conflict, NotFound } from '../platform/errors.ts';
import type { PaymentAttempt, PaymentProviderName, Subscription, Transaction, User } from '../schema.ts';

type StartingApp = Pick<App, 'config' | 'database' | 'clock' | 'newId' | 'payments' | 'settlements' | 'log'>;

export interface StartNewMethod {
  user: User;
  subscriptionId: string;
  /** The subscription alone, or every one that is charged on the same mandate. */
  scope: NonNullable<PaymentAttempt['mandateScope']>;
  /** The configured one when left out. */
  provider?: PaymentProviderName | undefined;
  requestId?: string | undefined;
}

/**
 * Opens a checkout of 0 won in which the customer gives a new payment method. One that was open before is closed. Its
 * return is the same as of any checkout; `newMethodSettlement` then moves the subscriptions.
 */
export async function startNewMethod(app: StartingApp, request: StartNewMethod): Promise<PaymentAttempt> {
  refuseWhileHalted(app);
  const attempt = await app.database.transaction(async (tx) => {
    const subscription = await lockSubscription(tx, app, request);
    await refuseInDoubt(tx, app, subscription);
    await supersede(tx, app, subscription);
    const wanted = await attemptFor(tx, app, request, subscription);
    const [created] = await createAttempts(tx, app, [wanted]);
    if (!created) throw new Error('Bug: one attempt was asked for and none was made.');
    return created;
  });
  return openSession(app, attempt, { requestId: request.requestId });
}

async function lockSubscription(
  tx: Transaction,
  { database }: StartingApp,
  { user, subscriptionId }: StartNewMethod,
): Promise<Subscription> {
  const { subscriptions: s } = database.tables;
  const own = and(eq(s.id, subscriptionId), eq(s.userId, user.id));
  const [subscription] = await tx.lock(tx.select().from(s).where(own));
  if (!subscription) throw new NotFound('SUBSCRIPTION_NOT_FOUND', 'There is no such subscription.');
  if (subscription.status === 'CANCELLED') {
    const facts = { status: subscription.status };
    throw new Conflict('SUBSCRIPTION_STATE', 'A cancelled subscription needs no payment method.', { facts });
  }
  return subscription;
}

/** A charge on the old mandate that may still turn out either way is waited for: it may be all that is owed. */
async function refuseInDoubt(tx: Transaction, { database }: StartingApp, { id, mandateId }: Subscription) {
  const { paymentAttempts: t } = database.tables;
  const concerned =
    mandateId === null ? eq(t.subscriptionId, id) : or(eq(t.subscriptionId, id), eq(t.mandateId, mandateId));
  const [attempt] = await tx
    .select({ id: t.id })
    .from(t)
    .where(and(concerned, inArray(t.state, ['SENT', 'UNKNOWN'])))
    .limit(1);
  if (attempt) {
    throw new Conflict('PAYMENT_IN_PROGRESS', 'A payment of this subscription is being decided; look again soon.');
  }
}

const updatesOf = ({ database }: StartingApp, { id }: Subscription) => {
  const { paymentAttempts: t } = database.tables;
  return and(eq(t.subscriptionId, id), eq(t.purpose, 'MANDATE_UPDATE'));
};

async function supersede(tx: Transaction, app: StartingApp, subscription: Subscription): Promise<void> {
  const { paymentAttempts: t } = app.database.tables;
  const open = and(updatesOf(app, subscription), eq(t.state, 'CREATED'));
  const attempts = await tx.lock(tx.select().from(t).where(open).orderBy(desc(t.id)));
  for (const attempt of attempts) await closeAttempt(tx, app, attempt, { reason: 'SUPERSEDED', actor: 'CUSTOMER' });
}

async function attemptFor(tx: Transaction, app: StartingApp, request: StartNewMethod, subscription: Subscription) {
  const { paymentAttempts: t } = app.database.tables;
  const [before] = await tx.select({ attempts: count() }).from(t).where(updatesOf(app, subscription));
  const attemptNumber = (before?.attempts ?? 0) + 1;
  const provider = app.payments.provider(request.provider ?? app.payments.defaultProvider);
  const purpose = 'MANDATE_UPDATE' as const;
  return {
    purpose,
    userId: subscription.userId,
    orderId: null,
    subscriptionId: subscription.id,
    cycle: null,
    attemptNumber,
    idempotencyKey: `mandate:${subscription.id}:${attemptNumber}`,
    liveKey: `mandate:${subscription.id}`,
    provider: provider.name,
    merchantCode: provider.merchantCodeFor(purpose),
    mandateId: subscription.mandateId,
    mandateScope: request.scope,
    customerRef: request.user.customerRef,
    amount: 0,
    taxFreeAmount: 0,
    title: subscription.itemName,
    quantity: subscription.quantity,
    runId: null,
    requestId: request.requestId ?? null,
    // Should the process die before the provider answers: swept when no session of it could still be open.
    nextCheckAt: new Date(app.clock.now().getTime() + provider.capabilities.sessionWindowMs + GRACE_MS),
  };
}
