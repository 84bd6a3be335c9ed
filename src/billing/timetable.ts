import { Cron } from 'croner';
import { InvalidInput } from '../platform/errors.ts';

/** When runs begin, as a cron expression says in the shop's zone. */
export interface Timetable {
  /** The latest moment at or before `now` at which a run was to begin. */
  lastSlot(now: Date): Date | undefined;
}

/** Slots lie on whole seconds, and the one at the very moment counts as passed. */
const SECOND_MS = 1_000;

/**
 * A time of day that a change to summer time leaves out comes at the next minute that there is; one that comes twice
 * counts once. Throws `InvalidInput` for an expression that is none, or that never comes.
 */
export function openTimetable(expression: string, timeZone: string): Timetable {
  const cron = readExpression(expression, timeZone);
  return {
    lastSlot: (now) => cron.previousRuns(2, new Date(now.getTime() + SECOND_MS)).find((slot) => slot <= now),
  };
}

function readExpression(expression: string, timezone: string): Cron {
  try {
    const cron = new Cron(expression, { timezone, paused: true });
    if (cron.nextRun() !== null) return cron;
  } catch (cause) {
    throw invalid(expression, cause);
  }
  throw invalid(expression);
}

const invalid = (expression: string, cause?: unknown): InvalidInput =>
  new InvalidInput('CRON_INVALID', `"${expression}" is no schedule that ever comes; give one such as "0 2 * * *".`, {
    cause,
  });
