import { dayIn, withOffset } from '../../platform/calendar.ts';
import { readDue, readOpenCycles } from './ahead.ts';
import type { StatusDocument } from './document.ts';
import { judgeHealth } from './health.ts';
import { readOperatorQueue, readUnknown, type QueueApp } from './queue.ts';
import { readRunners, readRuns } from './runs.ts';

export interface StatusRequest {
  /** Show the run of this date alone. */
  date?: string | undefined;
  /** Show so many of the newest runs. */
  last?: number | undefined;
  /** How old the last complete run may be. */
  maxAgeMs?: number | undefined;
}

const RUNS_SHOWN = 10;
/** A run a day, and two hours for one that began late or took long. */
const MAX_AGE_MS = 26 * 3_600_000;

/** How billing stands: its runs, who is at work, what waits for evidence or a person, and what comes next. */
export async function readStatus(app: QueueApp, request: StatusRequest = {}): Promise<StatusDocument> {
  const { date, last = RUNS_SHOWN, maxAgeMs = MAX_AGE_MS } = request;
  const { timeZone } = app.config.shop;
  const now = app.clock.now();
  const today = dayIn(timeZone, now);
  const operator = await readOperatorQueue(app);
  return {
    schema: 'pillivery.bill-status/1',
    at: withOffset(timeZone, now),
    timeZone,
    today,
    runs: await readRuns(app, { date, last }),
    runners: await readRunners(app),
    unknown: await readUnknown(app),
    operator,
    openCycles: await readOpenCycles(app),
    due: await readDue(app, today),
    health: await judgeHealth(app, { today, operator, maxAgeMs }),
  };
}
