import type { App } from '../app.ts';
import { INCOMPLETE } from './reasons.ts';
import { pause } from '../platform/waiting.ts';
import type { BillReport } from './report-schema.ts';
import type { BillRequest } from './request.ts';
import { runBilling } from './run.ts';
import { isDatabaseLost } from './database-lost.ts';

export interface Retries {
  /** Further runs after one that ended incomplete. */
  retries: number;
  afterMs: number;
}

/** Runs, and runs again after an incomplete end, for schedulers that cannot do that themselves. Returns the last report. */
export async function runWithRetries(
  app: App,
  request: BillRequest,
  { retries, afterMs }: Retries,
): Promise<BillReport> {
  const stop = request.stop ?? new AbortController().signal;
  for (let left = retries; ; left -= 1) {
    const report = await runOnce(app, request, left > 0);
    const isOver = report !== undefined && (report.exitCode !== INCOMPLETE || left === 0 || stop.aborted);
    if (isOver) return report;
    await pause(afterMs, stop);
    if (stop.aborted && report) return report;
  }
}

/** A database that is away at the start is an incomplete run too, as long as there is another one to come. */
async function runOnce(app: App, request: BillRequest, mayFail: boolean): Promise<BillReport | undefined> {
  try {
    return await runBilling(app, request);
  } catch (error) {
    if (!mayFail || !isDatabaseLost(error) || request.stop?.aborted) throw error;
    app.log.warn({ err: error }, 'the run could not begin; it is tried again');
    return undefined;
  }
}
