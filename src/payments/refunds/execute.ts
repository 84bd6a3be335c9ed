import { and, asc, eq, inArray } from '../../platform/database/sql.ts';
import { Postpone } from '../../outbox/index.ts';
import { failPoint } from '../../platform/fail-points.ts';
import type { OutboxEvent, PaymentAttempt, Refund, Transaction } from '../../schema.ts';
import { SILENT_AFTER_MS } from '../ledger/check-schedule.ts';
import type { PaymentProvider, RefundOutcome } from '../provider.ts';
import { markNow, mayWriteSince, type SentMark } from '../ledger/sent-mark.ts';
import { attemptOf, lockOrder, selectRefunds } from './queries.ts';
import { count, settleRefund, trace, type RefundingApp } from './settle.ts';

/** How soon a refund that may not be sent yet is looked at again. */
const AGAIN_AFTER_MS = 60_000;

/**
 * Carries out `refund.execute`: marks the oldest waiting refund of the order SENT, asks the provider, and books the
 * answer. An event may find that an older refund waits; that one goes first, and the event comes again for its own.
 */
export async function executeRefund(app: RefundingApp, event: OutboxEvent): Promise<void> {
  const wanted = await findWaiting(app, event);
  if (!wanted) return;
  if (app.payments.halted()) throw later(app, 'Nothing is sent until the books have been compared.');
  const mark = markNow(app);
  failPoint('refund:before-sent');
  const sent = await app.database.transaction((tx) => markSent(tx, app, wanted));
  if (!sent) throw later(app, 'Another refund of the order is on its way.');
  count(app, sent.attempt, 'SENT');
  failPoint('refund:sent');
  const outcome = await send(app, sent, { mark, requestId: event.requestId });
  failPoint('refund:answered');
  await settleRefund(app, sent.refund, outcome);
  failPoint('refund:settled');
  if (outcome.kind === 'provider_down') throw later(app, `The provider is away: ${outcome.why}.`, outcome.retryAt);
  if (sent.refund.id !== wanted.id) throw later(app, 'An older refund of the order went first.', app.clock.now());
}

const later = ({ clock }: RefundingApp, why: string, until?: Date): Postpone =>
  new Postpone(until ?? new Date(clock.now().getTime() + AGAIN_AFTER_MS), why);

/** Undefined once its fate is sealed or looked for. While it is SENT, the call may still end as one that never began. */
async function findWaiting(app: RefundingApp, { payload }: OutboxEvent): Promise<Refund | undefined> {
  const { refunds: r } = app.database.tables;
  const [refund] = await app.database
    .select()
    .from(r)
    .where(eq(r.id, String(payload['refundId'])));
  if (!refund) throw new Error(`Bug: there is no refund ${String(payload['refundId'])}.`);
  if (refund.status === 'SENT') throw later(app, 'Its answer is waited for.');
  return refund.status === 'PENDING' ? refund : undefined;
}

interface Sent {
  provider: PaymentProvider;
  attempt: PaymentAttempt;
  refund: Refund;
  balanceBefore: number;
}

/**
 * PENDING → SENT, the commit before the first byte. One at a time per order, oldest first, under the order's row lock;
 * the fence is a unique key, should two meet all the same. Undefined while another is SENT or UNKNOWN.
 */
async function markSent(tx: Transaction, app: RefundingApp, { orderId }: Refund): Promise<Sent | undefined> {
  await lockOrder(tx, app, orderId);
  const refund = await nextOf(tx, app, orderId);
  if (!refund) return undefined;
  const attempt = await attemptOf(tx, app, refund.attemptId);
  // Opened before anything is written: a provider that is not configured must leave nothing in doubt.
  const provider = app.payments.provider(attempt.provider);
  const columns = await sentColumns(tx, app, refund, attempt);
  const { refunds: r } = app.database.tables;
  await tx
    .update(r)
    .set({ ...columns, status: 'SENT', updatedAt: columns.sentAt })
    .where(and(eq(r.id, refund.id), eq(r.status, 'PENDING')));
  await trace(tx, app, { refund, step: { to: 'SENT', columns } });
  const { balanceBefore } = columns;
  return { provider, attempt, refund: { ...refund, ...columns, status: 'SENT' }, balanceBefore };
}

async function nextOf(tx: Transaction, app: RefundingApp, orderId: string): Promise<Refund | undefined> {
  const { refunds: r } = app.database.tables;
  const open = and(eq(r.orderId, orderId), inArray(r.status, ['PENDING', 'SENT', 'UNKNOWN']));
  const refunds = await tx.lock(tx.select().from(r).where(open).orderBy(asc(r.id)));
  return refunds.every(({ status }) => status === 'PENDING') ? refunds[0] : undefined;
}

async function sentColumns(tx: Transaction, app: RefundingApp, refund: Refund, attempt: PaymentAttempt) {
  const sentAt = app.clock.now();
  return {
    // A refund that is sent again expects what it expected before, so that the provider refuses what it did meanwhile.
    balanceBefore: refund.balanceBefore ?? (await balanceOf(tx, app, attempt)),
    attemptFence: attempt.id,
    wireTry: refund.wireTry + 1,
    checkCount: 0,
    sentAt,
    nextCheckAt: new Date(sentAt.getTime() + SILENT_AFTER_MS),
  };
}

/** What the provider still holds of the payment, as our books know it. */
async function balanceOf(tx: Transaction, app: RefundingApp, attempt: PaymentAttempt): Promise<number> {
  const back = await selectRefunds(tx, app, { attemptId: attempt.id, statuses: ['SUCCEEDED'] });
  return back.reduce((balance, { amount }) => balance - amount, attempt.amount);
}

interface Call {
  mark: SentMark;
  requestId: string | null;
}

/** One call to the provider, outside any transaction. Returns an outcome whatever happens. */
function send(
  app: RefundingApp,
  { provider, attempt, refund, balanceBefore }: Sent,
  { mark, requestId }: Call,
): Promise<RefundOutcome> {
  if (attempt.providerPaymentId === null) throw new Error(`Bug: refund ${refund.publicId} has nothing to refer to.`);
  return provider.refund({
    refundId: refund.publicId,
    attemptId: attempt.publicId,
    providerPaymentId: attempt.providerPaymentId,
    merchantCode: attempt.merchantCode,
    amounts: { total: refund.amount, taxFree: refund.taxFreeAmount },
    balanceBefore,
    reason: refund.reasonCode,
    mayWrite: mayWriteSince(app, mark),
    ...(requestId !== null && { requestId }),
  });
}
