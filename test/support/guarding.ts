import { onTestFinished } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import {
  openGuard,
  type Guard,
  type GuardedCall,
  type GuardSettings,
  type Refusal,
} from '../../src/platform/http/index.ts';
import { openMetrics } from '../../src/platform/metrics.ts';
import { START } from './environment.ts';
import { recordingLog } from './recording-log.ts';

export type Settings = Partial<Omit<GuardSettings, 'breaker'>> & { breaker?: Partial<GuardSettings['breaker']> };

/** A guard with the settings of the pay group, unless said otherwise, and everything it shows. */
export function guarded({ breaker, ...settings }: Settings = {}, group = 'pay') {
  const clock = systemClock(new Date(START));
  const log = recordingLog();
  const metrics = openMetrics();
  const guard = openGuard(
    { provider: 'KAKAOPAY', group },
    {
      bulkhead: 50,
      queue: 50,
      longestWaitMs: 500,
      connectTimeoutMs: 3_000,
      readTimeoutMs: 15_000,
      deadlineMs: 20_000,
      retries: 0,
      backoffMs: 1,
      ...settings,
      breaker: { size: 40, minimumCalls: 20, threshold: 0.6, openMs: 10_000, trialCalls: 10, ...breaker },
    },
    { clock, log, metrics },
  );
  onTestFinished(() => guard.close());
  return { guard, clock, log, metrics };
}

/** What a call came to in a test: the provider's doing, or the guard's. */
export type Result = 'good' | 'fault' | Refusal['why'];

export const callOf = (
  attempt: GuardedCall<Result>['attempt'],
  more: Partial<GuardedCall<Result>> = {},
): GuardedCall<Result> => ({
  attempt,
  isFault: (result) => result === 'fault',
  mayRepeat: () => false,
  refused: ({ why }) => why,
  ...more,
});

/** One call after the other, each with the result it is given. */
export async function play(guard: Guard, results: Result[]): Promise<Result[]> {
  const seen: Result[] = [];
  for (const result of results) seen.push(await guard.run(callOf(async () => result)));
  return seen;
}

export const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

/** A call that is under way until it is ended. */
export function heldCall(more: Partial<GuardedCall<Result>> = {}) {
  const { promise, resolve: end, reject: fail } = Promise.withResolvers<Result>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<AbortSignal>();
  const attempt = (signal: AbortSignal): Promise<Result> => {
    begin(signal);
    return promise;
  };
  return { call: callOf(attempt, more), begun, end, fail };
}
