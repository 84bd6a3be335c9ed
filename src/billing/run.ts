import type { App } from '../app.ts';
import { readyPayments, resolveDue, type Resolved } from '../payments/index.ts';
import { noCountsByStep, STEPS, type CodeCount } from './counters.ts';
import { dryRun } from './dry-run.ts';
import { countDue, type Window } from './due.ts';
import { openEngine, type Engine } from './engine.ts';
import { openHalt, type Halt } from './halt.ts';
import { keepAlive, type Vitals } from './keep-alive.ts';
import { tellUpcoming } from './notices.ts';
import { openPace } from './pace.ts';
import { isNothingLeft } from './pages.ts';
import { openPerformance } from './performance.ts';
import { exitCodeOf, INCOMPLETE } from './reasons.ts';
import { reportRun } from './report-run.ts';
import type { BillReport } from './report-schema.ts';
import { deadlineOf, windowOf, type BillRequest } from './request.ts';
import { endRunner, isAlone, startRunner, type Runner } from './runner.ts';
import { runStep } from './steps.ts';
import { sumRunners } from './report.ts';
import { resumePaused } from './resume-paused.ts';
import { resolveOwn } from './resolve-own.ts';
import { isDatabaseLost } from './database-lost.ts';

/**
 * Charges every subscription due on a date, each cycle at most once. May be killed at any point and run again: what was
 * created is taken over, what was sent and never answered is unknown and is not sent again. Throws `InvalidInput` for a
 * date that is none or lies ahead, `Misconfigured` without provider keys, `Conflict` while another runner is at it.
 */
export async function runBilling(app: App, request: BillRequest = {}): Promise<BillReport> {
  await app.keepTime();
  const window = windowOf(app, request);
  const deadline = deadlineOf(app, request.deadline);
  if (request.dryRun) return dryRun(app, window);
  const startedAt = app.clock.now();
  const { spooled } = await readyPayments(app);
  const runner = await startRunner(app, window.date, { join: request.join ?? false });
  const timer = new AbortController();
  const atDeadline = setTimeout(() => timer.abort(), Math.min(deadline.getTime() - startedAt.getTime(), MOST_TIMER_MS));
  const halt = openHalt([
    { signal: timer.signal, reason: 'DEADLINE' },
    ...(request.stop ? [{ signal: request.stop, reason: 'INTERRUPTED' as const }] : []),
  ]);
  try {
    return await runToEnd(app, request, { window, deadline, runner, halt, startedAt, spooled });
  } finally {
    clearTimeout(atDeadline);
  }
}

/** The longest that a timer of Node can be. */
const MOST_TIMER_MS = 2 ** 31 - 1;

interface Start {
  window: Window;
  deadline: Date;
  runner: Runner;
  halt: Halt;
  startedAt: Date;
  spooled: number;
}

async function runToEnd(app: App, request: BillRequest, start: Start): Promise<BillReport> {
  const { runner, window, halt, deadline } = start;
  const engine = openEngine({
    app,
    runner,
    window,
    halt,
    deadline,
    performance: openPerformance(app.clock, app.config.billing.concurrency),
    codes: new Map<string, CodeCount>(),
    pace: openPace(app.clock, request.rate),
    limit: request.limit,
  });
  const total = request.onProgress ? await countDue(app, window) : 0;
  const recovered = { spool: start.spooled, resolvedApproved: 0, resolvedNotCharged: 0, resumed: 0 };
  const vitals: Vitals = { step: 'recover', byStep: noCountsByStep(), total, recovered };
  const alive = keepAlive(engine, vitals, request.onProgress);
  try {
    await untilDatabaseIsLost(halt, () => work(engine, vitals, alive.enter));
    alive.tell();
    const report = await reportRun(engine, vitals, start.startedAt);
    await end(engine, report, vitals);
    return report;
  } catch (error) {
    await giveUp(engine, vitals);
    throw error;
  } finally {
    alive.end();
  }
}

/** All steps in their order; one that ends early ends the run, for later ones would meet the same wall. */
async function work(engine: Engine, vitals: Vitals, enter: (step: Vitals['step']) => void): Promise<void> {
  const { app, halt } = engine;
  if (app.payments.halted()) return halt.stop('LEDGER_OLDER');
  countResolved(vitals, await resolveDue(app, { stop: halt.signal }));
  vitals.recovered.resumed = await resumePaused(engine);
  for (const step of STEPS) {
    if (halt.enough.aborted) return;
    enter(step);
    await runStep(engine, step, vitals.byStep[step]);
  }
  if (halt.enough.aborted) return;
  enter('notices');
  await tellUpcoming(engine);
  enter('resolve');
  countResolved(vitals, await resolveOwn(engine));
  if (await isUnfinished(engine)) halt.note('MORE_DUE');
}

/** Something due is left that no other reason tells of, and that no other runner is at. */
async function isUnfinished(engine: Engine): Promise<boolean> {
  if (exitCodeOf(engine.halt.reasons) === INCOMPLETE || (await isNothingLeft(engine))) return false;
  return isAlone(engine.app, engine.runner);
}

function countResolved({ recovered }: Vitals, { approved, notCharged }: Resolved): void {
  recovered.resolvedApproved += approved;
  recovered.resolvedNotCharged += notCharged;
}

/** A database that goes away ends a run, and is no bug. */
async function untilDatabaseIsLost(halt: Halt, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!isDatabaseLost(error)) throw error;
    halt.stop('DATABASE_LOST');
  }
}

async function end(engine: Engine, report: BillReport, { byStep }: Vitals): Promise<void> {
  const { app, runner, window, halt } = engine;
  const { exitCode } = report;
  const complete = !window.only && !halt.enough.aborted && (exitCode === 0 || exitCode === 3);
  try {
    await endRunner(app, runner, {
      exitCode,
      complete,
      counters: { ...byStep },
      report: (runners) => sumRunners(report, runners),
    });
  } catch (err) {
    if (!halt.reasons.has('DATABASE_LOST')) throw err;
    app.log.warn({ err }, 'the lease could not be given back; it runs out by itself');
  }
}

/** Leaves the lease behind for the next start, if the database still answers; else it runs out by itself. */
async function giveUp({ app, runner }: Engine, { byStep }: Vitals): Promise<void> {
  try {
    const counters = { ...byStep };
    await endRunner(app, runner, { exitCode: 1, complete: false, counters, report: () => counters });
  } catch (err) {
    app.log.warn({ err }, 'the lease could not be given back; it runs out by itself');
  }
}
