import { setTimeout as sleep } from 'node:timers/promises';

/** Waits; an abort ends it early. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0 && !signal.aborted) await sleep(ms, undefined, { signal }).catch(() => undefined);
}

/** Does something, rests, and does it again until told to stop; returns when what is under way has ended. */
export async function repeat(
  work: () => Promise<unknown>,
  { everyMs, stop }: { everyMs: number; stop: AbortSignal },
): Promise<void> {
  while (!stop.aborted) {
    await work();
    await pause(everyMs, stop);
  }
}
