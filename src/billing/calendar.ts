import { addDays, daysBetween } from '../platform/calendar.ts';

/**
 * The next billing date of a rhythm of `periodDays` that began at `billingOn`: the first one after `after`. A late
 * payment moves nothing; missed periods are passed over, and told.
 */
export function nextBilling(
  billingOn: string,
  periodDays: number,
  after: string,
): { on: string; periodsMissed: number } {
  const periods = Math.max(1, Math.floor(daysBetween(billingOn, after) / periodDays) + 1);
  return { on: addDays(billingOn, periods * periodDays), periodsMissed: periods - 1 };
}
