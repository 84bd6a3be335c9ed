import { systemClock, type Clock, type MovableClock } from '../platform/clock.ts';

/** The clock that every date, window, ceiling, blackout and fault follows. */
export interface SandboxClock extends Clock {
  /** Undefined for the machine's own clock, which nobody moves. */
  readonly moveTo?: ((moment: Date) => void) | undefined;
}

/** The machine's clock. */
export function realClock(): SandboxClock {
  const { now, monotonicMs } = systemClock();
  return { now, monotonicMs };
}

/** A clock that starts at a moment, or now, runs on at the usual pace and can be moved. */
export const virtualClock = (startAt?: Date): MovableClock => systemClock(startAt);
