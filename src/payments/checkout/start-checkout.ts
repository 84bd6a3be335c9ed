import { and, count, eq, inArray } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import { isDuplicateKey } from '../../platform/database/index.ts';
import { Conflict, NotFound, Refused, Unavailable } from '../../platform/errors.ts';
import type { Order, PaymentAttempt, PaymentProviderName, Transaction, User } from '../../schema.ts';
import { closeAttempt, createAttempts } from '../ledger/attempts.ts';
import { GRACE_MS, openSession, unavailable, type Opening } from './open-session.ts';

type StartingApp = Pick<App, 'config' | 'database' | 'clock' | 'newId' | 'payments' | 'settlements' | 'log'>;

export interface StartCheckout {
  user: User;
  orderId: string;
  /** The configured one when left out. */
  provider?: PaymentProviderName | undefined;
  /** Close an open checkout and make a new one, instead of answering with it. */
  anew?: boolean;
  requestId?: string;
  /** Runs in the transaction that stores a new checkout. */
  alsoCommit?: Opening['alsoCommit'];
}

/** A checkout with less left than this is made anew: the buyer would not finish it. */
const LEAST_LEFT_MS = 60_000;
const PAYABLE = ['PENDING_PAYMENT', 'PAYMENT_FAILED'] as const;

/**
 * Opens a checkout at the provider for an order of the caller: attempt committed first, then the call, then its session
 * id stored before anybody is answered. Returns the open checkout when one is still good, unless a new one is asked for.
 */
export async function startCheckout(
  app: StartingApp,
  request: StartCheckout,
): Promise<{ attempt: PaymentAttempt; created: boolean }> {
  refuseWhileHalted(app);
  if (request.provider && !app.payments.offers(request.provider)) {
    throw new Refused('PROVIDER_NOT_CONFIGURED', 'This shop does not take payments through that provider.');
  }
  const prepared = await prepare(app, request);
  if (!prepared.created) return prepared;
  return { attempt: await openSession(app, prepared.attempt, request), created: true };
}

/** A database restored from an older backup must not charge before it has been compared with the provider. */
export function refuseWhileHalted({ payments }: Pick<App, 'payments'>): void {
  if (!payments.halted()) return;
  throw new Unavailable(
    'PAYMENTS_HALTED',
    'Payments are stopped until the books have been compared; try again later.',
    {
      retryAfterSeconds: 600,
    },
  );
}

/** The open checkout of the order, or a new attempt; the order's row lock and `live_key` end races between two. */
async function prepare(app: StartingApp, request: StartCheckout) {
  const { user, orderId, anew = false } = request;
  try {
    return await app.database.transaction(async (tx) => {
      const order = await lockPayableOrder(tx, app, orderId, user.id);
      const live = await findLive(tx, app, orderId);
      if (live && !anew && isGood(app, live, request, order)) return { attempt: live, created: false };
      if (live) await supersede(tx, app, live);
      await refuseUnbuyable(tx, app, orderId);
      refuseAtOpenCircuit(app, request);
      const wanted = await attemptFor(tx, app, request, order);
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

/** Nothing would be asked of the provider, so nothing is written either: a refusal costs two reads. */
function refuseAtOpenCircuit(app: StartingApp, { provider }: StartCheckout): void {
  const refusal = app.payments.provider(provider ?? app.payments.defaultProvider).checkoutRefusal();
  if (refusal) throw unavailable(app, refusal);
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

const isGood = (app: StartingApp, attempt: PaymentAttempt, request: StartCheckout, order: Order): boolean =>
  attempt.checkout !== null &&
  attempt.amount === order.payAmount &&
  attempt.provider === (request.provider ?? app.payments.defaultProvider) &&
  (attempt.sessionExpiresAt?.getTime() ?? 0) - app.clock.now().getTime() > LEAST_LEFT_MS;

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

async function attemptFor(tx: Transaction, app: StartingApp, request: StartCheckout, order: Order) {
  const { user, requestId } = request;
  const { paymentAttempts: t } = app.database.tables;
  const [before] = await tx.select({ attempts: count() }).from(t).where(eq(t.orderId, order.id));
  const attemptNumber = (before?.attempts ?? 0) + 1;
  const purpose = order.kind === 'ONE_OFF' ? ('ORDER' as const) : ('SUBSCRIPTION_START' as const);
  const provider = app.payments.provider(request.provider ?? app.payments.defaultProvider);
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
    requestId: requestId ?? null,
    // Should the process die before the provider answers: swept when no session of it could still be open.
    nextCheckAt: new Date(app.clock.now().getTime() + provider.capabilities.sessionWindowMs + GRACE_MS),
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
