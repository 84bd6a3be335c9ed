import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '../app.ts';
import { startRelay } from '../outbox/index.ts';
import { startResolver } from '../payments/index.ts';

/** What a serving process does beside answering: events are delivered, payments in doubt looked up. Ends with `stop`. */
export async function workInBackground(app: App, stop: AbortSignal): Promise<void> {
  await Promise.all([startRelay(app, stop), startResolver(app, stop), keepTime(app, stop)]);
}

/** Clocks of machines drift apart by seconds in months, but somebody may set one. */
const KEEP_TIME_EVERY_MS = 10_000;

async function keepTime(app: App, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    await app
      .keepTime()
      .catch((err: unknown) => app.log.warn({ err }, 'the database server was not asked for its time'));
    await sleep(KEEP_TIME_EVERY_MS, undefined, { signal: stop }).catch(() => undefined);
  }
}
