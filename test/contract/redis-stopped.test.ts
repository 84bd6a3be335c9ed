import { afterEach, describe, expect, it, vi } from 'vitest';
import { bundle } from '../support/bundle.ts';
import { callingApi, givenCaller } from '../support/calling.ts';
import { ENGINES } from '../support/databases.ts';
import { given } from '../support/given.ts';
import { HAS_REDIS } from '../support/redis.ts';
import { redisOfThisFile } from '../support/stores.ts';

const redis = redisOfThisFile();

/** The provider's answer to the pressed button, as a path of ours. */
async function approve(pcUrl: string): Promise<string> {
  const response = await fetch(`${pcUrl}/approve`, { method: 'POST', redirect: 'manual' });
  const back = new URL(response.headers.get('location') ?? '');
  return `${back.pathname}${back.search}`;
}

describe.runIf(HAS_REDIS).each(ENGINES)('with Redis stopped, on %s', (engine) => {
  afterEach(() => redis().startAgain());

  it('people browse, log in and out and pay, and a login that ended meanwhile stays over after its return', async () => {
    const { app } = await bundle({ engine, settings: { PILLIVERY_REDIS__URL: redis().url } });
    const call = callingApi(app);
    const item = await given(app).item();
    const { credentials, token } = await givenCaller(app, {}, call);
    const statusOf = async (path: string, as = token) => (await call('GET', path, { token: as })).status;
    expect(await statusOf('/api/users/me')).toBe(200);

    await redis().kill();
    await vi.waitFor(() => expect(app.stores.standing()).toBe('away'));
    const login = await call('POST', '/api/auth/login', { body: credentials });
    const second: string = login.body.data.accessToken;
    expect([await statusOf(`/api/items/${item.id}`), await statusOf('/api/users/me', second)]).toEqual([200, 200]);

    const body = { kind: 'ONE_OFF', from: 'LINES', lines: [{ itemId: item.id, quantity: 1 }] };
    const order = await call('POST', '/api/orders', { token, body });
    const started = await call('POST', `/api/payments/orders/${order.body.data.id}`, { token, body: {} });
    await call('GET', await approve(started.body.data.action.pcUrl));
    const paid = await call('GET', `/api/orders/${order.body.data.id}`, { token });
    expect(paid.body.data.status).toBe('PAID');

    await call('POST', '/api/auth/logout', { token });
    expect(await statusOf('/api/users/me')).toBe(401);
    await redis().startAgain();
    await vi.waitFor(() => expect(app.stores.standing()).toBe('shared'), 10_000);
    expect([await statusOf('/api/users/me'), await statusOf('/api/users/me', second)]).toEqual([401, 200]);
  });
});
