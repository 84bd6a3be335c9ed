import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../platform/clock.ts';

/** How a held-back answer waits. */
export type Pause = (ms: number) => Promise<unknown>;

/** Real waiting; a timer on its way keeps no process alive. */
export const realPause: Pause = (ms) => wait(ms, undefined, { ref: false });

/** How often waiting answers look at a clock that somebody else may have moved. */
const LOOK_MS = 10;

/** Waiting that is over once the clock says so: at once when somebody moves it far enough. */
export function pauseBy(clock: Clock): Pause {
  const waiting = new Set<{ dueMs: number; resolve: () => void }>();
  let timer: NodeJS.Timeout | undefined;
  const look = () => {
    const nowMs = clock.now().getTime();
    for (const one of waiting) {
      if (one.dueMs > nowMs) continue;
      waiting.delete(one);
      one.resolve();
    }
    if (waiting.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
  return (ms) =>
    new Promise<void>((resolve) => {
      waiting.add({ dueMs: clock.now().getTime() + ms, resolve });
      timer ??= setInterval(look, LOOK_MS).unref();
    });
}
