import { and, count, eq, inArray } from 'drizzle-orm';
import type { App } from '../app.ts';
import { isDuplicateKey } from '../platform/database/index.ts';
import { Conflict, NotFound, Refused, Unavailable } from '../platform/errors.ts';
import type { Order, PaymentAttempt, Transaction, User } from '../schema.ts';
import { closeAttempt, createAttempts } from './attempts.ts';
import type { CheckoutOutcome } from './provider.ts';
import { settle } from './settle.ts';

type StartingApp = Pick<App, 'config' | 'database' | 'clock' | 'newId' | 'payments' | 'settlements' | 'log'>;

export interface StartCheckout {
  user: User;
  orderId: string;
  requestId?: string;
}

/** A checkout with less left than this is made anew: the buyer would not finish it. */
const LEAST_LEFT_MS = 60_000;
/** An order stays payable this long past the end of its last session. */
const GRACE_MS = 60_000;
const PAYABLE = ['PENDING_PAYMENT', 'PAYMENT_FAILED'] as const;

/**
 * Opens a checkout at the provider for an order of the caller: attempt committed first, then the call, then its session
 * id stored before anybody is answered. Returns the open checkout when one is still good.
 */
export async function startCheckout(
  app: StartingApp,
  { user, orderId, requestId }: StartCheckout,
): Promise<{ attempt: PaymentAttempt; created: boolean }> {
  const provider = app.payments.provider(app.payments.defaultProvider);
  const prepared = await prepare(app, { user, orderId, ...(requestId !== undefined && { requestId }) });
  if (!prepared.created) return prepared;

  const { attempt } = prepared;
  const outcome = await provider.beginCheckout({
    attemptId: attempt.publicId,
    merchantCode: attempt.merchantCode,
    customerRef: attempt.customerRef,
    amounts: { total: attempt.amount, taxFree: attempt.taxFreeAmount },
    title: attempt.title,
    quantity: attempt.quantity,
    returnUrls: returnUrls(app.config.shop.publicUrl, attempt.publicId),
  });
  return { attempt: await storeSession(app, attempt, outcome), created: true };
}

const returnUrls = (publicUrl: string, attemptId: string) => ({
  approve: `${publicUrl}/api/payments/approve/${attemptId}`,
  cancel: `${publicUrl}/api/payments/cancel/${attemptId}`,
  fail: `${publicUrl}/api/payments/fail/${attemptId}`,
});

/** The open checkout of the order, or a new attempt; the order's row lock and `live_key` end races between two. */
async function prepare(app: StartingApp, { user, orderId, requestId }: StartCheckout) {
  try {
    return await app.database.transaction(async (tx) => {
      const order = await lockPayableOrder(tx, app, orderId, user.id);
      const live = await findLive(tx, app, orderId);
      if (live && isGood(live, order, app.clock.now())) return { attempt: live, created: false };
      if (live) await supersede(tx, app, live);
      await refuseUnbuyable(tx, app, orderId);
      const wanted = await attemptFor(tx, app, { order, user, requestId: requestId ?? null });
      const [attempt] = await createAttempts(tx, app, [wanted]);
      if (!attempt) throw new Error('Bug: one attempt was asked for and none was made.');
      await reopen(tx, app, order);
      return { attempt, created: true };
    });
  } catch (error) {
    if (isDuplicateKey(error)) throw inProgress();
    throw error;
  }
}

async function lockPayableOrder(tx: Transaction, app: StartingApp, orderId: string, userId: string): Promise<Order> {
  const { orders } = app.database.tables;
  const own = and(eq(orders.id, orderId), eq(orders.userId, userId));
  const [order] = await tx.lock(tx.select().from(orders).where(own));
  if (!order) throw new NotFound('ORDER_NOT_FOUND', 'There is no such order.');
  const payable = (PAYABLE as readonly string[]).includes(order.status);
  if (!payable || (order.expiresAt && order.expiresAt <= app.clock.now())) {
    throw new Conflict('ORDER_NOT_PAYABLE', 'This order cannot be paid.', { facts: { status: order.status } });
  }
  return order;
}

async function findLive(tx: Transaction, app: StartingApp, orderId: string): Promise<PaymentAttempt | undefined> {
  const { paymentAttempts: t } = app.database.tables;
  const live = and(eq(t.orderId, orderId), inArray(t.state, ['CREATED', 'SENT', 'UNKNOWN']));
  const [attempt] = await tx.lock(tx.select().from(t).where(live));
  if (attempt && attempt.state !== 'CREATED') throw inProgress();
  return attempt;
}

const inProgress = () =>
  new Conflict('PAYMENT_IN_PROGRESS', 'A payment of this order is being decided; look again soon.');

const isGood = (attempt: PaymentAttempt, order: Order, now: Date): boolean =>
  attempt.checkout !== null &&
  attempt.amount === order.payAmount &&
  (attempt.sessionExpiresAt?.getTime() ?? 0) - now.getTime() > LEAST_LEFT_MS;

async function supersede(tx: Transaction, app: StartingApp, attempt: PaymentAttempt): Promise<void> {
  await closeAttempt(tx, app, attempt, { reason: 'SUPERSEDED', actor: 'CUSTOMER' });
}

async function refuseUnbuyable(tx: Transaction, app: StartingApp, orderId: string): Promise<void> {
  const { orderLines, items } = app.database.tables;
  const statuses = await tx
    .select({ status: items.status })
    .from(orderLines)
    .innerJoin(items, eq(items.id, orderLines.itemId))
    .where(eq(orderLines.orderId, orderId));
  if (statuses.some(({ status }) => status !== 'ON_SALE')) {
    throw new Refused('ITEM_NOT_PURCHASABLE', 'An item of this order can no longer be bought.');
  }
}

interface AttemptOf {
  order: Order;
  user: User;
  requestId: string | null;
}

async function attemptFor(tx: Transaction, app: StartingApp, { order, user, requestId }: AttemptOf) {
  const { paymentAttempts: t } = app.database.tables;
  const [before] = await tx.select({ attempts: count() }).from(t).where(eq(t.orderId, order.id));
  const attemptNumber = (before?.attempts ?? 0) + 1;
  const purpose = order.kind === 'ONE_OFF' ? ('ORDER' as const) : ('SUBSCRIPTION_START' as const);
  const provider = app.payments.provider(app.payments.defaultProvider);
  return {
    purpose,
    userId: user.id,
    orderId: order.id,
    subscriptionId: null,
    cycle: null,
    attemptNumber,
    idempotencyKey: `order:${order.id}:${purpose}:${attemptNumber}`,
    liveKey: `order:${order.id}`,
    provider: provider.name,
    merchantCode: provider.merchantCodeFor(purpose),
    mandateId: null,
    customerRef: user.customerRef,
    amount: order.payAmount,
    taxFreeAmount: order.taxFreeAmount,
    title: order.title,
    quantity: order.totalItemCount,
    runId: null,
    requestId,
  };
}

/** A failed order that is paid again waits for payment again. */
async function reopen(tx: Transaction, app: StartingApp, order: Order): Promise<void> {
  const { orders } = app.database.tables;
  await tx
    .update(orders)
    .set({ status: 'PENDING_PAYMENT', updatedAt: app.clock.now() })
    .where(and(eq(orders.id, order.id), inArray(orders.status, [...PAYABLE])));
}

/** Stores the session before anybody hears of it, for the browser's return carries no session id. */
async function storeSession(
  app: StartingApp,
  attempt: PaymentAttempt,
  outcome: CheckoutOutcome,
): Promise<PaymentAttempt> {
  if (outcome.kind !== 'redirect') {
    // Nothing was asked for yet, so whatever the refusal, this attempt charged nothing.
    const closed =
      outcome.kind === 'rejected_by_config'
        ? outcome
        : ({ kind: 'provider_down', why: 'maintenance', proof: 'answered' } as const);
    await settle(app, attempt, closed);
    app.log.warn({ attemptId: attempt.publicId, outcome }, 'the provider opened no checkout');
    throw new Unavailable(
      'PROVIDER_UNAVAILABLE',
      'The payment provider cannot take this payment now; try again soon.',
      {
        retryAfterSeconds: 10,
      },
    );
  }
  const { paymentAttempts: t, orders } = app.database.tables;
  const session = {
    providerSessionId: outcome.sessionId,
    checkout: outcome.action,
    sessionExpiresAt: outcome.expiresAt,
    nextCheckAt: new Date(outcome.expiresAt.getTime() + GRACE_MS),
  };
  await app.database.transaction(async (tx) => {
    const [order] = await tx.lock(
      tx
        .select()
        .from(orders)
        .where(eq(orders.id, attempt.orderId ?? '')),
    );
    await tx
      .update(t)
      .set(session)
      .where(and(eq(t.id, attempt.id), eq(t.state, 'CREATED')));
    if (order?.expiresAt && order.expiresAt < session.nextCheckAt) {
      await tx.update(orders).set({ expiresAt: session.nextCheckAt }).where(eq(orders.id, order.id));
    }
  });
  return { ...attempt, ...session };
}
