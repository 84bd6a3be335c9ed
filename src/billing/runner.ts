import { hostname } from 'node:os';
import { and, asc, eq, gt, inArray, lte } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { isDuplicateKey } from '../platform/database/index.ts';
import { Conflict } from '../platform/errors.ts';
import { failPoint } from '../platform/fail-points.ts';
import type { Transaction } from '../schema.ts';

export const JOB = 'renewal';
export const LIVE = ['RUNNING', 'DRAINING'] as const;

/** One process at work on one billing date. */
export interface Runner {
  id: string;
  runId: string;
  /** The billing date; fixed at the start and used to the end, past midnight too. */
  date: string;
  fence: number;
  startedAt: Date;
  /** Other runners were at work on the same date when this one began. */
  joined: boolean;
  /** The date had been run to its end before. */
  again: boolean;
}

type RunnerApp = Pick<App, 'config' | 'database' | 'clock' | 'newId' | 'version'>;

/**
 * Takes a lease of the billing job. Throws `Conflict` (held) while another runner's lease is good; with `join` only
 * while one works on another date. The lease saves work and makes reports true; that nothing is charged twice rests on
 * the ledger alone.
 */
export async function startRunner(app: RunnerApp, date: string, { join = false } = {}): Promise<Runner> {
  await ensureRun(app, date);
  failPoint('run:started');
  const { billingRuns: runs, billingRunners: runners } = app.database.tables;
  return app.database.transaction(async (tx) => {
    // The job's oldest run is the row that two starts race for, whatever their dates.
    await tx.lock(tx.select({ id: runs.id }).from(runs).where(eq(runs.job, JOB)).orderBy(asc(runs.id)).limit(1));
    const [run] = await tx
      .select()
      .from(runs)
      .where(and(eq(runs.job, JOB), eq(runs.businessOn, date)));
    if (!run) throw new Error(`Bug: the run of ${date} is gone.`);
    const others = await liveRunners(tx, app);
    const inTheWay = others.find(({ date: theirs }) => !join || theirs !== date);
    if (inTheWay) throw held(inTheWay);
    await endDeadRunners(tx, app);

    const now = app.clock.now();
    const seen = { joined: others.length > 0, again: run.status === 'COMPLETED' };
    const runner: Runner = { id: app.newId(), runId: run.id, date, fence: run.fence + 1, startedAt: now, ...seen };
    await tx.update(runs).set({ fence: runner.fence, status: 'RUNNING', updatedAt: now }).where(eq(runs.id, run.id));
    await tx.insert(runners).values({
      id: runner.id,
      runId: run.id,
      fence: runner.fence,
      host: hostname().slice(0, 100),
      pid: process.pid,
      version: app.version,
      status: 'RUNNING',
      startedAt: now,
      heartbeatAt: now,
      leaseUntil: leaseFrom(app, now),
      createdAt: now,
      updatedAt: now,
    });
    return runner;
  });
}

const leaseFrom = ({ config }: Pick<App, 'config'>, now: Date): Date =>
  new Date(now.getTime() + config.billing.leaseSeconds * 1_000);

async function ensureRun({ database, clock, newId }: RunnerApp, date: string): Promise<void> {
  const now = clock.now();
  const stamps = { startedAt: now, createdAt: now, updatedAt: now };
  try {
    await database
      .insert(database.tables.billingRuns)
      .values({ id: newId(), job: JOB, businessOn: date, status: 'INCOMPLETE', fence: 0, ...stamps });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error; // the date has been run before
  }
}

interface LiveRunner {
  id: string;
  host: string;
  pid: number;
  date: string;
  leaseUntil: Date;
}

/** Runners of the job whose lease is good. */
function liveRunners(
  queries: Pick<Transaction, 'select'>,
  { database, clock }: Pick<App, 'database' | 'clock'>,
): PromiseLike<LiveRunner[]> {
  const { billingRuns: runs, billingRunners: runners } = database.tables;
  return queries
    .select({
      id: runners.id,
      host: runners.host,
      pid: runners.pid,
      date: runs.businessOn,
      leaseUntil: runners.leaseUntil,
    })
    .from(runners)
    .innerJoin(runs, eq(runs.id, runners.runId))
    .where(and(eq(runs.job, JOB), inArray(runners.status, [...LIVE]), gt(runners.leaseUntil, clock.now())));
}

const held = ({ pid, host, date, leaseUntil }: LiveRunner): Conflict =>
  new Conflict(
    'BILLING_RUNNING',
    `Process ${pid} on ${host} is billing ${date}; wait for it, or until its lease ends at ${leaseUntil.toISOString()}.`,
    { held: true, facts: { host, pid, date, leaseUntil } },
  );

/** A runner whose lease ran out is LOST, and takes nothing more should it still be alive. */
async function endDeadRunners(tx: Transaction, { database, clock }: RunnerApp): Promise<void> {
  const { billingRunners: runners } = database.tables;
  const now = clock.now();
  await tx
    .update(runners)
    .set({ status: 'LOST', updatedAt: now })
    .where(and(inArray(runners.status, [...LIVE]), lte(runners.leaseUntil, now)));
}

/** Where a runner is and what it has done, for whoever looks at the run from outside. */
export interface Signs {
  step: string;
  counters: Record<string, unknown>;
}

/** Renews the lease; `false` when this runner was declared lost and must take nothing more. */
export async function heartbeat(app: RunnerApp, runner: Runner, signs: Signs): Promise<boolean> {
  const { billingRunners: runners } = app.database.tables;
  const now = app.clock.now();
  const written = await app.database
    .update(runners)
    .set({ ...signs, heartbeatAt: now, leaseUntil: leaseFrom(app, now), updatedAt: now })
    .where(and(eq(runners.id, runner.id), inArray(runners.status, [...LIVE])));
  return written.rowsAffected === 1;
}

/** From here on no claim of this runner succeeds; what it has in flight is finished. */
export async function drain(app: RunnerApp, runner: Runner): Promise<void> {
  const { billingRunners: runners } = app.database.tables;
  await app.database
    .update(runners)
    .set({ status: 'DRAINING', updatedAt: app.clock.now() })
    .where(and(eq(runners.id, runner.id), eq(runners.status, 'RUNNING')));
}

/** Whether this runner may still take work; asked inside each claim. */
export async function holdsLease(tx: Transaction, { database, clock }: RunnerApp, runner: Runner): Promise<boolean> {
  const { billingRunners: runners } = database.tables;
  const [own] = await tx
    .select({ status: runners.status, leaseUntil: runners.leaseUntil })
    .from(runners)
    .where(eq(runners.id, runner.id));
  return own?.status === 'RUNNING' && own.leaseUntil > clock.now();
}

export interface RunEnd<R> {
  exitCode: number;
  /** Nothing was left that the run could have taken; said by a runner that looked. */
  complete: boolean;
  counters: Record<string, unknown>;
  /** The run's own report, from what all its runners have counted. */
  report(runners: readonly { counters: Record<string, unknown> | null }[]): R;
}

/** Gives the lease back. The last of a run's runners writes how the run ended. */
export async function endRunner<R extends Record<string, unknown>>(
  app: RunnerApp,
  runner: Runner,
  { exitCode, complete, counters, report }: RunEnd<R>,
): Promise<void> {
  const { billingRuns: runs, billingRunners: runners } = app.database.tables;
  failPoint('run:end');
  await app.database.transaction(async (tx) => {
    const now = app.clock.now();
    await tx.lock(tx.select({ id: runs.id }).from(runs).where(eq(runs.id, runner.runId)));
    const ended = await tx
      .update(runners)
      .set({ status: 'ENDED', step: 'ended', counters, exitCode, updatedAt: now })
      .where(and(eq(runners.id, runner.id), inArray(runners.status, [...LIVE])));
    if (ended.rowsAffected === 0) return; // lost: another runner writes the run's end
    const others = await liveRunners(tx, app);
    if (others.length > 0) return;
    const all = await tx.select({ counters: runners.counters }).from(runners).where(eq(runners.runId, runner.runId));
    const status = complete ? ('COMPLETED' as const) : ('INCOMPLETE' as const);
    const end = { status, completedAt: complete ? now : null, report: report(all), updatedAt: now };
    await tx.update(runs).set(end).where(eq(runs.id, runner.runId));
  });
  failPoint('run:ended');
}

/** Whether this runner is the only one at work. */
export async function isAlone(app: RunnerApp, runner: Runner): Promise<boolean> {
  const others = await liveRunners(app.database, app);
  return others.every(({ id }) => id === runner.id);
}
