import type { App } from '../app.ts';
import { dayIn } from '../platform/calendar.ts';
import { INCOMPLETE } from './reasons.ts';
import type { BillReport } from './report-schema.ts';
import { isComplete } from './status/runs.ts';
import type { Timetable } from './timetable.ts';

/** Looks after the runs of a timetable. */
export interface Duty {
  /**
   * Bills what the timetable has called for and no run has completed; returns when nothing is left to do now. Throws only
   * what keeps it from looking.
   */
  perform(stop: AbortSignal): Promise<void>;
  /** The report of the last run. */
  lastReport(): BillReport | undefined;
}

type DutyApp = Pick<App, 'config' | 'database' | 'clock' | 'log'>;

/** Bills one business date. */
export type BillDate = (date: string) => Promise<BillReport>;

/** As with the timer of systemd: an hour between tries, three beside the first. */
const AGAIN_AFTER_MS = 3_600_000;
const MOST_REPEATS = 3;

/** One slot of the timetable. Its business date is that of the moment it stands for, whenever it is made up for. */
interface Turn {
  slot: Date;
  date: string;
  repeats: number;
  notBefore: Date;
  over: boolean;
}

export function openDuty(app: DutyApp, timetable: Timetable, bill: BillDate): Duty {
  let turn: Turn | undefined;
  let last: BillReport | undefined;

  const findDue = async (): Promise<Turn | undefined> => {
    const now = app.clock.now();
    turn = turnAt(app, timetable, now, turn);
    if (!turn || turn.over || now < turn.notBefore) return undefined;
    turn.over = await isComplete(app, turn.date);
    return turn.over ? undefined : turn;
  };
  const billOnce = async (due: Turn): Promise<void> => {
    app.log.info({ event: 'bill_scheduled', date: due.date, slot: due.slot, repeat: due.repeats }, 'a run is due');
    try {
      last = await bill(due.date);
      if (last.exitCode !== INCOMPLETE) due.over = true;
    } catch (err) {
      last = undefined;
      app.log.error({ err, date: due.date }, 'a scheduled run failed');
    }
    if (!due.over) postpone(app, due);
  };
  return {
    async perform(stop) {
      while (!stop.aborted) {
        const due = await findDue();
        if (!due) return;
        await billOnce(due);
      }
    },
    lastReport: () => last,
  };
}

/** The turn of the latest slot; one that has begun goes on until the next slot comes. */
function turnAt({ config }: DutyApp, timetable: Timetable, now: Date, turn: Turn | undefined): Turn | undefined {
  const slot = timetable.lastSlot(now);
  if (!slot || slot.getTime() === turn?.slot.getTime()) return turn;
  return { slot, date: dayIn(config.shop.timeZone, slot), repeats: 0, notBefore: slot, over: false };
}

/** An incomplete run is repeated by the hour; after that the next slot's run catches up. */
function postpone({ clock, log }: DutyApp, turn: Turn): void {
  if (turn.repeats === MOST_REPEATS) {
    turn.over = true;
    log.error({ event: 'bill_given_up', date: turn.date }, 'the run is not complete and is not repeated any more');
    return;
  }
  turn.repeats += 1;
  turn.notBefore = new Date(clock.now().getTime() + AGAIN_AFTER_MS);
}
