import { EventEmitter, once } from 'node:events';
import { CountBreaker, circuitBreaker, handleWhenResult } from 'cockatiel';
import type { Clock } from '../clock.ts';

export interface BreakerSettings {
  /** Calls that are remembered. */
  size: number;
  /** Calls before the first judgement. */
  minimumCalls: number;
  /** The breaker opens when more than this share of the remembered calls were faults, judged at a fault. */
  threshold: number;
  /** Time without calls before the provider is tried again. */
  openMs: number;
  /** Calls that are let through to try it. */
  trialCalls: number;
}

/** The time between two changes of the breaker. A half-open one counts its trials. */
export type Period =
  | { breaker: 'closed' }
  | { breaker: 'open'; overAtMs: number; faults: number; calls: number }
  | { breaker: 'half_open'; admitted: number; faults: number; calls: number };

/** Told of every change, with the period that ended and the one that begins. */
export type Watcher = (now: Period, before: Period) => void;

export interface Gate {
  /**
   * Lets one try pass: the answer is the period it passes under, or undefined for a refusal. A try that has waited
   * since asks again with what it `held`, for that may be over.
   */
  admit(held?: Period): Period | undefined;
  /** Gives back what was held by a try that is not made after all. */
  giveBack(held: Period): void;
  /** Makes an admitted try and judges it. Errors that it throws are passed on. */
  run<T>(held: Period, attempt: () => Promise<T>, isFault: (result: T) => boolean): Promise<T>;
  period(): Period;
  /** Resolves when `admit` would let a try pass, when `signal` fires, or when the gate is closed for good. */
  admitted(signal?: AbortSignal): Promise<void>;
  close(): void;
}

/** What cockatiel is shown of a try: a value, whatever happened. */
type Judged<T> = { fault: boolean } & ({ value: T } | { error: unknown });

/**
 * The breaker, and the gate before it. cockatiel's CountBreaker decides when to open and, by the trials, whether to
 * close. The gate keeps the time and the number of trials, because cockatiel lets callers beyond the trials wait until
 * those have ended, looks at the time only when it is called, and goes half-open for whoever comes out of a queue.
 * No more tries reach cockatiel in half-open than it samples, so nobody ever waits in it.
 */
export function openGate(settings: BreakerSettings, clock: Pick<Clock, 'monotonicMs'>, watcher: Watcher): Gate {
  const { openMs, trialCalls } = settings;
  const { breaker, recentCounts } = openBreaker(settings);
  // One listener for each waiting worker.
  const changes = new EventEmitter().setMaxListeners(0);
  let period: Period = { breaker: 'closed' };
  let timer: NodeJS.Timeout | undefined;
  let ended = false;

  const begin = (next: Period): void => {
    const before = period;
    period = next;
    watcher(next, before);
    changes.emit('change');
  };
  const halfOpen = (): void => begin({ breaker: 'half_open', admitted: 0, faults: 0, calls: 0 });

  breaker.onBreak(() => {
    const { faults, calls } = period.breaker === 'half_open' ? period : recentCounts();
    begin({ breaker: 'open', overAtMs: clock.monotonicMs() + openMs, faults, calls });
    // Keeps the process alive: a billing run may be waiting for nothing else.
    if (!ended) timer = setTimeout(halfOpen, openMs);
  });
  breaker.onReset(() => begin({ breaker: 'closed' }));

  const hasRoom = (): boolean =>
    period.breaker === 'closed' || (period.breaker === 'half_open' && period.admitted < trialCalls);

  return {
    admit(held) {
      if (held === period) return held;
      if (!hasRoom()) return undefined;
      if (period.breaker === 'half_open') period.admitted += 1;
      return period;
    },
    giveBack(held) {
      if (held.breaker === 'half_open') held.admitted -= 1;
      changes.emit('change');
    },
    async run(held, attempt, isFault) {
      const judged = await breaker.execute(() => judge(held, attempt, isFault));
      if ('error' in judged) throw judged.error;
      return judged.value;
    },
    period: () => period,
    async admitted(signal) {
      while (!ended && !signal?.aborted && !hasRoom()) await once(changes, 'change', { signal }).catch(() => undefined);
    },
    close() {
      ended = true;
      clearTimeout(timer);
      changes.emit('change');
    },
  };
}

function openBreaker({ size, minimumCalls, threshold, trialCalls }: BreakerSettings) {
  const recent = new CountBreaker({ size, minimumNumberOfCalls: minimumCalls, threshold });
  const breaker = circuitBreaker(
    handleWhenResult((judged) => (judged as Judged<unknown>).fault),
    {
      breaker: recent,
      halfOpenAfter: -Infinity, // the gate has kept the time already, and the machine's clock may have been set back
      halfOpenSampling: { calls: trialCalls, threshold },
    },
  );
  const recentCounts = (): { faults: number; calls: number } => {
    const { failures, successes } = recent.state as { failures: number; successes: number };
    return { faults: failures, calls: failures + successes };
  };
  return { breaker, recentCounts };
}

/**
 * cockatiel takes an error thrown by a trial for a success, and a bug is no sign of health: a trial that throws counts
 * as a fault. Under a closed breaker it is not counted at all, for it says nothing about the provider.
 */
async function judge<T>(held: Period, attempt: () => Promise<T>, isFault: (result: T) => boolean): Promise<Judged<T>> {
  const trial = held.breaker === 'half_open' ? held : undefined;
  const judged = await resultOf(attempt, isFault);
  if ('error' in judged && !trial) throw judged.error;
  if (trial) trial.calls += 1;
  if (trial && judged.fault) trial.faults += 1;
  return judged;
}

async function resultOf<T>(attempt: () => Promise<T>, isFault: (result: T) => boolean): Promise<Judged<T>> {
  try {
    const value = await attempt();
    return { value, fault: isFault(value) };
  } catch (error) {
    return { error, fault: true };
  }
}
