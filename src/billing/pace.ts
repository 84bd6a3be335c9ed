import type { Clock } from '../platform/clock.ts';
import { pause } from '../platform/waiting.ts';

/** Resolves when the next charge may begin, or when `signal` fires. */
export type Pace = (signal: AbortSignal) => Promise<void>;

/** At most `perSecond` turns a second, evenly; without it as many as come. */
export function openPace(clock: Pick<Clock, 'monotonicMs'>, perSecond: number | undefined): Pace {
  if (perSecond === undefined) return async () => undefined;
  const everyMs = 1_000 / perSecond;
  let nextMs = clock.monotonicMs();
  return async (signal) => {
    const nowMs = clock.monotonicMs();
    const turnMs = Math.max(nextMs, nowMs);
    nextMs = turnMs + everyMs;
    await pause(turnMs - nowMs, signal);
  };
}
