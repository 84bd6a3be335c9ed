import { and, eq } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import { writeAudit, type Performer } from '../../audit.ts';
import { enqueueEvents } from '../../outbox/index.ts';
import { Conflict, NotFound, Refused } from '../../platform/errors.ts';
import { randomBase32 } from '../../platform/ids.ts';
import type { Order, PaymentAttempt, Refund, RefundReasonCode, Transaction } from '../../schema.ts';
import { lockOrder, selectRefunds } from './queries.ts';
import { amountOf, HOLDING, type Amount, type RefundAmount } from './rules.ts';

type RequestingApp = Pick<App, 'database' | 'clock' | 'newId'>;

export interface RequestRefund {
  orderId: string;
  /** Public id of an approval of the order: the one that paid when left out, else one that came twice. */
  attemptId?: string | undefined;
  amount: RefundAmount;
  reasonCode: RefundReasonCode;
  reasonText?: string | undefined;
  requestedBy: Refund['requestedBy'];
  /** Id of the user who asks. */
  actorId?: string | undefined;
  /** For the audit log, when whoever asks has no account. */
  performer?: Performer | undefined;
  /** End the subscriptions of the order once it is refunded whole. */
  cancelSubscriptions?: boolean | undefined;
  /** The caller's name for this intention: the same one again gives the same refund. */
  requestKey?: string | undefined;
  requestId?: string | undefined;
}

/**
 * Reserves money to be given back and orders it sent, in one transaction under the order's row lock: of twenty requests
 * at once no more is reserved than was paid. The money moves later, through the outbox.
 */
export async function requestRefund(app: RequestingApp, request: RequestRefund): Promise<Refund> {
  return app.database.transaction(async (tx) => {
    const order = await lockOrder(tx, app, request.orderId);
    const known = await findRequested(tx, app, request);
    if (known) return known;
    const attempt = await attemptToRefund(tx, app, order, request.attemptId);
    const refund = rowOf(app, request, attempt, await reserve(tx, app, { order, attempt, asked: request.amount }));
    await tx.insert(app.database.tables.refunds).values(refund);
    await enqueueRefund(tx, app, refund, request.requestId);
    await writeAudit(tx, app, auditOf(request, attempt, refund));
    return refund;
  });
}

const auditOf = (request: RequestRefund, attempt: PaymentAttempt, refund: Refund) => {
  const { requestedBy, actorId = null, requestId = null, performer, reasonText, reasonCode } = request;
  const { orderId, amount, status } = refund;
  return {
    by: performer ?? { type: requestedBy, id: actorId, requestId },
    action: 'refund.request',
    targetType: 'refund',
    targetId: refund.publicId,
    after: { status, orderId, attemptId: attempt.publicId, amount },
    reason: reasonText ?? reasonCode,
  };
};

async function findRequested(
  tx: Transaction,
  { database }: RequestingApp,
  { orderId, requestKey, amount }: RequestRefund,
): Promise<Refund | undefined> {
  if (requestKey === undefined) return undefined;
  const { refunds: r } = database.tables;
  const [refund] = await tx
    .select()
    .from(r)
    .where(and(eq(r.orderId, orderId), eq(r.requestKey, requestKey)));
  if (refund && amount !== 'full' && refund.amount !== amount) {
    throw new Refused('IDEMPOTENCY_KEY_REUSED', 'This key was used for another refund; take a new one.');
  }
  return refund;
}

const REFUNDABLE: readonly string[] = ['PAID', 'PARTIALLY_REFUNDED'];

/** The approval that money goes back on; it must have a reference, or the provider cannot be told which. */
async function attemptToRefund(
  tx: Transaction,
  app: RequestingApp,
  order: Order,
  publicId: string | undefined,
): Promise<PaymentAttempt> {
  const { paymentAttempts: t } = app.database.tables;
  const chosen = publicId === undefined ? eq(t.id, order.paidAttemptId ?? '') : eq(t.publicId, publicId);
  const [attempt] = await tx.select().from(t).where(chosen);
  if (publicId === undefined && !attempt) throw notRefundable(order);
  if (!attempt || !belongsTo(order, attempt)) {
    throw new NotFound('ATTEMPT_NOT_FOUND', 'There is no such payment of this order.');
  }
  if (attempt.state === 'SENT' || attempt.state === 'UNKNOWN') {
    throw new Conflict('PAYMENT_IN_PROGRESS', 'This payment is being decided; look again soon.');
  }
  const paidIt = attempt.id === order.paidAttemptId;
  if (attempt.state !== 'APPROVED' || (paidIt && !REFUNDABLE.includes(order.status))) throw notRefundable(order);
  if (attempt.providerPaymentId === null) throw withoutReference(attempt);
  return attempt;
}

const notRefundable = ({ status }: Order) =>
  new Conflict('ORDER_NOT_REFUNDABLE', 'Nothing of this order can be refunded.', { facts: { status } });

const withoutReference = ({ publicId: attemptId }: PaymentAttempt) =>
  new Conflict('PAYMENT_REFERENCE_MISSING', 'Attach the provider’s id of this payment first; it was lost.', {
    facts: { attemptId },
  });

/** A charge of a subscription knows its order only by the cycle that both are for. */
const belongsTo = (order: Order, attempt: PaymentAttempt): boolean =>
  attempt.id === order.paidAttemptId ||
  attempt.orderId === order.id ||
  (order.subscriptionId !== null && attempt.subscriptionId === order.subscriptionId && attempt.cycle === order.cycle);

interface Reservation {
  order: Order;
  attempt: PaymentAttempt;
  asked: RefundAmount;
}

/** Counts what other refunds of the attempt hold. Needs the order's row lock, which everyone who reserves takes first. */
export async function reserve(
  tx: Transaction,
  app: Pick<App, 'database'>,
  { order, attempt, asked }: Reservation,
): Promise<Amount> {
  const held = await selectRefunds(tx, app, { attemptId: attempt.id, statuses: HOLDING });
  const wanted = amountOf(attempt, held, asked);
  if (attempt.id === order.paidAttemptId || wanted.amount === attempt.amount) return wanted;
  throw new Refused('REFUND_NOT_FULL', 'A payment that came twice is given back in full.', { amount: attempt.amount });
}

function rowOf(app: RequestingApp, request: RequestRefund, attempt: PaymentAttempt, amount: Amount): Refund {
  const now = app.clock.now();
  return {
    id: app.newId(),
    publicId: `rf_${randomBase32(26)}`,
    orderId: request.orderId,
    attemptId: attempt.id,
    requestedBy: request.requestedBy,
    actorId: request.actorId ?? null,
    ...amount,
    balanceBefore: null,
    reasonCode: request.reasonCode,
    reasonText: request.reasonText ?? null,
    cancelSubscriptions: request.cancelSubscriptions ?? false,
    requestKey: request.requestKey ?? null,
    status: 'PENDING',
    attemptFence: null,
    providerRefundId: null,
    providerCode: null,
    failure: null,
    needsOperator: false,
    sentAt: null,
    wireTry: 0,
    completedAt: null,
    nextCheckAt: null,
    checkCount: 0,
    createdAt: now,
    updatedAt: now,
  };
}

/** Orders a waiting refund sent; each further sending of it is an order of its own. */
export async function enqueueRefund(
  tx: Transaction,
  app: RequestingApp,
  { id, orderId, publicId, wireTry }: Refund,
  requestId?: string | null,
): Promise<void> {
  await enqueueEvents(tx, app, [
    {
      type: 'refund.execute',
      subject: id,
      ...(wireTry > 0 && { occasion: `after-try-${wireTry}` }),
      orderingKey: orderId,
      payload: { refundId: id, publicId },
      requestId: requestId ?? null,
    },
  ]);
}
