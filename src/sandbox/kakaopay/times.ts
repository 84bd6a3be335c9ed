const SEOUL_OFFSET_MS = 9 * 3_600_000;

/** KakaoPay's timestamps: Seoul's wall clock without an offset. Seoul knows no summer time. */
export const seoulTime = (moment: Date): string =>
  new Date(moment.getTime() + SEOUL_OFFSET_MS).toISOString().slice(0, 19);

/** The calendar month of a moment in Seoul. */
export const seoulMonth = (moment: Date): string => seoulTime(moment).slice(0, 7);

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/;

/** An answer whose timestamps are all off by so many seconds. */
export function skewed<T>(value: T, bySeconds: number): T {
  if (typeof value === 'string') return (TIMESTAMP.test(value) ? shifted(value, bySeconds) : value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => skewed(item, bySeconds)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, skewed(item as unknown, bySeconds)])) as T;
}

const shifted = (timestamp: string, bySeconds: number): string =>
  new Date(Date.parse(`${timestamp}Z`) + bySeconds * 1000).toISOString().slice(0, 19);
