import { setTimeout as sleep } from 'node:timers/promises';
import { and, eq } from 'drizzle-orm';
import type { App } from '../app.ts';
import type { AttemptState, Order, PaymentAttempt } from '../schema.ts';
import { closeAttempt, getAttempt } from './attempts.ts';
import { recordEvent, settle } from './settle.ts';

type CompletingApp = Pick<App, 'database' | 'clock' | 'newId' | 'payments' | 'settlements' | 'log'>;

export interface ApproveReturn {
  attemptId: string;
  /** The browser's query as it came; it is neither stored nor logged. */
  query: Readonly<Record<string, string>>;
}

export interface CheckoutResult {
  attempt: PaymentAttempt;
  orderNumber: string | undefined;
}

/** A row that is SENT this long without an answer counts as silent; a call ends well before. */
export const SILENT_AFTER_MS = 60_000;
/** How long a second return waits for the first one's answer. */
const LOSER_WAITS_MS = 3_000;
const LOSER_LOOKS_EVERY_MS = 100;

/**
 * The buyer came back. CREATED → SENT has one winner, who asks the provider and settles; everybody else is told how
 * things stand. Works in any process and after a restart, and acts at most once.
 */
export async function completeCheckout(
  app: CompletingApp,
  { attemptId, query }: ApproveReturn,
): Promise<CheckoutResult> {
  const attempt = await getAttempt(app, attemptId);
  const isOpen = attempt.state === 'CREATED' && attempt.providerSessionId !== null;
  if (isOpen && (await markSent(app, attempt))) await approve(app, attempt, query);
  else await waitForAnswer(app, attemptId);
  return report(app, attemptId);
}

/** Locks the order, checks that it still wants this payment, and commits SENT: the commit before the first byte. */
async function markSent(app: CompletingApp, attempt: PaymentAttempt): Promise<boolean> {
  const { paymentAttempts: t, orders } = app.database.tables;
  return app.database.transaction(async (tx) => {
    const [order] = await tx.lock(
      tx
        .select()
        .from(orders)
        .where(eq(orders.id, attempt.orderId ?? '')),
    );
    if (!order || !isPayable(order, attempt)) {
      await closeAttempt(tx, app, attempt, { reason: 'ORDER_CLOSED', actor: 'SYSTEM' });
      return false;
    }
    const now = app.clock.now();
    const sent = {
      state: 'SENT' as const,
      sentAt: now,
      nextCheckAt: new Date(now.getTime() + SILENT_AFTER_MS),
      updatedAt: now,
    };
    const written = await tx
      .update(t)
      .set(sent)
      .where(and(eq(t.id, attempt.id), eq(t.state, 'CREATED')));
    if (written.rowsAffected === 0) return false;
    await recordEvent(tx, app, { attemptId: attempt.id, from: 'CREATED', to: 'SENT', actor: 'CUSTOMER' });
    return true;
  });
}

const isPayable = (order: Order, attempt: PaymentAttempt): boolean =>
  (order.status === 'PENDING_PAYMENT' || order.status === 'PAYMENT_FAILED') && order.payAmount === attempt.amount;

async function approve(app: CompletingApp, attempt: PaymentAttempt, query: ApproveReturn['query']): Promise<void> {
  const started = app.clock.monotonicMs();
  const outcome = await app.payments.provider(attempt.provider).completeCheckout({
    attemptId: attempt.publicId,
    merchantCode: attempt.merchantCode,
    customerRef: attempt.customerRef,
    sessionId: attempt.providerSessionId ?? '',
    amounts: { total: attempt.amount, taxFree: attempt.taxFreeAmount },
    query,
  });
  const ms = Math.round(app.clock.monotonicMs() - started);
  app.log.info(
    { event: 'provider_call', op: 'approve', attemptId: attempt.publicId, outcome: outcome.kind, ms },
    'checkout completed',
  );
  await settle(app, attempt, outcome);
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
  const [order] = await app.database
    .select({ number: orders.number })
    .from(orders)
    .where(eq(orders.id, attempt.orderId ?? ''));
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
