import { describe, expect, it } from 'vitest';
import { accessTokenOf } from '../support/tokens.ts';
import { buildApi } from '../../src/api/app.ts';
import { bundle } from '../support/bundle.ts';
import { completeCheckout } from '../../src/payments/checkout/complete-checkout.ts';
import { startCheckout } from '../../src/payments/checkout/start-checkout.ts';
import { openCheckout, pressOn } from '../support/checkout.ts';

/** An order with an open checkout, and its buyer at the API. */
async function buying() {
  const shop = await bundle();
  const api = buildApi(shop.app);
  const open = await openCheckout(shop.app);
  const accessToken = await accessTokenOf(shop.app, open.user);
  const post = async (path: string, body?: object) => {
    const response = await api.request(path, {
      method: 'POST',
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const answered = (await response.json()) as { code?: string; data?: Record<string, unknown> };
    return { status: response.status, ...answered };
  };
  const rows = () => {
    const { paymentAttempts: t } = shop.app.database.tables;
    return shop.app.database.select().from(t).orderBy(t.id);
  };
  return { ...shop, api, open, post, rows };
}

describe('a retry', () => {
  it('opens a new checkout and closes the open one, whose way back then charges nothing', async () => {
    const { open, post, rows, sandbox } = await buying();
    const retried = await post(`/api/payments/orders/${open.orderId}/retry`, {});
    expect(retried).toMatchObject({ status: 201, data: { attemptNumber: 2, state: 'CREATED' } });
    expect((await rows()).map(({ state, closeReason }) => [state, closeReason])).toEqual([
      ['NOT_CHARGED', 'SUPERSEDED'],
      ['CREATED', null],
    ]);
    await open.return();
    expect(sandbox.ledger()).toEqual([]);
  });

  it('after a declined payment pays the order', async () => {
    const { app, open, sandbox } = await buying();
    sandbox.addFault({ match: { op: 'approve' }, effect: { kind: 'decline', result: 'LACK_BALANCE' }, times: 1 });
    expect((await open.return()).attempt).toMatchObject({ state: 'DECLINED', reasonGroup: 'INSUFFICIENT_FUNDS' });
    const { attempt } = await startCheckout(app, { user: open.user, orderId: open.orderId });
    const paid = await completeCheckout(app, { attemptId: attempt.publicId, query: await pressOn(attempt, 'approve') });
    expect(paid.attempt.state).toBe('APPROVED');
  });

  it('is refused for a provider that this shop does not have', async () => {
    const { open, post } = await buying();
    expect(await post(`/api/payments/orders/${open.orderId}/retry`, { provider: 'TOSS' })).toMatchObject({
      status: 422,
      code: 'PROVIDER_NOT_CONFIGURED',
    });
  });

  it('is refused while the outcome of a payment is open', async () => {
    const { open, post, sandbox } = await buying();
    sandbox.addFault({ match: { op: 'approve' }, effect: { kind: 'commit_drop' }, times: 1 });
    expect((await open.return()).attempt.state).toBe('UNKNOWN');
    for (const path of ['', '/retry']) {
      expect(await post(`/api/payments/orders/${open.orderId}${path}`, {})).toMatchObject({
        status: 409,
        code: 'PAYMENT_IN_PROGRESS',
      });
    }
  });
});

describe('a webhook', () => {
  it('of a provider that sends none is forged: refused each time, and nothing changes', async () => {
    const { post, rows, open } = await buying();
    const before = await rows();
    const body = { eventType: 'PAYMENT_STATUS_CHANGED', data: { orderId: open.attempt.publicId, status: 'DONE' } };
    for (let time = 0; time < 2; time += 1) {
      expect(await post('/api/payments/webhooks/kakaopay', body)).toMatchObject({
        status: 401,
        code: 'WEBHOOK_REJECTED',
      });
    }
    expect(await rows()).toEqual(before);
  });

  it('of a provider that nobody has is not found', async () => {
    const { post } = await buying();
    expect(await post('/api/payments/webhooks/somebody', {})).toMatchObject({ status: 404 });
    expect(await post('/api/payments/webhooks/toss', {})).toMatchObject({ status: 404 });
  });
});
