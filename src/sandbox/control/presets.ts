import { OPS, type Op } from '../facts.ts';
import type { FaultRuleInput } from '../faults/rules.ts';

type EffectInput = FaultRuleInput['effect'];

interface Preset {
  readonly label: string;
  /** What may be told more exactly, and what is taken when it is not. */
  readonly detail?: string;
  effect(detail: string): EffectInput;
}

/** A choice of faults for people; rules as JSON can say more. */
export const PRESETS: Readonly<Record<string, Preset>> = {
  decline: {
    label: 'decline (code or word)',
    detail: 'LACK_BALANCE',
    effect: (detail) => ({
      kind: 'decline',
      ...(/^-\d+$/.test(detail) ? { code: Number(detail) } : { result: detail }),
    }),
  },
  delay: {
    label: 'execute, answer late (wait)',
    detail: '5s',
    effect: (wait) => ({ kind: 'delay', wait }),
  },
  'delay-before': {
    label: 'wait, then execute (wait)',
    detail: '5s',
    effect: (wait) => ({ kind: 'delay', wait, when: 'before' }),
  },
  'drop-after': { label: 'execute, hang up before answering', effect: () => ({ kind: 'commit_drop' }) },
  'drop-in-body': { label: 'execute, hang up in the answer', effect: () => ({ kind: 'commit_drop', at: 'in_body' }) },
  'drop-before': { label: 'hang up, execute nothing', effect: () => ({ kind: 'drop' }) },
  'execute-500': { label: 'execute, answer 500', effect: () => ({ kind: 'commit_code', code: 500 }) },
  'execute-785': { label: 'execute, answer -785', effect: () => ({ kind: 'commit_code', code: -785 }) },
  'fail-500': { label: 'answer 500, execute nothing', effect: () => ({ kind: 'fail', status: 500 }) },
  'fail-503': { label: 'answer 503, execute nothing', effect: () => ({ kind: 'fail', status: 503 }) },
  throttle: { label: 'too many requests (-429)', effect: () => ({ kind: 'throttle', retryAfterSeconds: 60 }) },
  maintenance: { label: 'maintenance (-503)', effect: () => ({ kind: 'maintenance' }) },
  expire: { label: 'let the tid expire', effect: () => ({ kind: 'expire' }) },
  revoke: { label: 'customer ends the mandate', effect: () => ({ kind: 'revoke' }) },
  'other-amount': {
    label: 'execute, answer another amount',
    effect: () => ({ kind: 'garbage', form: 'other_amount' }),
  },
  html: { label: 'execute, answer a page', effect: () => ({ kind: 'garbage', form: 'html' }) },
  'broken-json': { label: 'execute, answer broken JSON', effect: () => ({ kind: 'garbage', form: 'broken_json' }) },
  'witness-missing': { label: 'no last approval told', effect: () => ({ kind: 'witness', mode: 'missing' }) },
  'witness-stale': { label: 'last approval stays as it is', effect: () => ({ kind: 'witness', mode: 'stale' }) },
  'in-progress': { label: 'lookup says not finished', effect: () => ({ kind: 'lookup', mode: 'in_progress' }) },
  silent: { label: 'take the call, never answer', effect: () => ({ kind: 'refuse', mode: 'silent' }) },
  closed: {
    label: 'stop listening (for how long)',
    detail: '10s',
    effect: (detail) => ({ kind: 'refuse', mode: 'closed', for: detail }),
  },
};

interface Frequency {
  readonly label: string;
  readonly match?: NonNullable<FaultRuleInput['match']>;
  readonly times?: number;
}

export const FREQUENCIES: Readonly<Record<string, Frequency>> = {
  once: { label: 'the next call', times: 1 },
  three: { label: 'the next 3 calls', times: 3 },
  ten: { label: 'the next 10 calls', times: 10 },
  always: { label: 'every call' },
  second: { label: 'every 2nd call', match: { every: 2 } },
  tenth: { label: 'every 10th call', match: { every: 10 } },
  fifth: { label: '20 % of calls, by chance', match: { probability: 0.2 } },
};

/** What a person has chosen on the page. */
export interface Choice {
  op: string;
  effect: string;
  often: string;
  detail: string;
  customer: string;
}

/** The rule of a choice; a port that is closed takes no calls to choose between. */
export function ruleOf({ op, effect: chosen, often, detail, customer }: Choice): unknown {
  const [preset, frequency] = [PRESETS[chosen], FREQUENCIES[often]];
  const effect = preset?.effect(detail || (preset.detail ?? '')) ?? { kind: chosen };
  if (chosen === 'closed') return { effect };
  return {
    match: {
      ...(OPS.includes(op as Op) && { op }),
      ...(customer !== '' && { customer }),
      ...frequency?.match,
    },
    effect,
    ...(frequency?.times !== undefined && { times: frequency.times }),
  };
}
