import type { Clock } from '../../../platform/clock.ts';
import { requireSecret, type Config } from '../../../platform/config/index.ts';
import { openCaller, type Answer } from '../../../platform/http/index.ts';
import type {
  ChargeOutcome,
  CheckoutOutcome,
  CompleteCheckout,
  LookupOutcome,
  NotCompleted,
  PaymentProvider,
} from '../../provider.ts';
import { buildApprove, buildOrder, buildReady, buildSubscription } from './build.ts';
import { readCharge, readLookup, readRefusal, ReadyAnswer, type Expected } from './read.ts';

/** A ready payment can be approved for 15 minutes [R]. */
const SESSION_MS = 15 * 60_000;

const PATH = '/online/v1/payment';

/** KakaoPay's online payment API v1 behind the port. Throws `Misconfigured` when no secret key is set. */
export function openKakaoPay(config: Config, clock: Clock): PaymentProvider {
  const settings = config.payments.kakaopay;
  const authorization = `SECRET_KEY ${requireSecret(config, 'payments.kakaopay.secretKey')}`;
  const caller = openCaller({ ...settings, connections: config.billing.concurrency + 8 });
  const call = (operation: string, body: object): Promise<Answer> =>
    caller.post(`${PATH}/${operation}`, body, {
      headers: { authorization },
      signal: AbortSignal.timeout(settings.connectTimeoutMs + settings.readTimeoutMs),
    });

  const lookup: PaymentProvider['lookup'] = async (request) => readLookup(await call('order', buildOrder(request)));

  return {
    name: 'KAKAOPAY',
    merchantCodeFor: (purpose) => (purpose === 'ORDER' ? settings.oneTimeCid : settings.recurringCid),
    beginCheckout: async (request) => readReady(await call('ready', buildReady(request)), clock.now()),
    async completeCheckout(request) {
      const pgToken = request.query['pg_token'];
      if (!pgToken) return { kind: 'not_completed', why: 'bad_return' };
      const expected = { ...request, total: request.amounts.total };
      const outcome = readCharge(await call('approve', buildApprove(request, pgToken)), expected, clock.now());
      return outcome === 'look_up' ? settledByLookup(await lookup(keyOf(request)), expected, clock) : outcome;
    },
    async chargeMandate(request) {
      const { merchantCode, customerRef } = request.mandate;
      const expected = { merchantCode, customerRef, attemptId: request.attemptId, total: request.amounts.total };
      const outcome = readCharge(await call('subscription', buildSubscription(request)), expected, clock.now());
      // The tid of a recurring charge is born in its answer: there is no key to look it up with.
      return outcome === 'look_up' || outcome.kind === 'not_completed' ? signalled(clock) : outcome;
    },
    lookup,
    close: () => caller.close(),
  };
}

const keyOf = ({ merchantCode, sessionId }: CompleteCheckout) => ({ merchantCode, providerPaymentId: sessionId });

/** Ready moves no money: whatever is not a session is an outage or a refusal. */
function readReady(answer: Answer, now: Date): CheckoutOutcome {
  if (answer.kind === 'not_written') return { kind: 'provider_down', why: answer.why, proof: 'not_written' };
  if (answer.kind === 'no_answer') return { kind: 'provider_down', why: 'maintenance', proof: 'answered' };
  const session = answer.status < 300 ? ReadyAnswer.safeParse(answer.body) : undefined;
  if (session?.success) {
    const { tid, created_at, ...urls } = session.data;
    return {
      kind: 'redirect',
      sessionId: tid,
      action: {
        type: 'REDIRECT',
        pcUrl: urls.next_redirect_pc_url,
        ...(urls.next_redirect_mobile_url !== undefined && { mobileUrl: urls.next_redirect_mobile_url }),
        ...(urls.next_redirect_app_url !== undefined && { appUrl: urls.next_redirect_app_url }),
      },
      expiresAt: new Date(created_at.getTime() + SESSION_MS),
    };
  }
  const refusal = readRefusal(answer.status, answer.body, now);
  if (refusal !== 'look_up' && (refusal.kind === 'rejected_by_config' || refusal.kind === 'provider_down'))
    return refusal;
  return { kind: 'provider_down', why: 'maintenance', proof: 'answered' };
}

/** After "already approved" and its like: what the provider's own record says. */
function settledByLookup(found: LookupOutcome, expected: Expected, clock: Clock): ChargeOutcome | NotCompleted {
  if (found.kind !== 'found') return signalled(clock);
  const same =
    found.attemptId === expected.attemptId &&
    found.customerRef === expected.customerRef &&
    found.amounts.total === expected.total;
  if (!same) return { ...signalled(clock), why: 'mismatch' };
  if (found.state === 'not_charged') return { kind: 'not_completed', why: 'not_authenticated' };
  if (found.state === 'in_progress' || !found.approvedAt) return signalled(clock);
  const { paymentId, amounts, approvedAt, methodLabel } = found;
  return { kind: 'approved', paymentId, amounts, approvedAt, ...(methodLabel !== undefined && { methodLabel }) };
}

const signalled = (clock: Clock) => ({
  kind: 'unknown' as const,
  why: 'duplicate_signalled' as const,
  answered: true,
  lookAt: clock.now(),
});
