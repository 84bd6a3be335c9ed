import type { App } from '../app.ts';
import { mayWriteSince, orderRefOf, type ChargeOutcome, type SentMark } from '../payments/index.ts';
import type { Claimed } from './claim.ts';

type ChargingApp = Pick<App, 'clock' | 'payments' | 'log'>;

/** One call to the provider, outside any transaction. Returns an outcome whatever happens. */
export async function chargeAttempt(
  app: ChargingApp,
  { attempt, mandate }: Claimed,
  sent: SentMark,
): Promise<ChargeOutcome> {
  const token = openToken(app, mandate.tokenCipher);
  if (token === undefined) {
    const codes = { code: 'TOKEN_UNREADABLE', message: 'the mandate was encrypted with another payments.tokenKey' };
    return { kind: 'rejected_by_config', what: 'credentials', scope: 'item', codes };
  }
  const { customerRef, merchantCode } = mandate;
  return app.payments.provider(attempt.provider).chargeMandate({
    attemptId: attempt.publicId,
    orderRef: orderRefOf(attempt),
    idempotencyKey: attempt.idempotencyKey,
    mandate: { token, merchantCode, customerRef },
    amounts: { total: attempt.amount, taxFree: attempt.taxFreeAmount },
    title: attempt.title,
    quantity: attempt.quantity,
    mayWrite: mayWriteSince(app, sent),
  });
}

function openToken({ payments, log }: ChargingApp, cipher: string): string | undefined {
  try {
    return payments.vault().open(cipher);
  } catch (err) {
    log.error({ err }, 'a mandate token cannot be decrypted');
    return undefined;
  }
}
