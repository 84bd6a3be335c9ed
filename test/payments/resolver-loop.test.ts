import { describe, expect, it } from 'vitest';
import { startResolver } from '../../src/payments/index.ts';
import { openCheckout } from '../support/checkout.ts';
import { afterStart, MINUTE, shopInDoubt } from '../support/doubt.ts';

const OFTEN = { PILLIVERY_PAYMENTS__RESOLVE_EVERY_MS: '10' };

describe('startResolver', () => {
  it('resolves what falls due and closes what lapses, until it is told to stop', async () => {
    const { app, clock, loseApproval, attempt: read } = await shopInDoubt({ settings: OFTEN });
    const lost = await loseApproval({ kind: 'commit_drop' });
    const left = await openCheckout(app);
    const stop = new AbortController();
    const running = startResolver(app, stop.signal);

    clock.moveTo(afterStart(20 * MINUTE));
    await expect.poll(async () => (await read(lost.attempt)).state).toBe('APPROVED');
    await expect.poll(async () => (await read(left.attempt)).closeReason).toBe('WINDOW_EXPIRED');

    stop.abort();
    await running;
  });

  it('ends at once when it has been told to stop before', async () => {
    const { app } = await shopInDoubt();

    await expect(startResolver(app, AbortSignal.abort())).resolves.toBeUndefined();
  });

  it('finishes the look under way before it ends', async () => {
    const { app, clock, fault, loseApproval, attempt: read, sandbox } = await shopInDoubt({ settings: OFTEN });
    const { attempt } = await loseApproval({ kind: 'commit_drop' });
    fault('order', { kind: 'delay', wait: 300 });
    const stop = new AbortController();
    clock.moveTo(afterStart(MINUTE));
    const running = startResolver(app, stop.signal);
    await expect.poll(() => sandbox.stats().ops.order).toBe(1);

    stop.abort();
    await running;

    expect(await read(attempt)).toMatchObject({ state: 'APPROVED' });
  });
});
