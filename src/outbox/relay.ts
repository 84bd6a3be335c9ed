import type { App } from '../app.ts';
import { openGauges } from './gauges.ts';
import { openPool, type Counts } from './pool.ts';
import { openTidying } from './tidy.ts';

/** Delivers every event that is due, and those that become due through that; says how often each result came. */
export async function relayOnce(app: App): Promise<Counts> {
  const pool = openPool(app);
  try {
    for (;;) {
      await pool.take();
      if (pool.isIdle()) return pool.counts;
      await pool.rest();
    }
  } finally {
    await pool.drained();
  }
}

/**
 * Delivers events as they fall due until told to stop; resolves when what it holds is finished. Any number of processes
 * may do so at once. A database that is away is waited for.
 */
export async function startRelay(app: App, stop: AbortSignal): Promise<void> {
  const pool = openPool(app);
  const chores = [openGauges(app), openTidying(app)];
  stop.addEventListener('abort', pool.wakeUp, { once: true });
  while (!stop.aborted) {
    for (const step of [pool.take, ...chores]) await goOn(app, step);
    await pool.rest(app.config.outbox.pollMs);
  }
  await pool.drained();
}

/** A step that fails is made again at the next look: the relay outlives the database. */
async function goOn({ log }: App, step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (err) {
    log.warn({ err }, 'a step of the relay failed; it is made again');
  }
}
