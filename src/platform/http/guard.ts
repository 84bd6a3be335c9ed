import { timeout, TimeoutStrategy, type TimeoutPolicy } from 'cockatiel';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { pause } from '../waiting.ts';
import { openBulkhead, type Bulkhead, type BulkheadSettings } from './bulkhead.ts';
import { openGate, type BreakerSettings, type Gate, type Period } from './gate.ts';
import { openSigns, type GuardSigns } from './signs.ts';

export interface GuardSettings extends BulkheadSettings {
  connectTimeoutMs: number;
  readTimeoutMs: number;
  /** For everything, from `run` on. */
  deadlineMs: number;
  /** Further tries after the first. */
  retries: number;
  /** Before the first further try; doubled before each one after it, and 20 % more or less each time. */
  backoffMs: number;
  breaker: BreakerSettings;
}

/** Why a call was not made. Nothing has happened. */
export interface Refusal {
  /** `bulkhead_full` also where the caller's time was up before a slot was free. */
  why: 'circuit_open' | 'bulkhead_full';
  retryAt: Date;
}

export interface GuardedCall<T> {
  /** What is called, for the metrics; the group where left out. */
  op?: string;
  /** One try on the wire. It ends soon after `signal` fires and never throws for what happens on the wire. */
  attempt(signal: AbortSignal, tryNumber: number): Promise<T>;
  /** Whether the provider is to blame: what the breaker counts. */
  isFault(result: T): boolean;
  /** Whether a further try is allowed after this result: proof that nothing was written, or any fault of a read. */
  mayRepeat(result: T): boolean;
  refused(refusal: Refusal): T;
  /** The caller's own end, from `run` on; the earlier of it and the group's deadline holds. */
  deadlineMs?: number;
  signal?: AbortSignal;
}

export interface Guard {
  /** Makes a call under the group's limits. Throws only what `attempt` throws. */
  run<T>(call: GuardedCall<T>): Promise<T>;
  state(): { breaker: Period['breaker']; reopensAt?: Date; active: number; waiting: number };
  /**
   * Resolves when the breaker would let a call through (closed, or half-open with a trial free), or when `signal`
   * fires: for workers that wait without spinning. After `close` it resolves at once.
   */
  admitted(signal?: AbortSignal): Promise<void>;
  /** Stops timers and gauges. An open breaker stays open. */
  close(): void;
}

export interface GuardTools {
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

/** Names the calls that share one guard: a provider and a group of its operations. */
export interface GuardName {
  provider: string;
  group: string;
}

/** When half-open trials are taken or a slot is awaited, nobody knows how long; a second asks again soon enough. */
const SOON_MS = 1_000;

const JITTER = 0.2;

/** What a guard is made of; the functions below put it together for one call. */
interface Parts {
  name: GuardName;
  settings: GuardSettings;
  clock: Clock;
  gate: Gate;
  bulkhead: Bulkhead;
  timeLimit: TimeoutPolicy;
  signs: GuardSigns;
}

/**
 * From the outside: total deadline, retry, gate, bulkhead, breaker, timeout, attempt. The gate stands before the
 * bulkhead, since at the moment of opening all slots may hang on the provider; it is asked again behind it, since the
 * breaker may have opened while a call waited there.
 */
export function openGuard(name: GuardName, settings: GuardSettings, { clock, log, metrics }: GuardTools): Guard {
  const bulkhead = openBulkhead(settings);
  const gate = openGate(settings.breaker, clock, (now, before) => signs.changed(now, before));
  const signs = openSigns(name, { log, metrics, period: gate.period, counts: bulkhead.counts });
  const timeLimit = timeout(settings.connectTimeoutMs + settings.readTimeoutMs, {
    strategy: TimeoutStrategy.Cooperative,
    abortOnReturn: false,
  });
  const parts = { name, settings, clock, gate, bulkhead, timeLimit, signs };

  return {
    async run(call) {
      const deadline = beginDeadline(Math.min(settings.deadlineMs, call.deadlineMs ?? Infinity), call.signal);
      try {
        return await tryUntilDone(parts, call, deadline.signal);
      } finally {
        deadline.end();
      }
    },
    state() {
      const { breaker } = gate.period();
      return { breaker, ...(breaker === 'open' && { reopensAt: passableAt(parts) }), ...bulkhead.counts() };
    },
    admitted: gate.admitted,
    close() {
      gate.close();
      signs.end();
    },
  };
}

/** A signal for the whole call: it fires when the time is up or the caller's own signal does. */
function beginDeadline(ms: number, outer: AbortSignal | undefined): { signal: AbortSignal; end: () => void } {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  if (ms <= 0 || outer?.aborted) abort();
  const timer = setTimeout(abort, ms);
  outer?.addEventListener('abort', abort);
  return {
    signal: controller.signal,
    end: () => {
      clearTimeout(timer);
      outer?.removeEventListener('abort', abort);
    },
  };
}

async function tryUntilDone<T>(parts: Parts, call: GuardedCall<T>, signal: AbortSignal): Promise<T> {
  const { name, settings, signs } = parts;
  const op = call.op ?? name.group;
  for (let tryNumber = 1; ; tryNumber += 1) {
    const tried = await tryOnce(parts, call, { signal, tryNumber });
    if ('refusal' in tried) {
      signs.refused(op, tried.refusal.why);
      return call.refused(tried.refusal);
    }
    if (tryNumber > settings.retries || !call.mayRepeat(tried.result)) return tried.result;
    await backOff(settings.backoffMs * 2 ** (tryNumber - 1), signal);
    if (signal.aborted) return tried.result;
    signs.retried(op);
  }
}

/** Waits, a little more or less so that calls that failed together do not come back together; an abort ends it. */
async function backOff(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms * (1 - JITTER + 2 * JITTER * Math.random()), signal);
}

type Tried<T> = { result: T } | { refusal: Refusal };

async function tryOnce<T>(
  parts: Parts,
  call: GuardedCall<T>,
  { signal, tryNumber }: { signal: AbortSignal; tryNumber: number },
): Promise<Tried<T>> {
  const { gate, bulkhead, timeLimit } = parts;
  const held = gate.admit();
  if (!held) return refuse(parts, 'circuit_open');
  if (!(await bulkhead.enter(signal))) {
    gate.giveBack(held);
    return refuse(parts, 'bulkhead_full');
  }
  try {
    const pass = gate.admit(held);
    if (!pass) return refuse(parts, 'circuit_open');
    const attempt = () => timeLimit.execute((limit) => call.attempt(limit.signal, tryNumber), signal);
    return { result: await gate.run(pass, attempt, call.isFault) };
  } finally {
    bulkhead.leave();
  }
}

function refuse(parts: Parts, why: Refusal['why']): { refusal: Refusal } {
  return { refusal: { why, retryAt: why === 'circuit_open' ? passableAt(parts) : soon(parts.clock) } };
}

/** When an open breaker lets the next call through; by the monotonic clock, in the words of the other one. */
function passableAt({ gate, clock }: Parts): Date {
  const period = gate.period();
  if (period.breaker !== 'open') return soon(clock);
  return after(clock, Math.max(0, period.overAtMs - clock.monotonicMs()));
}

const soon = (clock: Clock): Date => after(clock, SOON_MS);

const after = (clock: Clock, ms: number): Date => new Date(clock.now().getTime() + ms);
