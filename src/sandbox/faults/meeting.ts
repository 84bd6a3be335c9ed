import type { CallFacts, EarlyFacts } from '../facts.ts';
import type { Effect } from './effects.ts';
import { likelihood } from './ramp.ts';
import { isEarly, type FaultRule, type Match, type When } from './rules.ts';

/** A rule in force. */
export interface Fault {
  readonly id: string;
  readonly match: Match;
  readonly effect: Effect;
  readonly times: number | undefined;
  /** By the sandbox's clock. */
  readonly setAt: Date;
  /** The calls that met it. */
  fired: number;
  /** The calls that it would have met, had nth, every and chance not been. */
  seen: number;
}

export const inForce = (id: string, { match, effect, times }: FaultRule, setAt: Date): Fault => ({
  id,
  match,
  effect,
  times,
  setAt,
  fired: 0,
  seen: 0,
});

/** Whether a rule has begun and its time is not over. */
export function isInTime({ match: { from, until }, setAt }: Fault, now: Date): boolean {
  if (from && now < momentOf(from, setAt)) return false;
  return !until || now < momentOf(until, setAt);
}

const isOn = (fault: Fault, now: Date): boolean =>
  (fault.times === undefined || fault.fired < fault.times) && isInTime(fault, now);

export const momentOf = (when: When, setAt: Date): Date =>
  'at' in when ? when.at : new Date(setAt.getTime() + when.afterMs);

/** What a call meets of a rule that acts before the call is read. */
export function meetEarly(fault: Fault, { op }: EarlyFacts, now: Date): boolean {
  if (!isEarly(fault.effect) || isPortRule(fault) || !isOn(fault, now)) return false;
  if (fault.match.op && !fault.match.op.includes(op)) return false;
  if (!isItsTurn(fault)) return false;
  fault.fired += 1;
  return true;
}

/** What a call meets of a rule, if it does: the effect, that of a ramp already decided. */
export function meet(fault: Fault, facts: CallFacts, now: Date): Effect | undefined {
  if (isEarly(fault.effect) || !isOn(fault, now) || !isMeant(fault.match, facts) || !isItsTurn(fault)) return undefined;
  const { probability } = fault.match;
  if (probability !== undefined && facts.draw(fault.id) >= probability) return undefined;
  const effect = decided(fault, facts, now);
  if (effect) fault.fired += 1;
  return effect;
}

/** A closed port meets no calls: there are none. */
export const isPortRule = ({ effect }: Pick<Fault, 'effect'>): boolean =>
  effect.kind === 'refuse' && effect.mode === 'closed';

function isMeant({ op, sid, customer, orderRef, amountMod }: Match, facts: CallFacts): boolean {
  if (op && !op.includes(facts.op)) return false;
  if (sid !== undefined && sid !== facts.sidHash) return false;
  if (customer !== undefined && customer !== facts.customer) return false;
  if (orderRef !== undefined && orderRef !== facts.orderRef) return false;
  return !amountMod || (facts.amount ?? Number.NaN) % amountMod.divisor === amountMod.remainder;
}

function isItsTurn(fault: Fault): boolean {
  fault.seen += 1;
  const { nth, every } = fault.match;
  return (nth === undefined || fault.seen === nth) && (every === undefined || fault.seen % every === 0);
}

function decided({ id, effect, match: { from }, setAt }: Fault, facts: CallFacts, now: Date): Effect | undefined {
  if (effect.kind !== 'ramp') return effect;
  const startedAt = from ? momentOf(from, setAt) : setAt;
  const chance = likelihood(effect.curve, now.getTime() - startedAt.getTime(), effect.shape);
  return facts.draw(`${id}/ramp`) < chance ? effect.effect : undefined;
}
