import { setTimeout as sleep } from 'node:timers/promises';
import { and, eq } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import { failPoint } from '../../platform/fail-points.ts';
import type { AttemptState, PaymentAttempt } from '../../schema.ts';
import { closeAttempt, getAttempt } from '../ledger/attempts.ts';
import { SILENT_AFTER_MS } from '../ledger/check-schedule.ts';
import { recordEvent } from '../ledger/history.ts';
import { markNow, mayWriteSince, type SentMark } from '../ledger/sent-mark.ts';
import { settlePatiently } from '../ledger/settle-patiently.ts';

type CompletingApp = Pick<
  App,
  'config' | 'database' | 'clock' | 'newId' | 'payments' | 'settlements' | 'log' | 'processId'
>;

export interface ApproveReturn {
  attemptId: string;
  /** The browser's query as it came; it is neither stored nor logged. */
  query: Readonly<Record<string, string>>;
  requestId?: string;
}

export interface CheckoutResult {
  attempt: PaymentAttempt;
  orderNumber: string | undefined;
}

/** How long a second return waits for the first one's answer. */
const LOSER_WAITS_MS = 3_000;
const LOSER_LOOKS_EVERY_MS = 100;

/**
 * The buyer came back. CREATED → SENT has one winner, who asks the provider and settles; everybody else is told how
 * things stand. Works in any process and after a restart, and acts at most once. Nobody waits longer than
 * `payments.answerWithinMs`: the call goes on behind an answer of "pending" and is booked when it ends.
 */
export async function completeCheckout(
  app: CompletingApp,
  { attemptId, query, requestId }: ApproveReturn,
): Promise<CheckoutResult> {
  const attempt = await getAttempt(app, attemptId);
  const isOpen = attempt.state === 'CREATED' && attempt.providerSessionId !== null;
  const mark = markNow(app);
  if (isOpen && !app.payments.halted() && (await markSent(app, attempt))) {
    const call = app.payments.inBackground(approve(app, attempt, mark, { query, requestId }));
    await withoutHurry(call, app.config.payments.answerWithinMs);
  } else await waitForAnswer(app, attemptId);
  return report(app, attemptId);
}

/** Locks what is paid for, checks that it still wants this payment, and commits SENT: the commit before the first byte. */
async function markSent(app: CompletingApp, attempt: PaymentAttempt): Promise<boolean> {
  const { paymentAttempts: t } = app.database.tables;
  const settlement = app.settlements[attempt.purpose];
  failPoint('approve:before-sent');
  const sent = await app.database.transaction(async (tx) => {
    await settlement.lock(tx, attempt);
    if (!(await settlement.wants(tx, attempt))) {
      await closeAttempt(tx, app, attempt, { reason: 'ORDER_CLOSED', actor: 'SYSTEM' });
      return undefined;
    }
    const sentAt = app.clock.now();
    const written = await tx
      .update(t)
      .set({
        state: 'SENT',
        sentAt,
        sentBy: app.processId,
        wireTry: 1,
        nextCheckAt: new Date(sentAt.getTime() + SILENT_AFTER_MS),
        updatedAt: sentAt,
      })
      .where(and(eq(t.id, attempt.id), eq(t.state, 'CREATED')));
    if (written.rowsAffected === 0) return undefined;
    await recordEvent(tx, app, { attemptId: attempt.id, from: 'CREATED', to: 'SENT', actor: 'CUSTOMER' });
    return { id: attempt.id, sentAt };
  });
  if (sent) app.payments.watermark.note(sent);
  failPoint('approve:sent');
  return sent !== undefined;
}

async function approve(
  app: CompletingApp,
  attempt: PaymentAttempt,
  mark: SentMark,
  { query, requestId }: { query: ApproveReturn['query']; requestId: string | undefined },
): Promise<void> {
  const outcome = await app.payments.provider(attempt.provider).completeCheckout({
    attemptId: attempt.publicId,
    purpose: attempt.purpose,
    merchantCode: attempt.merchantCode,
    customerRef: attempt.customerRef,
    sessionId: attempt.providerSessionId ?? '',
    amounts: { total: attempt.amount, taxFree: attempt.taxFreeAmount },
    query,
    mayWrite: mayWriteSince(app, mark),
    ...(requestId !== undefined && { requestId }),
  });
  failPoint('approve:answered');
  await settlePatiently(app, attempt, outcome);
  failPoint('approve:settled');
}

/** Waits for the work, but not longer than this; the work goes on. */
async function withoutHurry(work: Promise<void>, longestMs: number): Promise<void> {
  const enough = new AbortController();
  const patience = sleep(longestMs, undefined, { signal: enough.signal }).catch(() => undefined);
  await Promise.race([work, patience]).finally(() => enough.abort());
}

async function waitForAnswer(app: CompletingApp, attemptId: string): Promise<void> {
  const until = app.clock.monotonicMs() + LOSER_WAITS_MS;
  while ((await getAttempt(app, attemptId)).state === 'SENT' && app.clock.monotonicMs() < until) {
    await sleep(LOSER_LOOKS_EVERY_MS);
  }
}

async function report(app: CompletingApp, attemptId: string): Promise<CheckoutResult> {
  const { orders } = app.database.tables;
  const attempt = await getAttempt(app, attemptId);
  if (attempt.orderId === null) return { attempt, orderNumber: undefined };
  const [order] = await app.database
    .select({ number: orders.number })
    .from(orders)
    .where(eq(orders.id, attempt.orderId));
  return { attempt, orderNumber: order?.number };
}

/** The buyer left (`cancel`) or was refused (`fail`). It proves nothing about money, so only an unsent attempt closes. */
export async function abandonCheckout(
  app: CompletingApp,
  attemptId: string,
  reason: 'USER_CANCELLED' | 'PROVIDER_REFUSED',
): Promise<CheckoutResult> {
  const attempt = await getAttempt(app, attemptId);
  await app.database.transaction((tx) => closeAttempt(tx, app, attempt, { reason, actor: 'CUSTOMER' }));
  return report(app, attemptId);
}

/** What a returning buyer is told. */
export const RESULTS: Record<AttemptState, 'approved' | 'declined' | 'pending' | 'closed'> = {
  APPROVED: 'approved',
  DECLINED: 'declined',
  CREATED: 'pending',
  SENT: 'pending',
  UNKNOWN: 'pending',
  NOT_CHARGED: 'closed',
};
