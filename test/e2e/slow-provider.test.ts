import { setTimeout as sleep } from 'node:timers/promises';
import { eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import { buildApi } from '../../src/api/app.ts';
import { accessTokenOf } from '../support/tokens.ts';
import { completeCheckout } from '../../src/payments/checkout/complete-checkout.ts';
import { bundle } from '../support/bundle.ts';
import { openCheckout } from '../support/checkout.ts';
import { ENGINES } from '../support/databases.ts';

describe.each(ENGINES)('a provider that is slow, on %s', (engine) => {
  it('lets its buyer go with "pending", and is booked when it answers', async () => {
    const { app, sandbox } = await bundle({ engine, settings: { PILLIVERY_PAYMENTS__ANSWER_WITHIN_MS: '300' } });
    const { attempt, orderId, approve } = await openCheckout(app, { kind: 'SUBSCRIPTION' });
    sandbox.addFault({ match: { op: 'approve' }, effect: { kind: 'delay', wait: 1_500 } });
    const query = await approve();
    const started = performance.now();
    const answered = await completeCheckout(app, { attemptId: attempt.publicId, query });
    expect(answered.attempt.state).toBe('SENT');
    expect(performance.now() - started).toBeLessThan(1_400);

    const { orders } = app.database.tables;
    const status = async () => (await app.database.select().from(orders).where(eq(orders.id, orderId)))[0]?.status;
    expect(await status()).toBe('PENDING_PAYMENT');
    while ((await status()) === 'PENDING_PAYMENT') await sleep(20);
    expect(await status()).toBe('PAID');
    expect(sandbox.ledger().filter(({ op }) => op === 'charge')).toHaveLength(1);
  });

  it('is waited for by a process that ends', async () => {
    const { app, sandbox } = await bundle({ engine, settings: { PILLIVERY_PAYMENTS__ANSWER_WITHIN_MS: '100' } });
    const { return: comeBack } = await openCheckout(app);
    sandbox.addFault({ match: { op: 'approve' }, effect: { kind: 'delay', wait: 600 } });
    expect((await comeBack()).attempt.state).toBe('SENT');
    await app.payments.close();
    const { paymentAttempts: t } = app.database.tables;
    expect(await app.database.select().from(t)).toMatchObject([{ state: 'APPROVED' }]);
  });
});

describe('a provider that fails every call', () => {
  it('is no longer called: starts are refused at once with 503 and a time to come back', async () => {
    const { app, sandbox } = await bundle({
      settings: { PILLIVERY_PAYMENTS__KAKAOPAY__PAY__RETRIES: '0', PILLIVERY_LOG__LEVEL: 'silent' },
    });
    const api = buildApi(app);
    const { user, orderId } = await openCheckout(app);
    const accessToken = await accessTokenOf(app, user);
    const start = () =>
      api.request(`/api/payments/orders/${orderId}/retry`, {
        method: 'POST',
        headers: { authorization: `Bearer ${accessToken}` },
      });
    sandbox.addFault({ effect: { kind: 'fail', status: 500 } });
    const calls = () => sandbox.stats().arrivals;
    // The first call of the story was good: 20 calls with 13 faults open the circuit, not before.
    const before = calls();
    for (let call = 0; call < 19; call += 1) expect((await start()).status).toBe(503);
    expect(calls() - before).toBe(19);

    const refused = await start();
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(10);
    expect(calls() - before).toBe(19);
    expect(app.payments.provider('KAKAOPAY').health()).toBe('down');
  });
});
