import { readFile } from 'node:fs/promises';
import type { App } from '../app.ts';
import { addDays, dayIn, isDay, lengthMs, momentIn } from '../platform/calendar.ts';
import { InvalidInput } from '../platform/errors.ts';
import type { Window } from './due.ts';
import type { Progress } from './progress.ts';

export interface BillRequest {
  /** The billing date; today in the shop's zone when left out. */
  date?: string | undefined;
  dryRun?: boolean | undefined;
  /** Just these subscriptions; such a run never completes the date. */
  only?: readonly string[] | undefined;
  /** Charges that this process may send. */
  limit?: number | undefined;
  /** Charges per second. */
  rate?: number | undefined;
  /** When to take no more work: a length such as 90m, or a time of day in the shop's zone. */
  deadline?: string | undefined;
  /** Work beside a live runner of the same date. */
  join?: boolean | undefined;
  /** Aborted when the run should stop taking work, finish what it holds and leave. */
  stop?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** What a run looks at. Throws `InvalidInput` for a date that is none or lies ahead. */
export function windowOf({ config, clock }: Pick<App, 'config' | 'clock'>, { date: given, only }: BillRequest): Window {
  const today = dayIn(config.shop.timeZone, clock.now());
  const date = given ?? today;
  if (!isDay(date)) throw new InvalidInput('DATE_INVALID', `${date} is no calendar day; give one as YYYY-MM-DD.`);
  if (date > today) {
    throw new InvalidInput('DATE_IN_FUTURE', `${date} lies ahead of today, ${today}; bill that day when it has come.`);
  }
  return { date, oldest: addDays(date, -config.billing.catchUpDays), only };
}

/** When a run that starts now takes no more work. Throws `InvalidInput` for what is neither a length nor a time of day. */
export function deadlineOf({ config, clock }: Pick<App, 'config' | 'clock'>, text: string | undefined): Date {
  const now = clock.now();
  const ms = text === undefined ? config.billing.deadlineMinutes * 60_000 : lengthMs(text);
  if (ms !== undefined) return new Date(now.getTime() + ms);
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(text ?? '')) {
    throw new InvalidInput(
      'DEADLINE_INVALID',
      `${text} is no deadline; give a length such as 90m, or a time as HH:MM.`,
    );
  }
  const today = dayIn(config.shop.timeZone, now);
  const moment = momentIn(config.shop.timeZone, today, text ?? '');
  return moment > now ? moment : momentIn(config.shop.timeZone, addDays(today, 1), text ?? '');
}

/** The ids of `--only`: as they are, or one a line of the file after the @. */
export async function onlyFrom(text: string): Promise<string[]> {
  const listed = text.startsWith('@') ? await readList(text.slice(1)) : text.split(',');
  const ids = listed.map((id) => id.trim()).filter(Boolean);
  if (ids.length === 0) throw new InvalidInput('ONLY_EMPTY', 'No subscription is named; give ids, or a file of ids.');
  return [...new Set(ids)];
}

async function readList(file: string): Promise<string[]> {
  try {
    return (await readFile(file, 'utf8')).split(/[\n,]/);
  } catch (cause) {
    throw new InvalidInput('ONLY_UNREADABLE', `The file of ids cannot be read: ${file}`, { cause });
  }
}
