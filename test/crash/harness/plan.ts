import type { FaultRuleInput } from '../../../src/sandbox/faults/rules.ts';
import { placeOf, type Combination } from './combinations.ts';
import { diceOf, type Dice } from './dice.ts';
import { faultsOf } from './faults.ts';

/** Named places of `pillivery bill` at which a runner is killed, and how often it may pass there before. */
export const BILL_POINTS = {
  'run:started': 1,
  'schedule:before': 1,
  'schedule:after': 1,
  'schedule:again': 1,
  'charge:before-sent': 6,
  'charge:sent': 6,
  'charge:answered': 20,
  'settle:before': 6,
  'settle:after': 6,
  'charge:settled': 20,
  'hold:closed': 1,
  'run:end': 1,
  'run:ended': 1,
} as const;

/** Named places of `pillivery serve`. */
export const SERVER_POINTS = {
  'relay:claimed': 2,
  'relay:answered': 3,
  'refund:before-sent': 1,
  'refund:sent': 1,
  'refund:answered': 1,
  'refund:settled': 1,
  'deactivate:answered': 1,
  'approve:before-sent': 2,
  'approve:sent': 2,
  'approve:answered': 2,
  'approve:settled': 2,
  'start:created': 1,
  'start:answered': 1,
} as const;

/** One process struck down, so many milliseconds after the provider has executed so many charges of the round. */
export interface Blow {
  target: 'runner' | 'sandbox' | 'database';
  /** Of a runner. */
  index: number;
  afterCharges: number;
  delayMs: number;
  /** How long a sandbox or database stays away. */
  awayMs: number;
}

/** Runners at work together until blows, a named place or the end of their work stop them. */
export interface Round {
  /** Minutes that pass before it begins. */
  afterMinutes: number;
  runners: number;
  /** Where the first runner ends: `name@nth`. */
  failPoint: string | undefined;
  blows: readonly Blow[];
}

/** Everything that is decided before a run is played. */
export interface Plan {
  seed: number;
  combination: Combination;
  /** `auto` must end by itself; the default, `approve`, may leave proposals to a person. */
  witness: 'auto' | 'approve';
  /** Customers who owe one charge each and pay it. */
  customers: number;
  concurrency: number;
  faults: readonly FaultRuleInput[];
  rounds: readonly Round[];
  /** Whether the run after the kills is a process too; it need not be, for it is not killed. */
  recoversByProcess: boolean;
  /** Where a server is killed that takes part: `name@nth`; undefined when none does. */
  serverPoint: string | undefined;
}

/** What a seed means on a combination. Seeds in a row go through every named place on every combination. */
export function planOf(seed: number, combination: Combination): Plan {
  const place = placeOf(combination);
  const dice = diceOf(seed * 16 + place);
  const points = Object.entries(BILL_POINTS);
  const fewer = { ...combination, runners: combination.runners > 1 ? dice.between(1, 2) : 1 };
  return {
    seed,
    combination,
    witness: dice.chance(0.5) ? 'auto' : 'approve',
    customers: dice.between(12, 24),
    concurrency: dice.pick([2, 4, 8]),
    faults: faultsOf(dice),
    rounds: [
      roundOf(dice, combination, pointIn(dice, points, seed + 4 * place)),
      roundOf(dice, fewer, dice.chance(0.3) ? pointIn(dice, points, dice.between(0, 100)) : undefined),
    ],
    recoversByProcess: dice.chance(0.3),
    serverPoint: seed % 3 === place ? pointIn(dice, Object.entries(SERVER_POINTS), seed) : undefined,
  };
}

function pointIn(dice: Dice, points: readonly [string, number][], at: number): string {
  const [name, passes] = points[at % points.length] ?? ['', 1];
  return `${name}@${dice.between(1, passes)}`;
}

/** As a combination, with any number of runners. */
type Beginning = Pick<Combination, 'engine'> & { runners: number };

function roundOf(dice: Dice, { engine, runners }: Beginning, failPoint: string | undefined): Round {
  // Runner 0 ends at its named place; the others, or all if there is none, are struck at random moments.
  const struck = Array.from({ length: runners }, (_, index) => index).slice(failPoint ? 1 : 0);
  const blow = (target: Blow['target'], index = 0): Blow => ({
    target,
    index,
    afterCharges: dice.between(0, 12),
    delayMs: dice.between(0, 40),
    awayMs: dice.between(50, 400),
  });
  return {
    afterMinutes: dice.between(2, 12),
    runners,
    failPoint,
    blows: [
      ...struck.map((index) => blow('runner', index)),
      ...(dice.chance(0.25) ? [blow('sandbox')] : []),
      ...(engine === 'mysql' && dice.chance(0.2) ? [blow('database')] : []),
    ],
  };
}
