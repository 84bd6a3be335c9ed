import type { Clock } from '../../platform/clock.ts';
import type { CallFacts, EarlyFacts } from '../facts.ts';
import type { Effect } from './effects.ts';
import { inForce, isInTime, meet, meetEarly, type Fault } from './meeting.ts';
import type { FaultRule } from './rules.ts';

/** What a call meets. */
export interface Hit {
  readonly fault: Fault;
  /** What the rule does, a ramp already decided. */
  readonly effect: Effect;
}

/** `front` goes before all others, `last` stays behind all others: where the rules of the command line are. */
export type Place = 'front' | 'back' | 'last';

/** The rules in force, in the order in which they are looked at. */
export interface FaultBook {
  list(): readonly Fault[];
  /** Undefined when another rule has the same id. */
  add(rule: FaultRule, place?: Place): Fault | undefined;
  remove(id: string): boolean;
  clear(): void;
  /** Whether a rule is still there and its time is not over. */
  isActive(fault: Fault): boolean;
  /** The fault of a call that has not been read. */
  chooseEarly(facts: EarlyFacts): Hit | undefined;
  choose(facts: CallFacts): Hit | undefined;
}

export function openFaultBook(clock: Clock): FaultBook {
  let faults: readonly Fault[] = [];
  let lasting = 0;
  let named = 0;
  const isTaken = (id: string) => faults.some((fault) => fault.id === id);
  const nextId = (): string => (isTaken(`f${(named += 1)}`) ? nextId() : `f${named}`);

  return {
    list: () => faults,
    add(rule, place = 'back') {
      const id = rule.id ?? nextId();
      if (isTaken(id)) return undefined;
      const fault = inForce(id, rule, clock.now());
      const at = { front: 0, back: faults.length - lasting, last: faults.length }[place];
      faults = faults.toSpliced(at, 0, fault);
      if (place === 'last') lasting += 1;
      return fault;
    },
    remove(id) {
      const at = faults.findIndex((fault) => fault.id === id);
      if (at === -1) return false;
      if (at >= faults.length - lasting) lasting -= 1;
      faults = faults.toSpliced(at, 1);
      return true;
    },
    clear: () => void ([faults, lasting, named] = [[], 0, 0]),
    isActive: (fault) => faults.includes(fault) && isInTime(fault, clock.now()),
    chooseEarly: (facts) => (faults.length === 0 ? undefined : firstEarly(faults, facts, clock.now())),
    choose: (facts) => (faults.length === 0 ? undefined : first(faults, facts, clock.now())),
  };
}

function firstEarly(faults: readonly Fault[], facts: EarlyFacts, now: Date): Hit | undefined {
  const fault = faults.find((candidate) => meetEarly(candidate, facts, now));
  return fault && { fault, effect: fault.effect };
}

function first(faults: readonly Fault[], facts: CallFacts, now: Date): Hit | undefined {
  for (const fault of faults) {
    const effect = meet(fault, facts, now);
    if (effect) return { fault, effect };
  }
  return undefined;
}
