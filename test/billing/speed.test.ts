import { expect, it } from 'vitest';
import { runBilling } from '../../src/billing/index.ts';
import { bundle } from '../support/bundle.ts';
import { given } from '../support/given.ts';
import { TODAY } from './support.ts';

const LATENCY_MS = 50;
const CALLS = 8;
const DUE = 400;

it(
  'keeps at least nine tenths of its calls in flight while the provider is what it waits for',
  { timeout: 60_000 },
  async () => {
    const shop = await bundle({ latencyMs: LATENCY_MS, settings: { PILLIVERY_BILLING__CONCURRENCY: String(CALLS) } });
    await given(shop.app).subscriptions(DUE);
    const report = await runBilling(shop.app, { date: TODAY });
    expect(report.totals.approved).toBe(DUE);
    // Of the time of all permits, the share spent in calls: that is what a run can do about it on a busy machine.
    expect(report.performance.wireUtilisation).toBeGreaterThanOrEqual(0.9);
  },
);
