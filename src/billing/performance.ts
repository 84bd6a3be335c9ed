import { createHistogram } from 'node:perf_hooks';
import type { Clock } from '../platform/clock.ts';

/** How a run uses its time and its memory; nothing in here grows with the number of charges. */
export interface Performance {
  /** Measures one call to a provider. */
  timed<T>(call: () => Promise<T>): Promise<T>;
  inFlight(): number;
  /** Looks at the memory of the process; the highest is kept. */
  sampleMemory(): void;
  figures(): Figures;
}

export interface Figures {
  calls: number;
  /** From the first call to the last answer. */
  seconds: number;
  perSecond: number;
  /** The share of the permits' time that was spent in calls. */
  wireUtilisation: number;
  p50Ms: number;
  p99Ms: number;
  peakRssMb: number;
}

const MEGABYTE = 1_048_576;

export function openPerformance(clock: Pick<Clock, 'monotonicMs'>, concurrency: number): Performance {
  const durations = createHistogram();
  let [calls, inFlight, inCallsMs, peakRss] = [0, 0, 0, process.memoryUsage.rss()];
  let firstMs: number | undefined;
  let lastMs = 0;

  return {
    async timed(call) {
      const startedMs = clock.monotonicMs();
      firstMs ??= startedMs;
      inFlight += 1;
      try {
        return await call();
      } finally {
        lastMs = clock.monotonicMs();
        const ms = lastMs - startedMs;
        inFlight -= 1;
        calls += 1;
        inCallsMs += ms;
        durations.record(Math.max(1, Math.round(ms * 1_000)));
      }
    },
    inFlight: () => inFlight,
    sampleMemory() {
      peakRss = Math.max(peakRss, process.memoryUsage.rss());
    },
    figures() {
      const ms = firstMs === undefined ? 0 : lastMs - firstMs;
      return {
        calls,
        seconds: rounded(ms / 1_000),
        perSecond: ms > 0 ? rounded(calls / (ms / 1_000)) : 0,
        wireUtilisation: ms > 0 ? Math.min(1, rounded(inCallsMs / (ms * concurrency))) : 0,
        p50Ms: rounded(durations.percentile(50) / 1_000),
        p99Ms: rounded(durations.percentile(99) / 1_000),
        peakRssMb: rounded(peakRss / MEGABYTE),
      };
    },
  };
}

const rounded = (value: number): number => Math.round(value * 100) / 100;
