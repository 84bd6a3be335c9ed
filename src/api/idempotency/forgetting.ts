import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '../../app.ts';
import { forgetOldNames } from './keys.ts';

const HOUR_MS = 3_600_000;

/** Forgets old idempotency keys every hour until told to stop. */
export async function startForgetting(app: App, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    await forgetOldNames(app).catch((err: unknown) => app.log.warn({ err }, 'old keys are forgotten later'));
    await sleep(HOUR_MS, undefined, { signal: stop }).catch(() => undefined);
  }
}
