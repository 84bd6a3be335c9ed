import type { FaultRuleInput } from '../../../src/sandbox/faults/rules.ts';
import type { Dice } from './dice.ts';

/** Longest that a runner waits for an answer; a delay above it makes the charge unknown although it was executed. */
export const READ_TIMEOUT_MS = 400;

type Effect = FaultRuleInput['effect'];

/** The faults S1 to S5 of payments.md 8.4, each in its variants. */
const EFFECTS: readonly Effect[] = [
  { kind: 'delay', wait: 'uniform:20-150', when: 'after' },
  { kind: 'delay', wait: 'uniform:20-150', when: 'before' },
  { kind: 'delay', wait: READ_TIMEOUT_MS + 200, when: 'after' },
  { kind: 'commit_drop', at: 'before_head' },
  { kind: 'commit_drop', at: 'in_head' },
  { kind: 'commit_drop', at: 'in_body' },
  { kind: 'drop', when: 'after_reading' },
  { kind: 'commit_code', code: -785 },
  { kind: 'commit_code', code: 500 },
  { kind: 'commit_code', code: 503 },
  { kind: 'fail', status: 500 },
  { kind: 'fail', status: 503 },
];

/** Rarely enough in sum that the breaker stays closed in most runs. */
const PROBABILITY = 0.03;

/** Every movement of money meets any of the faults, each with a chance of its own; a few lookups fail. */
export function faultsOf(dice: Dice): FaultRuleInput[] {
  const op = ['subscription', 'approve', 'cancel', 'inactive'] as const;
  const rules = EFFECTS.map((effect, index): FaultRuleInput => ({
    id: `fault-${index}`,
    match: { op: [...op], probability: PROBABILITY * dice.between(0, 3) },
    effect,
  }));
  return [...rules, { id: 'lookups', match: { op: ['status', 'order'], probability: 0.1 }, effect: { kind: 'fail' } }];
}
