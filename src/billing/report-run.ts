import { and, eq, sum } from '../platform/database/sql.ts';
import {
  countDeadCommands,
  findInDoubt,
  findOverdue,
  findWithoutReference,
  type Found,
  type Overdue,
} from './doubts.ts';
import type { Engine } from './engine.ts';
import type { Vitals } from './keep-alive.ts';
import { composeReport } from './report.ts';
import type { BillReport } from './report-schema.ts';
import { isAlone } from './runner.ts';
import { isDatabaseLost } from './database-lost.ts';

interface Findings {
  unknown: Found;
  withoutReference: Found;
  overdue: Overdue;
  periodsMissed: number;
}

const NONE: Findings = {
  unknown: { count: 0, first: [] },
  withoutReference: { count: 0, first: [] },
  overdue: { count: 0, first: [] },
  periodsMissed: 0,
};

/** The report of this runner; what it finds in the books becomes reasons for its exit code. */
export async function reportRun(engine: Engine, { byStep, recovered }: Vitals, startedAt: Date): Promise<BillReport> {
  const { app, runner, halt, codes, performance } = engine;
  const findings = await look(engine);
  const circuits = engine.circuits();
  return composeReport({
    date: runner.date,
    timeZone: app.config.shop.timeZone,
    runId: runner.runId,
    runnerId: runner.id,
    dryRun: false,
    startedAt,
    endedAt: app.clock.now(),
    byStep,
    codes,
    reasons: halt.reasons,
    recovered,
    ...findings,
    wouldNotCharge: [],
    figures: performance.figures(),
    breakerOpenedTimes: circuits.reduce((sum, circuit) => sum + circuit.openedTimes(), 0),
    breakerWaitMs: circuits.reduce((sum, circuit) => sum + circuit.waitedMs(), 0),
    runners: 1,
  });
}

/** Without a database nothing can be looked at, and the report says so by its reason. */
async function look(engine: Engine): Promise<Findings> {
  const { app, window, halt } = engine;
  try {
    const unknown = await findInDoubt(app, 'UNKNOWN');
    const withoutReference = await findWithoutReference(app);
    const overdue = await findOverdue(app, window);
    if (unknown.count > 0) halt.note('UNKNOWN');
    if (withoutReference.count > 0) halt.note('REFERENCE_MISSING');
    if (overdue.count > 0) halt.note('OVERDUE');
    if ((await countDeadCommands(app)) > 0) halt.note('DEAD_EVENTS');
    if (await isSentElsewhere(engine)) halt.note('SENT_ELSEWHERE');
    return { unknown, withoutReference, overdue, periodsMissed: await countMissed(engine) };
  } catch (error) {
    if (!isDatabaseLost(error)) throw error;
    halt.note('DATABASE_LOST');
    return NONE;
  }
}

/** Charges of a runner that died; those of one that lives are its own business. */
async function isSentElsewhere({ app, runner, halt }: Engine): Promise<boolean> {
  if (halt.reasons.has('DATABASE_LOST')) return false; // they are ours, and on disk
  return (await findInDoubt(app, 'SENT')).count > 0 && (await isAlone(app, runner));
}

async function countMissed({ app, runner }: Engine): Promise<number> {
  const { billingCycles: c } = app.database.tables;
  const [row] = await app.database
    .select({ missed: sum(c.periodsMissed) })
    .from(c)
    .where(and(eq(c.status, 'PAID'), eq(c.runId, runner.runId)));
  return Number(row?.missed ?? 0);
}
