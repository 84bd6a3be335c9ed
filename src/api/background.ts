import { startTidying } from '../accounts/index.ts';
import type { App } from '../app.ts';
import { followCatalog, startCountingViews } from '../catalog/index.ts';
import { startRelay } from '../outbox/index.ts';
import { startResolver } from '../payments/index.ts';
import { repeat } from '../platform/waiting.ts';
import { startForgetting } from './idempotency/forgetting.ts';

/**
 * What a serving process does beside answering: events are delivered, payments in doubt looked up, what is cached of
 * the catalogue is kept true, views are written down, old idempotency keys and sessions are forgotten. Ends with `stop`.
 */
export async function workInBackground(app: App, stop: AbortSignal): Promise<void> {
  const chores = [
    startRelay,
    startResolver,
    followCatalog,
    startCountingViews,
    startForgetting,
    startTidying,
    keepTime,
  ];
  await Promise.all(chores.map((start) => start(app, stop)));
}

/** Clocks of machines drift apart by seconds in months, but somebody may set one. */
const KEEP_TIME_EVERY_MS = 10_000;

function keepTime(app: App, stop: AbortSignal): Promise<void> {
  const ask = () =>
    app.keepTime().catch((err: unknown) => app.log.warn({ err }, 'the database server was not asked for its time'));
  return repeat(ask, { everyMs: KEEP_TIME_EVERY_MS, stop });
}
