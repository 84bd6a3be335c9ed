/** Calendar days are strings (YYYY-MM-DD) and are added as days; instants are never added to make days. */

const DAY_MS = 86_400_000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Whether a text is a day that exists: 2026-02-30 is not. */
export function isDay(text: string): boolean {
  return DAY.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) && addDays(text, 0) === text;
}

const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** Whether a text is a moment in ISO 8601 with its zone, so that no machine's own zone decides what it means. */
export const isMoment = (text: string): boolean =>
  MOMENT.test(text) && isDay(text.slice(0, 10)) && !Number.isNaN(Date.parse(text));

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Days from `from` to `to`; negative when `to` comes first. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);
}

/** The calendar day of a moment in a time zone. */
export function dayIn(timeZone: string, moment: Date): string {
  return localText(timeZone, moment).slice(0, 10);
}

/** The moment of a wall clock time (`HH:MM`) on a day in a time zone; in a gap, the same span after the gap began. */
export function momentIn(timeZone: string, day: string, time: string): Date {
  const asUtc = Date.parse(`${day}T${time}:00Z`);
  const guess = asUtc - offsetMs(timeZone, new Date(asUtc));
  return new Date(asUtc - offsetMs(timeZone, new Date(guess)));
}

/** ISO 8601 with the zone's offset: 2026-03-02T09:00:00.000+09:00. */
export function withOffset(timeZone: string, moment: Date): string {
  const minutes = Math.round(offsetMs(timeZone, moment) / 60_000);
  const [hours, rest] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const offset = `${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`;
  return `${localText(timeZone, moment)}${offset}`;
}

/** As people read it on the wall: 2026-03-02 09:00:00. */
export const wallTime = (timeZone: string, moment: Date): string =>
  localText(timeZone, moment).slice(0, 19).replace('T', ' ');

/** Wall clock time of a moment in a zone, with milliseconds. */
function localText(timeZone: string, moment: Date): string {
  return new Date(moment.getTime() + offsetMs(timeZone, moment)).toISOString().slice(0, 23);
}

/** A zone's offset changes at full minutes only, so one answer serves the whole minute. */
const formatters = new Map<string, Intl.DateTimeFormat>();

const lastOffsets = new Map<string, { minute: number; ms: number }>();

function offsetMs(timeZone: string, moment: Date): number {
  const minute = Math.floor(moment.getTime() / 60_000);
  const last = lastOffsets.get(timeZone);
  if (last?.minute === minute) return last.ms;
  const ms = readOffsetMs(timeZone, moment);
  lastOffsets.set(timeZone, { minute, ms });
  return ms;
}

function readOffsetMs(timeZone: string, moment: Date): number {
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formatters.set(timeZone, formatter);
  }
  const part = Object.fromEntries(formatter.formatToParts(moment).map(({ type, value }) => [type, value]));
  const local = Date.parse(
    `${part['year']}-${part['month']}-${part['day']}T${part['hour']}:${part['minute']}:${part['second']}Z`,
  );
  return local - Math.floor(moment.getTime() / 1_000) * 1_000;
}

const LENGTH = /^(\d+)(s|m|h)$/;
const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** A length of time such as 90m, 1h or 30s, in milliseconds; undefined for anything else. */
export function lengthMs(text: string): number | undefined {
  const [, digits, unit] = LENGTH.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * UNIT_MS[unit as keyof typeof UNIT_MS];
}
