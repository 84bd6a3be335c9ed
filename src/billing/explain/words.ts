import type { App } from '../../app.ts';
import { addDays, dayIn, wallTime } from '../../platform/calendar.ts';
import type { BillingCycle, PaymentAttempt } from '../../schema.ts';
import type { AttemptEvent, File } from './file.ts';

/** How a story ends: why it was or was not charged, and what happens next. */
export interface Ending {
  result: string;
  next: string;
}

export const won = (amount: number): string => `${amount.toLocaleString('en-US')} won`;

/** What conclusions need to know of the present. */
export interface Present {
  timeZone: string;
  today: string;
  /** Due dates before this one are left to a person. */
  oldest: string;
  lastStep: number;
}

export function presentOf({ config, clock }: Pick<App, 'config' | 'clock'>): Present {
  const { timeZone } = config.shop;
  const today = dayIn(timeZone, clock.now());
  const { catchUpDays, ladderDays } = config.billing;
  return { timeZone, today, oldest: addDays(today, -catchUpDays), lastStep: ladderDays.length + 1 };
}

/** A moment to the minute, as it is read on the wall. */
export const at = ({ timeZone }: Present, moment: Date | null): string =>
  moment ? wallTime(timeZone, moment).slice(0, 16) : 'an unknown time';

export const later = (one: string, other: string): string => (one > other ? one : other);

export const dueCycle = ({ cycle, billingOn }: Pick<BillingCycle, 'cycle' | 'billingOn'>): string =>
  `cycle ${cycle}, due on ${billingOn},`;

/** When an attempt came into the state it is in. */
export function settledAt({ events }: Pick<File, 'events'>, { id, state, updatedAt }: PaymentAttempt): Date {
  const into = (event: AttemptEvent): boolean =>
    event.attemptId === id && event.toState === state && event.fromState !== state;
  return events.findLast(into)?.createdAt ?? updatedAt;
}

/** Why it was declined, in the word that all providers share. */
export const reasonOf = ({ reasonGroup, providerCode }: PaymentAttempt): string =>
  [reasonGroup ?? 'no reason given', ...(providerCode ? [providerCode] : [])].join(', ');
