import { and, eq } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import { Unavailable } from '../../platform/errors.ts';
import { failPoint } from '../../platform/fail-points.ts';
import type { PaymentAttempt, Queries } from '../../schema.ts';
import type { CheckoutOutcome, ProviderDown, RejectedByConfig } from '../provider.ts';
import { settle } from '../ledger/settle.ts';

type OpeningApp = Pick<App, 'config' | 'database' | 'clock' | 'newId' | 'payments' | 'settlements' | 'log'>;

/** An order stays payable, and a checkout open, this long past the end of the provider's window. */
export const GRACE_MS = 60_000;

export interface Opening {
  requestId?: string | undefined;
  /** Runs in the transaction that stores the session. */
  alsoCommit?: ((tx: Queries, attempt: PaymentAttempt) => Promise<void>) | undefined;
}

/**
 * Asks the provider for a checkout of a committed attempt and stores its session before anybody hears of it, for the
 * browser's return carries no session id. Throws `Unavailable` when there is none; the attempt is closed then, since a
 * session that nobody knows can never charge.
 */
export async function openSession(
  app: OpeningApp,
  attempt: PaymentAttempt,
  { requestId, alsoCommit }: Opening = {},
): Promise<PaymentAttempt> {
  failPoint('start:created');
  const outcome = await app.payments.provider(attempt.provider).beginCheckout({
    attemptId: attempt.publicId,
    purpose: attempt.purpose,
    merchantCode: attempt.merchantCode,
    customerRef: attempt.customerRef,
    amounts: { total: attempt.amount, taxFree: attempt.taxFreeAmount },
    title: attempt.title,
    quantity: attempt.quantity,
    returnUrls: returnUrls(app.config.shop.publicUrl, attempt.publicId),
    ...(requestId !== undefined && { requestId }),
  });
  failPoint('start:answered');
  if (outcome.kind === 'redirect') return storeSession(app, attempt, outcome, alsoCommit);
  const refusal = refusalOf(outcome);
  await settle(app, attempt, refusal);
  throw unavailable(app, refusal);
}

const returnUrls = (publicUrl: string, attemptId: string) => ({
  approve: `${publicUrl}/api/payments/approve/${attemptId}`,
  cancel: `${publicUrl}/api/payments/cancel/${attemptId}`,
  fail: `${publicUrl}/api/payments/fail/${attemptId}`,
});

type Session = Extract<CheckoutOutcome, { kind: 'redirect' }>;

/** Nothing was asked for yet, so whatever the refusal, this attempt charged nothing. */
const refusalOf = (outcome: Exclude<CheckoutOutcome, Session>): ProviderDown | RejectedByConfig =>
  outcome.kind === 'rejected_by_config' || outcome.kind === 'provider_down'
    ? outcome
    : { kind: 'provider_down', why: 'maintenance', proof: 'answered', codes: outcome.codes };

const DEFAULT_RETRY_SECONDS = 10;

/** What the buyer is told of a refusal: to come back, and when. */
export function unavailable({ clock }: Pick<App, 'clock'>, refusal: ProviderDown | RejectedByConfig): Unavailable {
  const retryAt = refusal.kind === 'provider_down' ? refusal.retryAt : undefined;
  const seconds = retryAt ? Math.ceil((retryAt.getTime() - clock.now().getTime()) / 1_000) : DEFAULT_RETRY_SECONDS;
  return new Unavailable('PROVIDER_UNAVAILABLE', 'The payment provider cannot take this payment now; try again soon.', {
    retryAfterSeconds: Math.max(1, seconds),
  });
}

async function storeSession(
  app: OpeningApp,
  attempt: PaymentAttempt,
  session: Session,
  alsoCommit: Opening['alsoCommit'],
): Promise<PaymentAttempt> {
  const { paymentAttempts: t, orders } = app.database.tables;
  const opened = {
    ...attempt,
    providerSessionId: session.sessionId,
    checkout: session.action,
    sessionExpiresAt: session.expiresAt,
    nextCheckAt: new Date(session.expiresAt.getTime() + GRACE_MS),
  };
  const { providerSessionId, checkout, sessionExpiresAt, nextCheckAt } = opened;
  await app.database.transaction(async (tx) => {
    const own = eq(orders.id, attempt.orderId ?? '');
    const [order] = attempt.orderId === null ? [] : await tx.lock(tx.select().from(orders).where(own));
    await tx
      .update(t)
      .set({ providerSessionId, checkout, sessionExpiresAt, nextCheckAt })
      .where(and(eq(t.id, attempt.id), eq(t.state, 'CREATED')));
    if (order?.expiresAt && order.expiresAt < nextCheckAt) {
      await tx.update(orders).set({ expiresAt: nextCheckAt }).where(own);
    }
    await alsoCommit?.(tx, opened);
  });
  return opened;
}
