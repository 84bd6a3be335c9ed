import { z } from 'zod';
import { InvalidInput } from '../../platform/errors.ts';
import { nearest } from '../../platform/suggest.ts';
import { scaled } from '../latency.ts';
import { describeProblem } from '../problems.ts';
import type { Effect, Failing } from './effects.ts';
import { outage } from './outage.ts';
import { readRule, type WrittenRule } from './read-rule.ts';
import type { FaultRuleInput, When } from './rules.ts';

/** Rules that belong together, as a file holds them. */
export interface Scenario {
  readonly name?: string | undefined;
  /** Stretches everything that is told from the start on: from, until and curves. */
  readonly timeScale?: number | undefined;
  /** Stretches every wait. */
  readonly latencyScale?: number | undefined;
  readonly rules: readonly FaultRuleInput[];
}

const scale = z.number().min(0.0001).max(1000);
const ScenarioForm = z.strictObject({
  name: z.string().min(1).max(100).optional(),
  timeScale: scale.default(1),
  latencyScale: scale.default(1),
  rules: z.array(z.unknown()).min(1).max(1000).optional(),
});

export const SCENARIOS: Readonly<Record<string, Scenario>> = { outage };

/** The rules of a scenario, or of one that is known by its name; `InvalidInput` says what is wrong. */
export function readScenario(given: unknown): WrittenRule[] {
  const read = ScenarioForm.safeParse(given);
  if (!read.success) throw new InvalidInput('SCENARIO_INVALID', describeProblem(read.error, given));
  const { name = '', timeScale, latencyScale, rules = knownRules(name) } = read.data;
  return rules.map((rule, at) => {
    try {
      return stretched(readRule(rule), timeScale, latencyScale);
    } catch (cause) {
      if (!(cause instanceof InvalidInput)) throw cause;
      throw new InvalidInput('SCENARIO_INVALID', `rule ${at + 1}: ${cause.message}`, { cause });
    }
  });
}

function knownRules(name: string): readonly unknown[] {
  const known = SCENARIOS[name];
  if (known) return known.rules;
  const near = nearest(name, Object.keys(SCENARIOS));
  const hint = near ? `did you mean ${near}?` : `known by name: ${Object.keys(SCENARIOS).join(', ')}`;
  throw new InvalidInput('SCENARIO_INVALID', `missing field rules, and no scenario is called "${name}"; ${hint}`);
}

function stretched({ rule, written }: WrittenRule, timeScale: number, latencyScale: number): WrittenRule {
  const { match, effect } = rule;
  const later = (when: When): When => ('afterMs' in when ? { afterMs: when.afterMs * timeScale } : when);
  const { from, until } = match;
  const timed = { ...match, ...(from && { from: later(from) }), ...(until && { until: later(until) }) };
  const slowed = slower(effect, latencyScale);
  if (slowed.kind !== 'ramp') return { written, rule: { ...rule, match: timed, effect: slowed } };
  const curve = slowed.curve.map(({ afterMs, share }) => ({ afterMs: afterMs * timeScale, share }));
  return { written, rule: { ...rule, match: timed, effect: { ...slowed, curve } } };
}

function slower<E extends Effect | Failing>(effect: E, latencyScale: number): E {
  if (effect.kind === 'ramp') return { ...effect, effect: slower(effect.effect, latencyScale) };
  return 'wait' in effect && effect.wait ? { ...effect, wait: scaled(effect.wait, latencyScale) } : effect;
}
