import { inspect } from 'node:util';
import { withoutParameters } from '../platform/database/index.ts';
import { maskText } from './mask.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Waits after the first, second … failed try: a hiccup is over in seconds, an outage in hours. The last one repeats. */
const DELAYS_MS = [10 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR];

/** How long an event waits after so many failed tries. */
export const delayMs = (attempts: number): number =>
  DELAYS_MS[Math.min(Math.max(attempts, 1), DELAYS_MS.length) - 1] ?? HOUR;

/** A handler that says "not before now" would be asked again at once, without end. */
const LEAST_POSTPONEMENT_MS = SECOND;

/** When a postponed event comes again. */
export const postponedUntil = (until: Date, now: Date): Date =>
  new Date(Math.max(until.getTime(), now.getTime() + LEAST_POSTPONEMENT_MS));

/** What fits into `last_error`. */
const LONGEST_ERROR = 500;

/** What is kept of a failure: no parameters of queries, no addresses, and no more than the column takes. */
export function failureText(thrown: unknown): string {
  const error = withoutParameters(thrown);
  const text = error instanceof Error ? error.message : typeof error === 'string' ? error : inspect(error);
  return maskText(text || 'no message').slice(0, LONGEST_ERROR);
}
