import type { App } from '../app.ts';
import type { ChargeOutcome } from '../payments/index.ts';
import { failPoint } from '../platform/fail-points.ts';
import { pause } from '../platform/waiting.ts';
import type { AttemptState, PaymentAttempt, PaymentProviderName } from '../schema.ts';
import { chargeSent, MOST_REPEATS, repeatDelayMs, type Line } from './charge.ts';
import { openCircuit, type Circuit } from './circuit.ts';
import { claimAttempts, type Claim } from './claim.ts';
import { COUNTED_AS, countCode, type CodeCount, type Counters } from './counters.ts';
import type { Window } from './due.ts';
import { inGroups } from './groups.ts';
import type { Halt } from './halt.ts';
import type { Pace } from './pace.ts';
import type { Performance } from './performance.ts';
import { openPermits, type Permits } from './permits.ts';
import { openRejections, type Rejections } from './rejections.ts';
import { openRests } from './rests.ts';
import type { Runner } from './runner.ts';
import { scheduleAgain } from './schedule-again.ts';
import { groupSettler, type Answered } from './settle-group.ts';
import { isDatabaseLost } from './database-lost.ts';

/** What the four stages of a charge share over a whole run. */
export interface Engine {
  app: App;
  runner: Runner;
  window: Window;
  halt: Halt;
  /** When the run takes no more work. */
  deadline: Date;
  performance: Performance;
  codes: Map<string, CodeCount>;
  permits: Permits;
  pace: Pace;
  limit: Limit;
  rejections: Rejections;
  claim(attempt: PaymentAttempt): Promise<Claim>;
  settle(answered: Answered): Promise<AttemptState>;
  circuitOf(name: PaymentProviderName): Circuit;
  circuits(): readonly Circuit[];
}

/** How many charges this process may still send. */
export interface Limit {
  /** Takes one; false when there are no more. */
  take(): boolean;
  giveBack(): void;
}

export interface EngineOptions {
  app: App;
  runner: Runner;
  window: Window;
  halt: Halt;
  deadline: Date;
  performance: Performance;
  codes: Map<string, CodeCount>;
  pace: Pace;
  limit?: number | undefined;
}

export function openEngine(options: EngineOptions): Engine {
  const { app, runner, halt } = options;
  const patienceMs = app.config.billing.breakerPatienceSeconds * 1_000;
  const circuits = new Map<PaymentProviderName, Circuit>();
  const claimant = { runner, rests: openRests(app) };
  return {
    ...options,
    permits: openPermits(app.config.billing.concurrency),
    limit: openLimit(options.limit),
    rejections: openRejections(),
    claim: inGroups((wanted: PaymentAttempt[]) => claimAttempts(app, claimant, wanted)),
    settle: groupSettler(app),
    circuitOf(name) {
      const known = circuits.get(name);
      const circuit = known ?? openCircuit(app.payments.provider(name), { clock: app.clock, halt, patienceMs });
      circuits.set(name, circuit);
      return circuit;
    },
    circuits: () => [...circuits.values()],
  };
}

function openLimit(most: number | undefined): Limit {
  let left = most ?? Infinity;
  return {
    take() {
      if (left <= 0) return false;
      left -= 1;
      return true;
    },
    giveBack: () => void (left += 1),
  };
}

/** How one attempt ended in this run; what waits is taken again in the same run. */
export type Ended = { kind: 'counted' | 'left' | 'gone' } | { kind: 'waits'; until: Date; why: 'busy' | 'blackout' };

/**
 * Brings one attempt to its end: claimed, charged, settled, and after a fault that certainly charged nothing repeated as
 * a new attempt. Adds to `counters` what it came to.
 */
export async function bringToEnd(engine: Engine, first: PaymentAttempt, counters: Counters): Promise<Ended> {
  const count = (name: keyof Counters): Ended => {
    counters.selected += 1;
    counters[name] += 1;
    return { kind: name === 'left' || name === 'fenced' ? 'left' : 'counted' };
  };
  let attempt: PaymentAttempt | undefined = first;
  const repeats: Repeats = { counted: 0, trials: 0 };
  while (attempt) {
    const tried: Tried = await tryOnce(engine, attempt);
    if (tried.kind === 'claim') {
      const { claim } = tried;
      if (claim.kind === 'waits' || claim.kind === 'gone') return claim;
      if (claim.kind === 'fenced') return count('fenced');
      if (claim.kind !== 'closed') return count('left');
      if (!claim.again) return count('notCharged');
    } else if (tried.kind === 'stopped') {
      return count('left');
    } else {
      if (tried.outcome.kind === 'approved') counters.amountApproved += attempt.amount;
      const next = afterFault(engine, attempt, { outcome: tried.outcome, repeats });
      if (next === 'no_fault' || next === 'left') return count(COUNTED_AS[tried.outcome.kind]);
      await pause(next.repeatAfterMs, engine.halt.signal);
      if (engine.halt.signal.aborted) return count('left');
    }
    attempt = await scheduleAgain(engine, attempt);
  }
  return count('notCharged'); // the customer has left, paused or must give another method meanwhile
}

type Tried =
  | { kind: 'claim'; claim: Exclude<Claim, { kind: 'sent' }> }
  | { kind: 'answered'; outcome: ChargeOutcome }
  /** Nothing was sent because the run stops, or what was answered could not be booked. */
  | { kind: 'stopped' };

async function tryOnce(engine: Engine, attempt: PaymentAttempt): Promise<Tried> {
  const { halt, limit, pace } = engine;
  const circuit = engine.circuitOf(attempt.provider);
  const leave = await circuit.enter();
  if (!leave) return { kind: 'stopped' };
  try {
    await pace(halt.signal);
    if (halt.signal.aborted) return { kind: 'stopped' };
    if (!limit.take()) {
      halt.finish('LIMIT');
      return { kind: 'stopped' };
    }
    const claim = await engine.claim(attempt);
    if (claim.kind !== 'sent') {
      limit.giveBack();
      if (claim.kind === 'lost' && !halt.signal.aborted) halt.stop('LEASE_LOST');
      if (claim.kind === 'failed') noteBug(engine, claim.error, attempt.publicId);
      return { kind: 'claim', claim };
    }
    const outcome = await chargeSent(engine.app, lineOf(engine, circuit), claim);
    failPoint('charge:answered');
    return await book(engine, { attempt: claim.attempt, outcome });
  } finally {
    leave();
  }
}

const lineOf = (engine: Engine, circuit: Circuit): Line => ({
  permits: engine.permits,
  performance: engine.performance,
  halt: engine.halt,
  heard: (outcome) => watch(engine, circuit, outcome),
  bug: (err, attemptId) => noteBug(engine, err, attemptId),
});

function noteBug({ app, halt }: Engine, err: unknown, attemptId: string): void {
  halt.note('BUG');
  app.log.error({ err, attemptId }, 'unexpected error in a charge');
}

/** An answer that could not be booked is kept on disk, and its attempt stays SENT until the next start. */
async function book({ app, halt, settle, codes }: Engine, answered: Answered): Promise<Tried> {
  const { attempt, outcome } = answered;
  try {
    await settle(answered);
    failPoint('charge:settled');
    countCode(codes, attempt.provider, outcome);
    return { kind: 'answered', outcome };
  } catch (err) {
    app.log.error({ err, attemptId: attempt.publicId }, 'an answer could not be settled');
    if (isDatabaseLost(err)) halt.stop('DATABASE_LOST');
    else halt.note('BUG');
    return { kind: 'stopped' };
  }
}

/** Stops where going on would only repeat the same failure. */
function watch({ app, halt, rejections }: Engine, circuit: Circuit, outcome: ChargeOutcome): void {
  if (outcome.kind === 'provider_down') {
    if (outcome.why === 'circuit_open') circuit.refused();
    if (outcome.why === 'too_late') halt.stop('SUSPENDED'); // who knows what else has happened while it slept
  } else if (outcome.kind !== 'unknown' || outcome.answered) circuit.answered();
  const verdict = rejections.note(outcome);
  if (verdict === 'no') return;
  halt.note('CONFIG_REJECTED');
  if (verdict === 'item' || halt.signal.aborted) return;
  halt.stop('CONFIG_REJECTED');
  app.log.error({ event: 'billing_rejected', outcome }, 'the provider rejects our configuration; nothing more is sent');
}

/** Tries of one cycle in one run that certainly charged nothing. */
interface Repeats {
  counted: number;
  /** Made to find out whether the provider is well again; they cost the cycle nothing, up to a point. */
  trials: number;
}

const MOST_TRIALS = 10;

/** What to do about a charge that certainly did not happen. */
function afterFault(
  { app, halt, circuitOf }: Engine,
  attempt: PaymentAttempt,
  { outcome, repeats }: { outcome: ChargeOutcome; repeats: Repeats },
): { repeatAfterMs: number } | 'no_fault' | 'left' {
  if (outcome.kind !== 'provider_down') return 'no_fault';
  if (outcome.why === 'circuit_open') return { repeatAfterMs: 0 }; // refused by ourselves: the worker waits for the circuit
  const askedMs = outcome.retryAt ? outcome.retryAt.getTime() - app.clock.now().getTime() : 0;
  if (askedMs > app.config.billing.breakerPatienceSeconds * 1_000) halt.stop('PROVIDER_DOWN');
  const isTrial = circuitOf(attempt.provider).isOpen() && repeats.trials < MOST_TRIALS;
  const spent = outcome.proof === 'not_written' ? MOST_REPEATS : repeats.counted; // those were repeated on the wire
  if (halt.signal.aborted) return 'left'; // for whatever reason the run stops
  if (!isTrial && spent >= MOST_REPEATS) {
    halt.note('PROVIDER_DOWN');
    return 'left';
  }
  const repeatAfterMs = Math.max(askedMs, repeatDelayMs(app, repeats.counted));
  if (isTrial) repeats.trials += 1;
  else repeats.counted += 1;
  return { repeatAfterMs };
}
