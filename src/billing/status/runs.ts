import { and, desc, eq, inArray } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import { withOffset } from '../../platform/calendar.ts';
import { sumOf, type Counters } from '../counters.ts';
import { JOB, LIVE } from '../runner.ts';
import type { StatusDocument } from './document.ts';

export type StatusApp = Pick<App, 'config' | 'database' | 'clock'>;

export interface RunsWanted {
  /** The run of this date alone. */
  date?: string | undefined;
  last: number;
}

/** The newest runs with what their runners have counted. */
export async function readRuns(app: StatusApp, { date, last }: RunsWanted): Promise<StatusDocument['runs']> {
  const { billingRuns: runs, billingRunners: runners } = app.database.tables;
  const rows = await app.database
    .select()
    .from(runs)
    .where(and(eq(runs.job, JOB), date === undefined ? undefined : eq(runs.businessOn, date)))
    .orderBy(desc(runs.businessOn))
    .limit(last);
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const all = await app.database.select().from(runners).where(inArray(runners.runId, ids)).orderBy(desc(runners.fence));
  const byRun = Map.groupBy(all, ({ runId }) => runId);
  return rows.map((run) => toRun(app, run, byRun.get(run.id) ?? []));
}

type Tables = App['database']['tables'];
type RunRow = Tables['billingRuns']['$inferSelect'];
type RunnerRow = Tables['billingRunners']['$inferSelect'];

function toRun({ config }: StatusApp, run: RunRow, runners: readonly RunnerRow[]): StatusDocument['runs'][number] {
  const { timeZone } = config.shop;
  const seconds = run.report?.['seconds'];
  return {
    businessDate: run.businessOn,
    status: run.status,
    exitCode: runners.find(({ exitCode }) => exitCode !== null)?.exitCode ?? null,
    startedAt: withOffset(timeZone, run.startedAt),
    completedAt: run.completedAt && withOffset(timeZone, run.completedAt),
    seconds: typeof seconds === 'number' ? seconds : null,
    totals: sumOf(runners.flatMap(countersOf)),
    runners: runners.length,
  };
}

/** A runner writes what it has counted, by step, at each heartbeat. */
const countersOf = ({ counters }: Pick<RunnerRow, 'counters'>): Counters[] =>
  Object.values((counters ?? {}) as Record<string, Counters>);

/** Runners that are at work, or died so lately that nobody has noticed. */
export async function readRunners(app: StatusApp): Promise<StatusDocument['runners']> {
  const { billingRuns: runs, billingRunners: runners } = app.database.tables;
  const rows = await app.database
    .select({ runner: runners, businessDate: runs.businessOn })
    .from(runners)
    .innerJoin(runs, eq(runs.id, runners.runId))
    .where(and(eq(runs.job, JOB), inArray(runners.status, [...LIVE])));
  return rows.map(({ runner, businessDate }) => toLiveRunner(app, runner, businessDate));
}

function toLiveRunner(
  { config, clock }: StatusApp,
  runner: RunnerRow,
  businessDate: string,
): StatusDocument['runners'][number] {
  const { timeZone } = config.shop;
  const { selected, approved } = sumOf(countersOf(runner));
  const ageMs = clock.now().getTime() - runner.heartbeatAt.getTime();
  return {
    runnerId: runner.id,
    businessDate,
    host: runner.host,
    pid: runner.pid,
    version: runner.version,
    status: runner.status === 'DRAINING' ? 'DRAINING' : 'RUNNING',
    step: runner.step,
    startedAt: withOffset(timeZone, runner.startedAt),
    heartbeatAt: withOffset(timeZone, runner.heartbeatAt),
    heartbeatAgeSeconds: Math.max(0, Math.round(ageMs / 1_000)),
    leaseUntil: withOffset(timeZone, runner.leaseUntil),
    isOverdue: runner.leaseUntil <= clock.now(),
    selected,
    approved,
  };
}

/** When a run was last complete; undefined when none ever was. */
export async function lastCompleteAt({ database }: StatusApp): Promise<Date | undefined> {
  const { billingRuns: runs } = database.tables;
  const [row] = await database
    .select({ at: runs.completedAt })
    .from(runs)
    .where(and(eq(runs.job, JOB), eq(runs.status, 'COMPLETED')))
    .orderBy(desc(runs.completedAt))
    .limit(1);
  return row?.at ?? undefined;
}

export async function isComplete({ database }: Pick<App, 'database'>, date: string): Promise<boolean> {
  const { billingRuns: runs } = database.tables;
  const [row] = await database
    .select({ status: runs.status })
    .from(runs)
    .where(and(eq(runs.job, JOB), eq(runs.businessOn, date)));
  return row?.status === 'COMPLETED';
}
