export interface Bulkhead {
  /** Takes a slot, which `leave` gives back; false when the queue is full, the wait too long, or `signal` fires first. */
  enter(signal: AbortSignal): Promise<boolean>;
  leave(): void;
  counts(): { active: number; waiting: number };
}

export interface BulkheadSettings {
  /** Calls at once. */
  bulkhead: number;
  /** Callers that may wait for a slot. */
  queue: number;
  longestWaitMs: number;
}

/**
 * Bounds the calls in flight, first come, first served. It is our own because cockatiel's has no limit to the wait and
 * keeps a caller who gave up in the queue, where he takes the place of one who has not.
 */
export function openBulkhead({ bulkhead, queue, longestWaitMs }: BulkheadSettings): Bulkhead {
  const waiting = new Set<() => void>();
  let active = 0;

  const waitForSlot = (signal: AbortSignal): Promise<boolean> =>
    new Promise((resolve) => {
      const end = (admitted: boolean): void => {
        waiting.delete(admit);
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        resolve(admitted);
      };
      const admit = (): void => end(true);
      const giveUp = (): void => end(false);
      const timer = setTimeout(giveUp, longestWaitMs);
      signal.addEventListener('abort', giveUp);
      waiting.add(admit);
    });

  return {
    async enter(signal) {
      if (signal.aborted) return false;
      if (active === bulkhead) return waiting.size < queue && waitForSlot(signal);
      active += 1;
      return true;
    },
    leave() {
      const [next] = waiting;
      if (next) next(); // the slot passes on: nobody who comes now overtakes the queue
      else active -= 1;
    },
    counts: () => ({ active, waiting: waiting.size }),
  };
}
