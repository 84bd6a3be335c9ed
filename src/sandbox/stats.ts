import { systemClock } from '../platform/clock.ts';
import { OPS, type Op } from './facts.ts';

/** One second of the machine's clock. */
export interface SecondStats {
  at: string;
  arrivals: number;
  executed: number;
  answered: number;
}

export interface StatsReport {
  arrivals: number;
  inFlight: number;
  /** Answers that went out whole. */
  answered: number;
  /** From the arrival of a call to its answer, on average. */
  meanAnswerMs: number;
  strictRejections: number;
  /** Arrivals of each call. */
  ops: Record<Op, number>;
  /** The last ten minutes, oldest first; seconds in which nothing happened are left out. */
  perSecond: readonly SecondStats[];
}

/** What has happened at the providers' doors since the sandbox was started or reset. */
export interface Stats {
  arrive(op: Op | undefined): void;
  execute(movements: number): void;
  /** A call is over: answered after so long, or not at all. */
  leave(answeredAfterMs: number | undefined): void;
  rejectStrictly(): void;
  report(): StatsReport;
  reset(): void;
}

const KEPT_SECONDS = 600;

export function newStats(): Stats {
  const machine = systemClock();
  let seconds: SecondStats[] = [];
  let totals = noTotals();
  let inFlight = 0;

  const thisSecond = (): SecondStats => {
    const at = `${machine.now().toISOString().slice(0, 19)}Z`;
    const last = seconds.at(-1);
    if (last?.at === at) return last;
    const fresh = { at, arrivals: 0, executed: 0, answered: 0 };
    seconds = [...seconds.slice(1 - KEPT_SECONDS), fresh];
    return fresh;
  };

  return {
    arrive(op) {
      totals.arrivals += 1;
      inFlight += 1;
      thisSecond().arrivals += 1;
      if (op) totals.ops[op] += 1;
    },
    execute(movements) {
      if (movements > 0) thisSecond().executed += movements;
    },
    leave(answeredAfterMs) {
      inFlight -= 1;
      if (answeredAfterMs === undefined) return;
      thisSecond().answered += 1;
      totals.answered += 1;
      totals.answerMs += answeredAfterMs;
    },
    rejectStrictly: () => void (totals.strictRejections += 1),
    report() {
      const { answerMs, ...counts } = totals;
      const meanAnswerMs = Math.round((100 * answerMs) / Math.max(1, counts.answered)) / 100;
      return { ...counts, meanAnswerMs, inFlight, perSecond: seconds };
    },
    reset() {
      totals = noTotals();
      seconds = [];
    },
  };
}

const noTotals = () => ({
  arrivals: 0,
  answered: 0,
  answerMs: 0,
  strictRejections: 0,
  ops: Object.fromEntries(OPS.map((op) => [op, 0])) as Record<Op, number>,
});
