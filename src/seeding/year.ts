import { addDays, momentIn } from '../platform/calendar.ts';
import type { IdTime } from './ids.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** The twelve months before the due day: when the orders were placed. */
export interface Year {
  due: string;
  /** Ids of orders and of what hangs on them begin with the year; one a millisecond. */
  ids: IdTime;
  /** The moment of the `index`-th of `total` orders: evenly spread, `unit` of a step late, in whole seconds. */
  momentAt(index: number, total: number, unit: number): Date;
}

export function yearBefore(due: string, timeZone: string): Year {
  const epochMs = momentIn(timeZone, addDays(due, -365), '00:00').getTime();
  const endMs = momentIn(timeZone, due, '00:00').getTime() - HOUR_MS; // the last one has an hour to be paid
  return {
    due,
    ids: { epochMs, stepMs: 1 },
    momentAt: (index, total, unit) => wholeSecond(epochMs + ((index + unit) / total) * (endMs - epochMs)),
  };
}

const wholeSecond = (ms: number): Date => new Date(Math.floor(ms / 1_000) * 1_000);

export const secondsAfter = (moment: Date, seconds: number): Date => new Date(moment.getTime() + seconds * 1_000);

export const hoursAfter = (moment: Date, hours: number): Date => new Date(moment.getTime() + hours * HOUR_MS);
