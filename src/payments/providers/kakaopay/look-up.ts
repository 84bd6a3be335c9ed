import type { Clock } from '../../../platform/clock.ts';
import type { Lookup, LookupOutcome } from '../../provider.ts';
import type { Calls } from './calls.ts';
import { orderCall, statusCall } from './operations.ts';
import { readWitness } from './witness.ts';

interface Tools {
  calls: Calls;
  clock: Clock;
}

/** By the tid where one is known. KakaoPay finds nothing by our own ids; then only the mandate can tell. */
export async function lookUp(tools: Tools, request: Lookup): Promise<LookupOutcome> {
  const tid = request.providerPaymentId ?? request.sessionId;
  if (tid !== undefined) return tools.calls.make(orderCall({ ...request, tid }));
  return request.lost ? askWitness(tools, request, request.lost) : { kind: 'inconclusive' };
}

async function askWitness(
  { calls, clock }: Tools,
  { attemptId, requestId }: Lookup,
  lost: NonNullable<Lookup['lost']>,
): Promise<LookupOutcome> {
  const told = await calls.make(statusCall(lost.mandate, { attemptId, requestId }));
  if (told.kind === 'provider_down') return told;
  if (told.kind === 'rejected_by_config') return { kind: 'inconclusive', codes: told.codes };
  return readWitness(lost, told.lastApprovedAt, clock.now());
}
