import type { App } from '../app.ts';
import type { ChargeOutcome } from '../payments/index.ts';
import type { Claimed } from './claim.ts';

/** No byte is written later than this after the SENT commit, so that a row that is silent for 60 s stays silent. */
const LATEST_WRITE_MS = 25_000;

type ChargingApp = Pick<App, 'clock' | 'payments' | 'log'>;

/** The same moment on two clocks: the wall's may be set, the other one may sleep with the machine. */
export interface SentMark {
  wall: Date;
  monotonicMs: number;
}

export const markOf = ({ clock }: Pick<App, 'clock'>): SentMark => ({
  wall: clock.now(),
  monotonicMs: clock.monotonicMs(),
});

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
  if (isTooLate(app, sent)) return { kind: 'provider_down', why: 'too_late', proof: 'local' };

  const started = app.clock.monotonicMs();
  const outcome = await app.payments.provider(attempt.provider).chargeMandate({
    attemptId: attempt.publicId,
    mandate: { token, merchantCode, customerRef },
    amounts: { total: attempt.amount, taxFree: attempt.taxFreeAmount },
    title: attempt.title,
    quantity: attempt.quantity,
  });
  logCall(app, attempt.publicId, outcome, app.clock.monotonicMs() - started);
  return outcome;
}

function openToken({ payments, log }: ChargingApp, cipher: string): string | undefined {
  try {
    return payments.vault().open(cipher);
  } catch (err) {
    log.error({ err }, 'a mandate token cannot be decrypted');
    return undefined;
  }
}

const isTooLate = ({ clock }: ChargingApp, { wall, monotonicMs }: SentMark): boolean =>
  clock.monotonicMs() - monotonicMs > LATEST_WRITE_MS || clock.now().getTime() - wall.getTime() > LATEST_WRITE_MS;

function logCall({ log }: ChargingApp, attemptId: string, outcome: ChargeOutcome, ms: number): void {
  const codes = 'codes' in outcome ? outcome.codes : undefined;
  const fields = {
    event: 'provider_call',
    op: 'charge',
    attemptId,
    outcome: outcome.kind,
    code: codes?.code,
    ms: Math.round(ms),
  };
  if (outcome.kind === 'rejected_by_config') log.error(fields, 'the provider rejects our configuration');
  else if (outcome.kind === 'unknown' || outcome.kind === 'provider_down') log.warn(fields, 'charge not decided');
  else log.info(fields, 'charge decided');
}
