import type { BillReport } from '../../../src/billing/index.ts';

/** What sixty dates must have brought: a story in which one of these never happened proves less than it says. */
const COUNTED = [
  'approved',
  'declinedSoft',
  'declinedHard',
  'unknown',
  'left',
  'cancelled',
  'resolvedByPerson',
  'periodsMissed',
  'overdue',
  'incomplete',
  'limited',
  'providerDown',
] as const;

type Counted = (typeof COUNTED)[number];

export type Diary = ReturnType<typeof openDiary>;

/** Keeps what the runs of a story have reported. */
export function openDiary() {
  const totals = Object.fromEntries(COUNTED.map((name) => [name, 0])) as Record<Counted, number>;
  let lastRunOn = '';
  return {
    note(reports: readonly BillReport[]): void {
      for (const report of reports) {
        lastRunOn = report.businessDate;
        for (const [name, count] of Object.entries(countsOf(report)) as [Counted, number][]) totals[name] += count;
      }
    },
    decided: (count: number) => void (totals.resolvedByPerson += count),
    lastRunOn: () => lastRunOn,
    totals: () => totals,
    lacking: () => COUNTED.filter((name) => totals[name] === 0),
  };
}

function countsOf({ totals, exitCode, reasons, periodsMissed, overdueBeyondCatchUp }: BillReport) {
  const { approved, declinedSoft, declinedHard, unknown, left, cancelled } = totals;
  if (exitCode === 1) throw new Error('A run met a bug.');
  return {
    approved,
    declinedSoft,
    declinedHard,
    unknown,
    left,
    cancelled,
    periodsMissed,
    overdue: overdueBeyondCatchUp.count,
    incomplete: Number(exitCode === 75),
    limited: Number(reasons.includes('LIMIT')),
    providerDown: Number(reasons.includes('PROVIDER_DOWN')),
  };
}
