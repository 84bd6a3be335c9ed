import type { App } from '../../app.ts';
import { repeat } from '../../platform/waiting.ts';
import { openPaymentGauges } from '../gauges.ts';
import { resolveRefunds } from '../refunds/resolve.ts';
import type { RefundingApp } from '../refunds/settle.ts';
import { resolveDue } from './resolve-due.ts';
import { sweepCheckouts } from '../checkout/sweep-checkouts.ts';

type ResolvingApp = RefundingApp & Pick<App, 'metrics'>;

/**
 * Looks after payments and refunds in doubt and after checkouts that nobody completes, until told to stop. Returns when
 * the looks under way have ended. A pass that fails is logged, and the next one tries again.
 */
export async function startResolver(app: ResolvingApp, stop: AbortSignal): Promise<void> {
  const gauge = openPaymentGauges(app);
  const look = async (): Promise<void> => {
    await passOnce(app, stop);
    await gauge().catch((err: unknown) => app.log.warn({ err }, 'payments in doubt could not be counted'));
  };
  await repeat(look, { everyMs: app.config.payments.resolveEveryMs, stop });
}

async function passOnce(app: ResolvingApp, stop: AbortSignal): Promise<void> {
  try {
    const resolved = await resolveDue(app, { stop });
    const refunds = await resolveRefunds(app);
    const closed = await sweepCheckouts(app);
    if (resolved.looked + resolved.silent + resolved.operator + refunds.looked + refunds.silent + closed > 0)
      app.log.info({ event: 'payments_resolved', ...resolved, refunds, closed }, 'looked after payments in doubt');
  } catch (err) {
    app.log.error({ err }, 'looking after payments in doubt failed; it is tried again');
  }
}
