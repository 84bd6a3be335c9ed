import { InvalidInput } from '../../platform/errors.ts';
import { describeProblem } from '../problems.ts';
import { FaultRule } from './rules.ts';

/** A rule, and how it was written down, without its SID. */
export interface WrittenRule {
  readonly rule: FaultRule;
  readonly written: object;
}

/** Reads a rule from the outside; `InvalidInput` names what is wrong with it. */
export function readRule(given: unknown): WrittenRule {
  const read = FaultRule.safeParse(given);
  if (!read.success) throw new InvalidInput('FAULT_INVALID', describeProblem(read.error, given));
  const { match = {}, effect } = given as { match?: object; effect: object };
  const { sid } = read.data.match;
  return { rule: read.data, written: { match: { ...match, ...(sid !== undefined && { sid }) }, effect } };
}
