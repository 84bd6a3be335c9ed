import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { InvalidInput } from '../platform/errors.ts';
import { AUTO_FORMS, readAuto } from './auto.ts';
import { realClock, virtualClock, type SandboxClock } from './clock.ts';
import { readShare } from './duration.ts';
import { CURVE_FORM, readCurve } from './faults/ramp.ts';
import type { FaultRuleInput } from './faults/rules.ts';
import { readScenario, SCENARIOS, type Scenario } from './faults/scenario.ts';
import { isKnownCode } from './kakaopay/errors.ts';
import { LATENCY_FORMS, readLatency } from './latency.ts';
import type { SandboxOptions } from './options.ts';

/** The words of the command line that need more than a look. */
export interface SandboxFlags {
  latency?: string | undefined;
  'fail-rate'?: string | undefined;
  'fail-kind'?: string | undefined;
  ramp?: string | undefined;
  scenario?: string | undefined;
  clock?: string | undefined;
  auto?: string | undefined;
  ledger?: string | undefined;
}

type Settings = Pick<SandboxOptions, 'clock' | 'ledgerFile' | 'latency' | 'faults' | 'scenario' | 'auto'>;

/** What the words mean; `InvalidInput` says of the first wrong one what to write instead. */
export async function readFlags(flags: SandboxFlags, configuredNow: string): Promise<Settings> {
  const { latency, auto, ledger, scenario } = flags;
  return {
    clock: clockOf(flags.clock, configuredNow),
    faults: failures(flags),
    ...(ledger !== undefined && ledger !== 'memory' && { ledgerFile: ledger }),
    ...(latency !== undefined && { latency: understood(readLatency(latency), 'latency', latency, LATENCY_FORMS) }),
    ...(auto !== undefined && { auto: understood(readAuto(auto), 'auto', auto, AUTO_FORMS) }),
    ...(scenario !== undefined && { scenario: await readScenarioOf(scenario) }),
  };
}

/** The value, or a sentence that says how the flag is written. */
function understood<T>(value: T | undefined, flag: string, given: string, forms: string): T {
  if (value !== undefined) return value;
  throw new InvalidInput('FLAG_INVALID', `--${flag} does not understand ${given}; write ${forms}.`);
}

const CLOCK_FORMS = 'real, virtual, or virtual=2026-11-24T09:00:00+09:00';

/** The test clock of the configuration is where a virtual clock begins unless another moment is named. */
function clockOf(given: string | undefined, configuredNow: string): SandboxClock {
  const configured = configuredNow === '' ? undefined : new Date(configuredNow);
  if (given === 'real' || (given === undefined && !configured)) return realClock();
  if (given === undefined || given === 'virtual') return virtualClock(configured);
  const [word, moment] = [given.slice(0, 'virtual='.length), given.slice('virtual='.length)];
  const isMoment = word === 'virtual=' && z.iso.datetime({ offset: true }).safeParse(moment).success;
  return virtualClock(understood(isMoment ? new Date(moment) : undefined, 'clock', given, CLOCK_FORMS));
}

function failures({ 'fail-rate': rate, 'fail-kind': kind, ramp }: SandboxFlags): FaultRuleInput[] {
  if (rate === undefined && ramp === undefined && kind === undefined) return [];
  if (rate === undefined && ramp === undefined) {
    throw new InvalidInput('FLAG_INVALID', '--fail-kind needs --fail-rate or --ramp beside it, which say how often.');
  }
  const failing = understood(readFailure(kind ?? 'http-500'), 'fail-kind', kind ?? '', FAILURE_FORMS);
  return [
    ...(ramp === undefined ? [] : [rampRule(ramp, failing)]),
    ...(rate === undefined ? [] : [rateRule(rate, failing)]),
  ];
}

function rateRule(rate: string, { effect, match }: Failure): FaultRuleInput {
  const probability = understood(readShare(rate), 'fail-rate', rate, 'a share such as 20% or 0.2');
  return { id: 'fail-rate', match: { ...match, probability }, effect };
}

function rampRule(curve: string, { effect, match }: Failure): FaultRuleInput {
  understood(readCurve(curve), 'ramp', curve, `a curve such as ${CURVE_FORM}`);
  return { id: 'ramp', match, effect: { kind: 'ramp', curve, effect } };
}

type FailingInput = Extract<FaultRuleInput['effect'], { kind: 'ramp' }>['effect'];

interface Failure {
  effect: FailingInput;
  match: NonNullable<FaultRuleInput['match']>;
}

const FAILURE_FORMS =
  'http-500, drop-after, drop-before, timeout or decline:CODE, CODE being such as -782 or LACK_BALANCE';

/** Past KakaoPay's own 11 s and past the read deadline of every caller (payments.md 1.4), the charge being made. */
const TIMEOUT = '40s';

const FAILURES = new Map<string, FailingInput>([
  ['http-500', { kind: 'fail', status: 500 }],
  ['http-502', { kind: 'fail', status: 502 }],
  ['http-503', { kind: 'fail', status: 503 }],
  ['http-504', { kind: 'fail', status: 504 }],
  ['drop-after', { kind: 'commit_drop' }],
  ['drop-before', { kind: 'drop' }],
  ['timeout', { kind: 'delay', wait: TIMEOUT }],
]);

function readFailure(kind: string): Failure | undefined {
  const effect = FAILURES.get(kind);
  if (effect) return { effect, match: {} };
  const [, code] = /^decline:(-?\w+)$/.exec(kind) ?? [];
  if (code === undefined || (code.startsWith('-') && !isKnownCode(Number(code)))) return undefined;
  const reason = code.startsWith('-') ? { code: Number(code) } : { result: code };
  return { effect: { kind: 'decline', ...reason }, match: { op: ['approve', 'subscription'] } };
}

/** A scenario by its name, or a file of one. */
async function readScenarioOf(given: string): Promise<Partial<Scenario>> {
  if (Object.hasOwn(SCENARIOS, given)) return { name: given };
  const text = await readFile(given, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const known = Object.keys(SCENARIOS).join(', ');
    const why = `--scenario cannot read ${given} (${cause.code}); name a JSON file of rules, or one of: ${known}.`;
    throw new InvalidInput('SCENARIO_INVALID', why, { cause });
  });
  const scenario = parsed(text, given);
  try {
    readScenario(scenario);
  } catch (cause) {
    throw new InvalidInput('SCENARIO_INVALID', `--scenario ${given}: ${(cause as Error).message}.`, { cause });
  }
  return scenario;
}

function parsed(text: string, file: string): Partial<Scenario> {
  try {
    return JSON.parse(text) as Partial<Scenario>;
  } catch (cause) {
    throw new InvalidInput('SCENARIO_INVALID', `--scenario ${file} is not JSON; write {"rules": [ … ]}.`, { cause });
  }
}
