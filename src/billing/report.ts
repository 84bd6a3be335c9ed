import { noCountsByStep, STEPS, sumOf, type CodeCount, type CountersByStep } from './counters.ts';
import type { Found, NeedsOperator, Overdue } from './doubts.ts';
import type { Figures } from './performance.ts';
import { exitCodeOf, type Reason } from './reasons.ts';
import type { BillReport } from './report-schema.ts';

/** Rows that a report names. */
const FIRST = 100;

export interface Facts {
  date: string;
  timeZone: string;
  runId: string | null;
  runnerId: string | null;
  dryRun: boolean;
  startedAt: Date;
  endedAt: Date;
  byStep: CountersByStep;
  codes: Map<string, CodeCount>;
  reasons: ReadonlySet<Reason>;
  recovered: BillReport['recovered'];
  unknown: Found;
  withoutReference: Found;
  overdue: Overdue;
  periodsMissed: number;
  wouldNotCharge: BillReport['wouldNotCharge'];
  figures: Figures | undefined;
  breakerOpenedTimes: number;
  breakerWaitMs: number;
  runners: number;
}

export function composeReport(facts: Facts): BillReport {
  const exitCode = facts.dryRun ? 0 : exitCodeOf(facts.reasons);
  return {
    schema: 'pillivery.bill/1',
    businessDate: facts.date,
    timeZone: facts.timeZone,
    runId: facts.runId,
    runnerId: facts.runnerId,
    dryRun: facts.dryRun,
    outcome: outcomeOf(exitCode),
    exitCode,
    reasons: [...facts.reasons],
    startedAt: facts.startedAt.toISOString(),
    endedAt: facts.endedAt.toISOString(),
    seconds: rounded((facts.endedAt.getTime() - facts.startedAt.getTime()) / 1_000),
    steps: STEPS.map((step) => ({ step, ...facts.byStep[step] })),
    totals: sumOf(STEPS.map((step) => facts.byStep[step])),
    codes: [...facts.codes.values()].toSorted((a, b) => b.count - a.count),
    recovered: facts.recovered,
    unknown: facts.unknown,
    overdueBeyondCatchUp: facts.overdue,
    needsOperator: needsOf(facts),
    periodsMissed: facts.periodsMissed,
    wouldNotCharge: facts.wouldNotCharge,
    performance: performanceOf(facts),
    runners: facts.runners,
  };
}

/** One attempt may be in doubt for two reasons; it is named once. */
function needsOf({ unknown, withoutReference }: Facts): NeedsOperator[] {
  const all = new Map([...unknown.first, ...withoutReference.first].map((need) => [need.attemptId, need]));
  return [...all.values()].slice(0, FIRST);
}

function performanceOf({ figures, breakerOpenedTimes, breakerWaitMs }: Facts): BillReport['performance'] {
  return {
    charges: figures?.calls ?? 0,
    perSecond: figures?.perSecond ?? 0,
    wireUtilisation: figures?.wireUtilisation ?? 0,
    p50Ms: figures?.p50Ms ?? 0,
    p99Ms: figures?.p99Ms ?? 0,
    peakRssMb: figures?.peakRssMb ?? 0,
    breakerOpenedTimes,
    breakerWaitSeconds: rounded(breakerWaitMs / 1_000),
  };
}

const outcomeOf = (exitCode: number): BillReport['outcome'] =>
  exitCode === 0 ? 'completed' : exitCode === 3 ? 'needs-operator' : exitCode === 75 ? 'incomplete' : 'failed';

const rounded = (value: number): number => Math.round(value * 100) / 100;

/** The run's report: that of its last runner, with what all of its runners have counted. */
export function sumRunners(
  own: BillReport,
  runners: readonly { counters: Record<string, unknown> | null }[],
): BillReport {
  const all = runners.map(({ counters }) => (counters ?? noCountsByStep()) as unknown as CountersByStep);
  const steps = STEPS.map((step) => ({ step, ...sumOf(all.map((byStep) => byStep[step])) }));
  const totals = sumOf(STEPS.map((step) => sumOf(all.map((byStep) => byStep[step]))));
  return { ...own, steps, totals, runners: runners.length };
}
