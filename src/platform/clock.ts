/** The only place that reads the machine's clock; everything else is given a `Clock`. */
export interface Clock {
  /** The present moment. */
  now(): Date;
  /** Milliseconds that only ever grow, for measuring lengths. */
  monotonicMs(): number;
}

/** A clock that can be set, for the demo and tests: it runs on from wherever it was put. */
export interface MovableClock extends Clock {
  moveTo(moment: Date): void;
}

const monotonicMs = (): number => performance.now();

/** The machine's clock; with `startAt` it starts there and runs on at the usual pace. */
export function systemClock(startAt?: Date): MovableClock {
  let offsetMs = startAt ? startAt.getTime() - Date.now() : 0;
  return {
    now: () => new Date(Date.now() + offsetMs),
    monotonicMs,
    moveTo: (moment) => {
      offsetMs = moment.getTime() - Date.now();
    },
  };
}
