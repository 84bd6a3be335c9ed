import type { IncomingMessage } from 'node:http';
import { planOf, USUAL, type Plan, type Sending } from '../faults/plan.ts';
import type { CallKind, Understood } from '../kakaopay/calls.ts';
import { refuse, refuseStrictly, type WireAnswer } from '../kakaopay/errors.ts';
import { lengthOf } from '../latency.ts';
import { shownFields } from '../request-log.ts';
import type { Desk } from '../desk.ts';
import { pathOf, readBody, refusalOfKey, requestIdOf } from './read.ts';
import type { Visit } from './visit.ts';

export interface CallRequest {
  readonly request: IncomingMessage;
  /** Undefined for an address that no provider has. */
  readonly call: CallKind | undefined;
}

export interface ReadRequest extends CallRequest {
  readonly text: string;
}

export interface Outcome {
  readonly answer: WireAnswer;
  readonly sending: Sending;
}

/** From what was read to what is to be sent, when it is to be sent. */
export async function conduct(desk: Desk, given: ReadRequest, visit: Visit): Promise<Outcome> {
  const read = understand(desk, given, visit);
  const { answer, plan } =
    'refusal' in read ? { answer: read.refusal, plan: USUAL } : await carryOut(desk, read, visit);
  // Even a mere lookup waits: it must not tell of a movement that a kill -9 would still undo.
  await desk.kakaopay.ledger.durable();
  const heldMs = heldFor(desk, plan, 'refusal' in read ? drawOf(desk, given) : read.facts.draw);
  if (heldMs > 0) await desk.pause(heldMs);
  return { answer, sending: plan.sending };
}

type Read = (Understood & { requestId: string | undefined }) | { refusal: WireAnswer };

/** The address first, then the key, then the body. */
function understand(desk: Desk, { request, call, text }: ReadRequest, visit: Visit): Read {
  if (!call) {
    desk.stats.rejectStrictly();
    return { refusal: refuse(-404) };
  }
  const refusal = refusalOfKey(request);
  if (refusal) return { refusal };
  const body = readBody(request, text, desk.isStrict);
  if ('json' in body) visit.fields = shownFields(body.json);
  const read = 'problem' in body ? body : call.read(desk.kakaopay, body.json, desk.isStrict);
  if (!('problem' in read)) return { ...read, requestId: requestIdOf(request) };
  desk.stats.rejectStrictly();
  return { refusal: desk.isStrict ? refuseStrictly(read.problem) : refuse(-2) };
}

async function carryOut(
  desk: Desk,
  { facts, depart, execute, requestId }: Exclude<Read, { refusal: WireAnswer }>,
  visit: Visit,
): Promise<{ answer: WireAnswer; plan: Plan }> {
  visit.hit = desk.faults.choose(facts);
  const { fault, effect } = visit.hit ?? {};
  const plan = planOf(effect, facts.op);
  if (plan.instead) return { answer: plan.instead, plan };

  const flight = depart();
  visit.land = flight.land;
  if (plan.before) await desk.pause(lengthOf(plan.before, () => facts.draw('before')));
  const { ledger } = desk.kakaopay;
  const executedBefore = ledger.executed();
  const executed = flight.refusal ?? execute({ requestId, answered: plan.answered, fault, effect });
  desk.stats.execute(ledger.executed() - executedBefore);
  visit.isExecuted = true;
  return { answer: plan.cover?.(executed) ?? executed, plan };
}

function heldFor({ latency }: Desk, { after }: Plan, draw: (word: string) => number): number {
  const ownMs = latency ? lengthOf(latency, () => draw('latency')) : 0;
  return ownMs + (after ? lengthOf(after, () => draw('after')) : 0);
}

/** A refused call has nothing of its own to draw by but its address and how often it came. */
const drawOf =
  ({ chance }: Desk, { request }: CallRequest) =>
  (word: string): number =>
    chance.draw(word, pathOf(request), chance.occurrence(pathOf(request)));
