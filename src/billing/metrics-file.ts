import { rename, writeFile } from 'node:fs/promises';
import { desc, isNotNull } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import type { BillReport } from './report-schema.ts';

/**
 * Writes the figures of a run as Prometheus' textfile collector reads them. The file appears whole or not at all: it is
 * written under another name and renamed. The moment of the last complete run comes from the database.
 */
export async function writeMetricsFile(app: Needs, file: string, report: BillReport): Promise<void> {
  try {
    const unfinished = `${file}.${process.pid}.part`;
    await writeFile(unfinished, metricsOf(report, await lastCompleteAt(app)));
    await rename(unfinished, file);
  } catch (err) {
    app.log.warn({ err, file }, 'the figures of this run could not be written'); // the run itself went its way
  }
}

type Needs = Pick<App, 'database' | 'log'>;

async function lastCompleteAt({ database }: Needs): Promise<Date | undefined> {
  const { billingRuns: runs } = database.tables;
  const [last] = await database
    .select({ at: runs.completedAt })
    .from(runs)
    .where(isNotNull(runs.completedAt))
    .orderBy(desc(runs.completedAt))
    .limit(1);
  return last?.at ?? undefined;
}

const OUTCOMES = ['approved', 'declinedSoft', 'declinedHard', 'unknown', 'notCharged', 'skipped', 'held'] as const;
const LABEL: Record<string, string> = {
  declinedSoft: 'declined_soft',
  declinedHard: 'declined_hard',
  notCharged: 'not_charged',
};

function metricsOf(report: BillReport, lastComplete: Date | undefined): string {
  const { totals, performance } = report;
  const endedSeconds = Date.parse(report.endedAt) / 1_000;
  const completeSeconds =
    report.outcome === 'completed' ? endedSeconds : lastComplete && lastComplete.getTime() / 1_000;
  const labels = `job="renewal",business_zone="${report.timeZone}"`;
  const lines = [
    gauge('last_run_timestamp_seconds', labels, endedSeconds),
    ...(completeSeconds === undefined ? [] : [gauge('last_complete_timestamp_seconds', labels, completeSeconds)]),
    gauge('last_exit_code', labels, report.exitCode),
    gauge('duration_seconds', labels, report.seconds),
    gauge('selected', labels, totals.selected),
    attempts(report, labels),
    gauge('amount_approved_won', labels, totals.amountApproved),
    gauge('unknown', labels, report.unknown.count),
    gauge('needs_operator', labels, report.needsOperator.length),
    gauge('left', labels, totals.left),
    gauge('overdue_beyond_catch_up', labels, report.overdueBeyondCatchUp.count),
    gauge('charges_per_second', labels, performance.perSecond),
    gauge('peak_rss_bytes', labels, Math.round(performance.peakRssMb * 1_048_576)),
    gauge('breaker_wait_seconds', labels, performance.breakerWaitSeconds),
  ];
  return `${lines.join('\n')}\n`;
}

const gauge = (name: string, labels: string, value: number): string =>
  `# TYPE pillivery_bill_${name} gauge\npillivery_bill_${name}{${labels}} ${value}`;

function attempts({ steps }: BillReport, labels: string): string {
  const lines = steps.flatMap((counters) =>
    OUTCOMES.map(
      (outcome) =>
        `pillivery_bill_attempts{${labels},outcome="${LABEL[outcome] ?? outcome}",step="${counters.step}"} ${counters[outcome]}`,
    ),
  );
  return ['# TYPE pillivery_bill_attempts gauge', ...lines].join('\n');
}
