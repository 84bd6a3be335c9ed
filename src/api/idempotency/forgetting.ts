import type { App } from '../../app.ts';
import { repeat } from '../../platform/waiting.ts';
import { forgetOldNames } from './keys.ts';

const HOUR_MS = 3_600_000;

/** Forgets old idempotency keys every hour until told to stop. */
export function startForgetting(app: App, stop: AbortSignal): Promise<void> {
  const forget = () =>
    forgetOldNames(app).catch((err: unknown) => app.log.warn({ err }, 'old keys are forgotten later'));
  return repeat(forget, { everyMs: HOUR_MS, stop });
}
