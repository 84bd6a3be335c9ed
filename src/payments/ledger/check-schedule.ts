/** A row that is SENT this long without an answer counts as silent; a call ends well before. */
export const SILENT_AFTER_MS = 60_000;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * When an attempt in doubt is looked at, counted from when it was sent: first when the provider's own 11 s are over, at
 * 31 min because bank transactions and the witness are certain by then (30 min and a margin).
 */
const CHECKS_MS = [15 * SECOND, MINUTE, 5 * MINUTE, 20 * MINUTE, 31 * MINUTE, 60 * MINUTE];
/** After the last check a person decides; the truth may still turn up, so we go on asking for a week. */
const BACKGROUND_EVERY_MS = 6 * HOUR;
const BACKGROUND_FOR_MS = 7 * 24 * HOUR;

/** The first look at an attempt whose answer was doubtful: not before the outcome says that it is of use. */
export const firstCheckAt = (sentAt: Date, lookAt: Date): Date =>
  new Date(Math.max(sentAt.getTime() + 15 * SECOND, lookAt.getTime()));

/** The next look after one at `now` that found nothing; undefined when there is none any more. */
export function nextCheckAfter(sentAt: Date, now: Date): Date | undefined {
  const age = now.getTime() - sentAt.getTime();
  const planned = CHECKS_MS.find((afterMs) => afterMs > age);
  if (planned !== undefined) return new Date(sentAt.getTime() + planned);
  return age < BACKGROUND_FOR_MS ? new Date(now.getTime() + BACKGROUND_EVERY_MS) : undefined;
}

/** Whether the planned looks are over and a person must decide. */
export const isOverdue = (sentAt: Date, now: Date): boolean => now.getTime() - sentAt.getTime() >= 60 * MINUTE;
