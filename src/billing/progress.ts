import type { Clock } from '../platform/clock.ts';
import { STEPS, sumOf, type Counters, type CountersByStep, type StepName } from './counters.ts';
import type { Engine } from './engine.ts';

/** Where a run is, as people and machines watch it. */
export interface Progress extends Omit<Counters, 'selected'> {
  runId: string;
  runnerId: string;
  businessDate: string;
  step: StepName | 'recover' | 'notices' | 'resolve';
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
