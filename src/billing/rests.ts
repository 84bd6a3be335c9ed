import type { App } from '../app.ts';
import type { Mandate } from '../schema.ts';

/**
 * A witness tells of a mandate's last approval in whole seconds: of two charges within one second it cannot tell whether
 * both ran. Two seconds between the end of one and the start of the next keep their approvals apart.
 */
const APART_MS = 2_000;
/** An approval is recent when it may be a few seconds old by any clock; those of two machines may be minutes apart. */
const RECENT_MS = 60 * 60_000;

/** Keeps charges of one mandate apart. */
export interface Rests {
  /** Whether a mandate that nothing is in flight on may be charged now; asked again until it may. */
  isOver(mandate: Pick<Mandate, 'id' | 'lastApprovedAt'>): boolean;
}

/** Counts from when this process first saw the approval, by the clock that nobody sets, whichever runner had the charge. */
export function openRests({ clock }: Pick<App, 'clock'>): Rests {
  const seenMs = new Map<string, number>();
  return {
    isOver({ id, lastApprovedAt }) {
      if (!lastApprovedAt || clock.now().getTime() - lastApprovedAt.getTime() > RECENT_MS) return true;
      const approval = `${id} ${lastApprovedAt.getTime()}`;
      const sinceMs = seenMs.get(approval);
      if (sinceMs === undefined) seenMs.set(approval, clock.monotonicMs());
      if (sinceMs === undefined || clock.monotonicMs() - sinceMs < APART_MS) return false;
      seenMs.delete(approval);
      return true;
    },
  };
}

/** When to ask again. */
export const afterRest = ({ clock }: Pick<App, 'clock'>): Date => new Date(clock.now().getTime() + APART_MS);
