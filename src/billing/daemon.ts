import { once } from 'node:events';
import { Cron } from 'croner';
import type { App } from '../app.ts';
import { openDuty, type BillDate } from './duty.ts';
import type { BillReport } from './report-schema.ts';
import { openTimetable } from './timetable.ts';

export interface Schedule {
  /** When runs begin, in the shop's zone. */
  cron: string;
  bill: BillDate;
  /** Aborted when the process should leave: a run under way takes nothing more and ends. */
  stop: AbortSignal;
}

/**
 * How often we look beside the schedule itself: a timer of a machine that slept is late or lost, an incomplete run is due
 * again, and somebody may have moved the clock.
 */
const LOOK_EVERY_MS = 30_000;

/**
 * Bills on schedule until told to stop; a slot that passed without a complete run is made up for at once. Returns the
 * report of the run that the stop has interrupted, undefined when none was under way.
 */
export async function keepBilling(app: App, { cron, bill, stop }: Schedule): Promise<BillReport | undefined> {
  const timezone = app.config.shop.timeZone;
  const duty = openDuty(app, openTimetable(cron, timezone), bill);
  const failed = (err: unknown): void =>
    app.log.error({ err }, 'the schedule could not be looked at; it is tried again');
  let looking: Promise<void> = Promise.resolve();
  const job = new Cron(cron, { timezone, protect: true, catch: failed }, () => (looking = duty.perform(stop)));
  const look = (): void => void (job.isBusy() || job.trigger());
  look(); // a slot may have passed while nobody was here
  const timer = setInterval(look, LOOK_EVERY_MS);
  if (!stop.aborted) await once(stop, 'abort');
  clearInterval(timer);
  job.stop();
  const isUnderWay = job.isBusy();
  await looking.catch(() => undefined); // it was told above
  return isUnderWay ? duty.lastReport() : undefined;
}
