import type { Clock } from '../../../platform/clock.ts';
import { requireSecret, type Config } from '../../../platform/config/index.ts';
import type { Answer, Guard, Refusal } from '../../../platform/http/index.ts';
import type { Log } from '../../../platform/log.ts';
import type { Metrics } from '../../../platform/metrics.ts';
import type { MayWrite, ProviderDown, ProviderHealth } from '../../provider.ts';
import { openCallSigns, type CallFacts, type CallSigns } from '../call-signs.ts';
import { openHealthBook, type HealthBook } from '../health.ts';
import { isFault, type Verdict } from '../verdict.ts';
import { readAnswer, type Operation, type Reading } from './answer.ts';
import { closeGroups, GROUP_OF, openGroups, type Groups } from './groups.ts';

export interface ProviderTools {
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

interface Kind {
  kind: string;
}

/** One operation with everything it takes to make it and to understand its answer. */
export interface Call<T extends Kind, O extends Kind> {
  op: Operation;
  body: object;
  facts: CallFacts;
  /** What the body holds and no message may repeat. */
  secrets?: readonly string[];
  mayWrite?: MayWrite | undefined;
  /** Reads the body of a 2xx. */
  accept(body: unknown, now: Date): T | Verdict;
  /** What the operation makes of whatever the call came to. */
  conclude(verdict: T | Verdict, now: Date): O;
}

export interface Calls {
  make<T extends Kind, O extends Kind>(call: Call<T, O>): Promise<O>;
  health(): ProviderHealth;
  /** The refusal of an open circuit, for whoever would rather know before anything is written. */
  checkoutRefusal(): ProviderDown | undefined;
  /** Resolves when a recurring charge would be let through. */
  chargesAdmitted(signal?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const PATHS: Readonly<Record<Operation, string>> = {
  ready: '/online/v1/payment/ready',
  approve: '/online/v1/payment/approve',
  order: '/online/v1/payment/order',
  cancel: '/online/v1/payment/cancel',
  subscription: '/online/v1/payment/subscription',
  inactive: '/online/v1/payment/manage/subscription/inactive',
  status: '/online/v1/payment/manage/subscription/status',
};

/** They move nothing, so they may be made again after any fault. */
const READS: readonly Operation[] = ['order', 'status'];

interface Parts {
  secretKey: string;
  clock: Clock;
  groups: Groups;
  signs: CallSigns;
  book: HealthBook;
}

/** Calls of KakaoPay, each under its group's guard. Throws `Misconfigured` when no secret key is set. */
export function openCalls(config: Config, tools: ProviderTools): Calls {
  const secretKey = requireSecret(config, 'payments.kakaopay.secretKey');
  const groups = openGroups(config, tools);
  const { pay, charge, refund, lookup } = groups;
  const book = openHealthBook({ takesMoney: [pay.guard, charge.guard], others: [refund.guard, lookup.guard] });
  const parts = { secretKey, clock: tools.clock, groups, signs: openCallSigns('KAKAOPAY', tools), book };
  return {
    make: (call) => make(parts, call),
    health: book.health,
    checkoutRefusal: () => refusalOf(pay.guard.state()),
    chargesAdmitted: (signal) => charge.guard.admitted(signal),
    close: () => closeGroups(groups),
  };
}

const refusalOf = ({ breaker, reopensAt }: ReturnType<Guard['state']>): ProviderDown | undefined =>
  breaker === 'open'
    ? { kind: 'provider_down', why: 'circuit_open', proof: 'local', ...(reopensAt && { retryAt: reopensAt }) }
    : undefined;

async function make<T extends Kind, O extends Kind>(parts: Parts, call: Call<T, O>): Promise<O> {
  const { guard } = parts.groups[GROUP_OF[call.op]];
  const { verdict } = await guard.run<Reading<T>>({
    op: call.op,
    attempt: (signal, tryNumber) => tryOnce(parts, call, { signal, tryNumber }),
    isFault: (reading) => isFault(reading.verdict),
    mayRepeat: ({ verdict: tried }) => (READS.includes(call.op) ? isFault(tried) : wasNotWritten(tried)),
    refused: (refusal) => ({ verdict: turnedAway(parts, call, refusal) }),
  });
  return call.conclude(verdict, parts.clock.now());
}

/** The only proof that a call which may move money can be made again. */
const wasNotWritten = (verdict: { kind: string } | Verdict): boolean =>
  'proof' in verdict && verdict.proof === 'not_written';

interface Try {
  signal: AbortSignal;
  tryNumber: number;
}

async function tryOnce<T extends Kind, O extends Kind>(
  parts: Parts,
  call: Call<T, O>,
  { signal, tryNumber }: Try,
): Promise<Reading<T>> {
  const { clock, signs, book } = parts;
  const startedMs = clock.monotonicMs();
  const answer = await post(parts, call, signal);
  const ms = clock.monotonicMs() - startedMs;
  const now = clock.now();
  const reading = readAnswer(answer, { ...call, now, secrets: secretsOf(parts, call) });
  const outcome = call.conclude(reading.verdict, now);
  book.note(isFault(reading.verdict));
  signs.called({ ...aboutOf(parts, call), ...reading, ...wireOf(answer), tryNumber, outcome, ms });
  return reading;
}

function post({ groups, secretKey }: Parts, { op, body, mayWrite }: AnyCall, signal: AbortSignal): Promise<Answer> {
  const headers = { authorization: `SECRET_KEY ${secretKey}` };
  return groups[GROUP_OF[op]].caller.post(PATHS[op], body, { headers, signal, ...(mayWrite && { mayWrite }) });
}

function turnedAway<T extends Kind, O extends Kind>(
  parts: Parts,
  call: Call<T, O>,
  { why, retryAt }: Refusal,
): Verdict {
  const verdict: Verdict = { kind: 'provider_down', why, proof: 'local', retryAt };
  const outcome = call.conclude(verdict, parts.clock.now());
  parts.signs.refused({ ...aboutOf(parts, call), verdict, outcome, tryNumber: 0, ms: 0, sent: false });
  return verdict;
}

/** A call as far as its answer does not matter. */
type AnyCall = Pick<Call<never, Kind>, 'op' | 'body' | 'facts' | 'secrets' | 'mayWrite'>;

const secretsOf = ({ secretKey }: Parts, { secrets = [] }: AnyCall): string[] => [...secrets, secretKey];

const aboutOf = ({ groups }: Parts, { op, facts }: AnyCall) => ({
  op,
  facts,
  breaker: groups[GROUP_OF[op]].guard.state().breaker,
});

const wireOf = (answer: Answer) => ({
  sent: answer.kind !== 'not_written',
  ...(answer.kind === 'answered' && { httpStatus: answer.status }),
});
