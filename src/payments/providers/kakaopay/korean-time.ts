import { addDays, dayIn, momentIn } from '../../../platform/calendar.ts';

/** KakaoPay's own zone: its maintenance windows, quotas and days are Korean ones whatever the shop's zone is. */
const ZONE = 'Asia/Seoul';

const koreanDay = (now: Date, days: number, time: string): Date =>
  momentIn(ZONE, addDays(dayIn(ZONE, now), days), time);

/** The daily quota begins anew at midnight; five minutes later everybody's clock agrees. */
export const whenQuotaBegins = (now: Date): Date => koreanDay(now, 1, '00:05');

/** A limit per day, at the time when banks are reachable again. */
export const tomorrow = (now: Date): Date => koreanDay(now, 1, '00:40');

/** Bank maintenance runs 23:30–00:35; after midnight it ends the same day. */
export function afterBankMaintenance(now: Date): Date {
  const thisMorning = koreanDay(now, 0, '00:40');
  return now < thisMorning ? thisMorning : tomorrow(now);
}

const DAY_MINUTES = 1_440;
const OFFSET_MINUTES = 540;
const [NIGHT_FROM, NIGHT_TO] = [23 * 60 + 30, 35];

/** Whether it is 23:30 to 00:35 in Korea, which has no summer time; asked before each charge, so no calendar takes part. */
export function isBankNight(now: Date): boolean {
  const minute = (Math.floor(now.getTime() / 60_000) + OFFSET_MINUTES) % DAY_MINUTES;
  return minute >= NIGHT_FROM || minute < NIGHT_TO;
}

export function endOfBlackout(now: Date): Date {
  const thisMorning = koreanDay(now, 0, '00:35');
  return now < thisMorning ? thisMorning : koreanDay(now, 1, '00:35');
}

export function firstOfNextMonth(now: Date): Date {
  const firstOfThis = `${dayIn(ZONE, now).slice(0, 7)}-01`;
  const inNextMonth = addDays(firstOfThis, 31); // no month is longer, and none shorter than 28 days
  return momentIn(ZONE, `${inNextMonth.slice(0, 7)}-01`, '00:40');
}

/** Timestamps come as `yyyy-MM-ddTHH:mm:ss` without offset [D] and are Korean time [I]; Korea has no summer time. */
const OFFSET = '+09:00';
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/;

export function parseTimestamp(text: string): Date | undefined {
  if (!TIMESTAMP.test(text)) return undefined;
  const moment = new Date(`${text}${OFFSET}`);
  return Number.isNaN(moment.getTime()) ? undefined : moment;
}
