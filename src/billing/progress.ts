import type { Clock } from '../platform/clock.ts';
import { STEPS, sumOf, type Counters, type CountersByStep } from './counters.ts';
import type { Engine } from './engine.ts';

/** Where a run is, as people and machines watch it. */
export interface Progress extends Omit<Counters, 'selected'> {
  runId: string;
  runnerId: string;
  businessDate: string;
  step: (typeof RUN_STEPS)[number];
  /** Cycles that have come to an end in this process. */
  done: number;
  /** Cycles that were due when it began. */
  total: number;
  perSecond: number;
  breaker: 'closed' | 'open';
  inFlight: number;
  rssMb: number;
}

const MEGABYTE = 1_048_576;

export function progressOf(
  engine: Engine,
  byStep: CountersByStep,
  { step, total }: Pick<Progress, 'step' | 'total'>,
): Progress {
  const { selected, ...counts } = sumOf(STEPS.map((name) => byStep[name]));
  const { runner, performance } = engine;
  return {
    runId: runner.runId,
    runnerId: runner.id,
    businessDate: runner.date,
    step,
    done: selected,
    total,
    ...counts,
    perSecond: performance.figures().perSecond,
    breaker: engine.circuits().some((circuit) => circuit.isOpen()) ? 'open' : 'closed',
    inFlight: performance.inFlight(),
    rssMb: Math.round(process.memoryUsage.rss() / MEGABYTE),
  };
}

/** One JSON line of progress. */
export const progressLine = (clock: Clock, progress: Progress): string =>
  JSON.stringify({ ts: clock.now().toISOString(), event: 'bill.progress', ...progress });

const grouped = (value: number): string => value.toLocaleString('en-US');

/** One step as a person watches it: how far, what came of it, how fast, and when it may be over. */
export function describeProgress(progress: Progress): string {
  const { step, done, total, approved, declinedSoft, declinedHard, unknown, perSecond, breaker } = progress;
  const left = Math.max(0, total - done);
  return [
    `${step} ${grouped(done)}/≈${grouped(total)}`,
    `approved ${grouped(approved)}`,
    `declined ${grouped(declinedSoft + declinedHard)}`,
    `unknown ${grouped(unknown)}`,
    `${perSecond.toFixed(1)}/s`,
    `circuit ${breaker}`,
    ...(perSecond > 0 && left > 0 ? [`ETA ${spoken(left / perSecond)}`] : []),
  ].join(' · ');
}

function spoken(seconds: number): string {
  const [minutes, rest] = [Math.floor(seconds / 60), Math.round(seconds % 60)];
  return minutes > 0 ? `${minutes}m${String(rest).padStart(2, '0')}s` : `${rest}s`;
}

/** What a run goes through, in its order. */
export const RUN_STEPS = ['recover', ...STEPS, 'notices', 'resolve'] as const;
