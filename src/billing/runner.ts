import { hostname } from 'node:os';
import { and, asc, eq, gt, inArray } from 'drizzle-orm';
import type { App } from '../app.ts';
import { isDuplicateKey } from '../platform/database/index.ts';
import { Conflict } from '../platform/errors.ts';
import type { Transaction } from '../schema.ts';

const JOB = 'renewal';
const LIVE = ['RUNNING', 'DRAINING'] as const;

/** One process at work on one billing date. */
export interface Runner {
  id: string;
  runId: string;
  /** The billing date; fixed at the start and used to the end, past midnight too. */
  date: string;
  fence: number;
}

type RunnerApp = Pick<App, 'config' | 'database' | 'clock' | 'newId' | 'version'>;

/**
 * Takes the lease of the billing job. Throws `Conflict` (held) while another runner's lease is good. The lease saves
 * work and makes reports true; that nothing is charged twice rests on the ledger alone.
 */
export async function startRunner(app: RunnerApp, date: string): Promise<Runner> {
  await ensureRun(app, date);
  const { billingRuns: runs, billingRunners: runners } = app.database.tables;
  return app.database.transaction(async (tx) => {
    // The job's oldest run is the row that two starts race for, whatever their dates.
    await tx.lock(tx.select({ id: runs.id }).from(runs).where(eq(runs.job, JOB)).orderBy(asc(runs.id)).limit(1));
    const [run] = await tx
      .select()
      .from(runs)
      .where(and(eq(runs.job, JOB), eq(runs.businessOn, date)));
    if (!run) throw new Error(`Bug: the run of ${date} is gone.`);
    await endDeadRunners(tx, app);

    const now = app.clock.now();
    const runner: Runner = { id: app.newId(), runId: run.id, date, fence: run.fence + 1 };
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

/** Refuses while a runner lives; one whose lease ran out is LOST. */
async function endDeadRunners(tx: Transaction, { database, clock }: RunnerApp): Promise<void> {
  const { billingRuns: runs, billingRunners: runners } = database.tables;
  const now = clock.now();
  const [live] = await tx
    .select({ host: runners.host, pid: runners.pid, date: runs.businessOn, leaseUntil: runners.leaseUntil })
    .from(runners)
    .innerJoin(runs, eq(runs.id, runners.runId))
    .where(and(eq(runs.job, JOB), inArray(runners.status, [...LIVE]), gt(runners.leaseUntil, now)));
  if (live) {
    throw new Conflict(
      'BILLING_RUNNING',
      `Process ${live.pid} on ${live.host} is billing ${live.date}; wait for it, or until its lease ends at ${live.leaseUntil.toISOString()}.`,
      { held: true, facts: { ...live } },
    );
  }
  await tx
    .update(runners)
    .set({ status: 'LOST', updatedAt: now })
    .where(inArray(runners.status, [...LIVE]));
}

/** Renews the lease; `false` when this runner was declared lost and must take nothing more. */
export async function heartbeat(app: RunnerApp, runner: Runner): Promise<boolean> {
  const { billingRunners: runners } = app.database.tables;
  const now = app.clock.now();
  const written = await app.database
    .update(runners)
    .set({ heartbeatAt: now, leaseUntil: leaseFrom(app, now), updatedAt: now })
    .where(and(eq(runners.id, runner.id), inArray(runners.status, [...LIVE])));
  return written.rowsAffected === 1;
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

export interface RunEnd {
  exitCode: number;
  complete: boolean;
  report: Record<string, unknown>;
}

/** Gives the lease back and writes down how the run ended. */
export async function endRunner(app: RunnerApp, runner: Runner, { exitCode, complete, report }: RunEnd): Promise<void> {
  const { billingRuns: runs, billingRunners: runners } = app.database.tables;
  await app.database.transaction(async (tx) => {
    const now = app.clock.now();
    const ended = await tx
      .update(runners)
      .set({ status: 'ENDED', exitCode, updatedAt: now })
      .where(and(eq(runners.id, runner.id), inArray(runners.status, [...LIVE])));
    if (ended.rowsAffected === 0) return; // lost: another runner writes the run's end
    await tx
      .update(runs)
      .set({
        status: complete ? 'COMPLETED' : 'INCOMPLETE',
        completedAt: complete ? now : null,
        report,
        updatedAt: now,
      })
      .where(eq(runs.id, runner.runId));
  });
}
