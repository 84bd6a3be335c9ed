import { and, eq } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { mayWriteSince, orderRefOf, type ChargeOutcome } from '../payments/index.ts';
import type { Claim } from './claim.ts';
import type { Halt } from './halt.ts';
import { pause } from '../platform/waiting.ts';
import type { Performance } from './performance.ts';
import type { Permits } from './permits.ts';

type ChargingApp = Pick<App, 'config' | 'database' | 'clock' | 'payments' | 'log'>;
export type Sent = Extract<Claim, { kind: 'sent' }>;

/** Further tries of one cycle in one run; waits begin with `billing.repeatAfterMs` and double. */
export const MOST_REPEATS = 3;
const LONGEST_WAIT_MS = 300_000;

export const repeatDelayMs = ({ config }: Pick<App, 'config'>, repeats: number): number =>
  Math.min(config.billing.repeatAfterMs * 2 ** repeats, LONGEST_WAIT_MS);

export interface Line {
  permits: Permits;
  performance: Performance;
  halt: Halt;
  /** Told of every answer. */
  heard(outcome: ChargeOutcome): void;
  /** A bug in one charge is one charge in doubt, not the end of the others. */
  bug(error: unknown, attemptId: string): void;
}

/**
 * Calls the provider for an attempt marked SENT, outside any transaction, holding a permit for no longer than the call.
 * A call of which certainly no byte was written is made again while its 25 s last. Returns an outcome whatever happens.
 */
export async function chargeSent(app: ChargingApp, line: Line, sent: Sent): Promise<ChargeOutcome> {
  const mayWrite = mayWriteSince(app, sent.mark);
  for (let repeats = 0; ; repeats += 1) {
    const outcome = await line.permits.hold(async () => {
      // Marked SENT, and the run was stopped while it waited for its permit: what is not in flight yet never is.
      if (line.halt.signal.aborted) return NOT_CALLED;
      const answer = await line.performance.timed(() => callOnce(app, line, sent));
      line.heard(answer); // before the permit passes on: the next one may not be called any more
      return answer;
    });
    const again = outcome.kind === 'provider_down' && outcome.proof === 'not_written' && outcome.why !== 'too_late';
    if (!again || repeats === MOST_REPEATS || line.halt.signal.aborted) return outcome;
    await pause(repeatDelayMs(app, repeats), line.halt.signal);
    if (line.halt.signal.aborted || !mayWrite()) return outcome;
    await noteWireTry(app, sent, repeats + 2);
  }
}

async function callOnce(app: ChargingApp, line: Line, { attempt, mandate, mark }: Sent): Promise<ChargeOutcome> {
  const token = openToken(app, mandate.tokenCipher);
  if (token === undefined) {
    const codes = { code: 'TOKEN_UNREADABLE', message: 'the mandate was encrypted with another payments.tokenKey' };
    return { kind: 'rejected_by_config', what: 'credentials', scope: 'item', codes };
  }
  const { customerRef, merchantCode } = mandate;
  try {
    return await app.payments.provider(attempt.provider).chargeMandate({
      attemptId: attempt.publicId,
      orderRef: orderRefOf(attempt),
      idempotencyKey: attempt.idempotencyKey,
      mandate: { token, merchantCode, customerRef },
      amounts: { total: attempt.amount, taxFree: attempt.taxFreeAmount },
      title: attempt.title,
      quantity: attempt.quantity,
      mayWrite: mayWriteSince(app, mark),
    });
  } catch (error) {
    line.bug(error, attempt.publicId);
    return { kind: 'unknown', why: 'connection_lost', answered: false, lookAt: app.clock.now() };
  }
}

const NOT_CALLED: ChargeOutcome = { kind: 'provider_down', why: 'too_late', proof: 'local' };

/** Kept before the call, so that the books never tell of fewer calls than were made. */
async function noteWireTry({ database }: ChargingApp, { attempt }: Sent, wireTry: number): Promise<void> {
  const { paymentAttempts: t } = database.tables;
  await database
    .update(t)
    .set({ wireTry })
    .where(and(eq(t.id, attempt.id), eq(t.state, 'SENT')));
}

function openToken({ payments, log }: ChargingApp, cipher: string): string | undefined {
  try {
    return payments.vault().open(cipher);
  } catch (err) {
    log.error({ err }, 'a mandate token cannot be decrypted');
    return undefined;
  }
}
