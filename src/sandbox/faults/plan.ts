import { gatewayAnswer, refuse, type WireAnswer } from '../kakaopay/errors.ts';
import { methodRefusal } from '../kakaopay/method-refusal.ts';
import { skewed } from '../kakaopay/times.ts';
import type { Latency } from '../latency.ts';
import type { Answered } from '../ledger-line.ts';
import { declineAnswer } from './decline.ts';
import type { Effect, EffectOf } from './effects.ts';
import { spoiled } from './garbage.ts';

/** How an answer leaves: whole, cut off at a place, byte by byte, or not at all. */
export type Sending = 'whole' | 'before_head' | 'in_head' | 'in_body' | 'trickle';

/** What becomes of one call. */
export interface Plan {
  /** Waited for before anything is executed. */
  readonly before?: Latency | undefined;
  /** Answered in place of executing. */
  readonly instead?: WireAnswer;
  /** Answered in place of what executing has given. */
  readonly cover?: (answer: WireAnswer) => WireAnswer;
  /** Waited for before the answer goes out. */
  readonly after?: Latency | undefined;
  readonly sending: Sending;
  /** For the ledger line, which is written before the answer is tried. */
  readonly answered: Answered;
}

export const USUAL: Plan = { sending: 'whole', answered: 'sent' };

const UNANSWERED: WireAnswer = { status: 200, body: '' };

type Planner<Kind extends Effect['kind']> = (effect: EffectOf<Kind>, op: string) => Partial<Plan>;

/** What is executed as ever, the fault being in what is told (`witness`, `lookup` …), has nothing planned. */
const PLANNERS: { [Kind in Effect['kind']]: Planner<Kind> } = {
  delay: ({ when, wait }) => (when === 'before' ? { before: wait } : { after: wait, answered: 'late' }),
  commit_drop: ({ at, wait }) => ({ after: wait, sending: at, answered: 'dropped' }),
  drop: ({ wait }) => ({ instead: UNANSWERED, after: wait, sending: 'before_head' }),
  commit_code: ({ code, wait }) => ({ cover: () => errorAnswer(code), after: wait, answered: 'error' }),
  fail: ({ status, wait }) => ({ instead: gatewayAnswer(status), after: wait }),
  decline: (effect, op) => ({ instead: declineAnswer(effect, op), after: effect.wait }),
  garbage: (effect) => ({ ...garbagePlan(effect), after: effect.wait }),
  throttle: ({ retryAfterSeconds: seconds, wait }) => ({ instead: throttled(seconds), after: wait }),
  maintenance: ({ result, wait }, op) => ({ instead: result ? methodRefusal(op, result) : refuse(-503), after: wait }),
  skew: ({ seconds }) => ({ cover: ({ body, ...answer }) => ({ ...answer, body: skewed(body, seconds) }) }),
  lookup: ({ mode, status, wait }) => ({ ...lookupPlan(mode, status), after: wait }),
  witness: () => ({}),
  expire: () => ({}),
  balance: () => ({}),
  revoke: () => ({}),
  refuse: () => ({}),
  ramp: () => ({}),
};

export function planOf(effect: Effect | undefined, op: string): Plan {
  if (!effect) return USUAL;
  const planner = PLANNERS[effect.kind] as (effect: Effect, op: string) => Partial<Plan>;
  return { ...USUAL, ...planner(effect, op) };
}

const errorAnswer = (code: number): WireAnswer => (code < 0 ? refuse(code) : gatewayAnswer(code));

function garbagePlan(effect: EffectOf<'garbage'>): Partial<Plan> {
  const sending = effect.form === 'trickle' ? 'trickle' : 'whole';
  const cover = (answer: WireAnswer) => spoiled(answer, effect);
  return effect.executes
    ? { cover, sending, answered: 'error' }
    : { instead: spoiled({ status: 200, body: {} }, effect), sending };
}

const throttled = (seconds: number | undefined): WireAnswer => ({
  ...refuse(-429),
  ...(seconds !== undefined && { headers: { 'Retry-After': String(seconds) } }),
});

function lookupPlan(mode: EffectOf<'lookup'>['mode'], status = 500): Partial<Plan> {
  if (mode === 'error') return { instead: gatewayAnswer(status) };
  return mode === 'not_found' ? { instead: { ...refuse(-721), status: 404 } } : {};
}
