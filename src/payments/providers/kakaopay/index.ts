import type { Config } from '../../../platform/config/index.ts';
import type { BeginCheckout, Capabilities, PaymentProvider } from '../../provider.ts';
import { blackout } from './blackout.ts';
import { recordJudge } from './by-record.ts';
import { openCalls, type ProviderTools } from './calls.ts';
import { lookUp } from './look-up.ts';
import { approveCall, cancelCall, inactiveCall, readyCall, statusCall, subscriptionCall } from './operations.ts';
import { SESSION_MS } from './read-ready.ts';
import { UNMOVED_AFTER_MS } from './witness.ts';

/** KakaoPay's online payment API v1 behind the port. Throws `Misconfigured` when no secret key is set. */
export function openKakaoPay(config: Config, tools: ProviderTools): PaymentProvider {
  const { oneTimeCid, recurringCid } = config.payments.kakaopay;
  const calls = openCalls(config, tools);
  const lookup: PaymentProvider['lookup'] = (request) => lookUp({ calls, clock: tools.clock }, request);
  const judge = recordJudge(lookup, tools.clock);

  return {
    name: 'KAKAOPAY',
    capabilities: capabilitiesOf(config),
    merchantCodeFor: (purpose) => (purpose === 'ORDER' ? oneTimeCid : recurringCid),
    async beginCheckout(request) {
      refuseWrongAmount(request);
      return calls.make(readyCall(request));
    },
    async completeCheckout(request) {
      const pgToken = request.query['pg_token'];
      if (!pgToken) return { kind: 'not_completed', why: 'bad_return' };
      const outcome = await calls.make(approveCall(request, pgToken));
      return outcome.kind === 'look_up' ? judge.ofCheckout(request, outcome) : outcome;
    },
    chargeMandate: (request) => calls.make(subscriptionCall(request)),
    async refund(request) {
      const outcome = await calls.make(cancelCall(request));
      return outcome.kind === 'look_up' ? judge.ofRefund(request, outcome) : outcome;
    },
    lookup,
    deactivateMandate: (mandate) => calls.make(inactiveCall(mandate)),
    mandateStatus: (mandate) => calls.make(statusCall(mandate)),
    parseWebhook: () => ({ kind: 'rejected' }), // KakaoPay sends none [I]: whoever does is somebody else
    health: calls.health,
    checkoutRefusal: calls.checkoutRefusal,
    chargesAdmitted: calls.chargesAdmitted,
    close: calls.close,
  };
}

const capabilitiesOf = ({ payments }: Config): Capabilities => ({
  lostCharge: 'witness',
  witness: payments.kakaopay.witness,
  notChargedAfterMs: UNMOVED_AFTER_MS,
  sessionWindowMs: SESSION_MS,
  mandateStatus: true,
  blackout,
});

/** 0 won on the recurring code issues a mandate without charging, so it must never be sent by accident. */
function refuseWrongAmount({ purpose, amounts }: BeginCheckout): void {
  if ((amounts.total === 0) === (purpose === 'MANDATE_UPDATE')) return;
  throw new Error(`Bug: a checkout for ${purpose} asks for ${amounts.total} won.`);
}
