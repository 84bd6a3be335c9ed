import { describe, expect, it } from 'vitest';
import { buildApi } from '../../src/api/app.ts';
import { bundle, type BundleOptions } from '../support/bundle.ts';
import { callingApi } from '../support/calling.ts';
import { given } from '../support/given.ts';
import { freePort } from '../support/mariadb.ts';
import { PERSON } from '../support/person.ts';

async function shop(options: BundleOptions = {}) {
  const made = await bundle(options);
  const api = buildApi(made.app);
  const ask = callingApi(made.app, api);
  const call = (method: string, path: string, body?: unknown, token?: string) =>
    ask(method, path, { body, token, headers: { accept: 'application/json' } });
  const signUp = async (person: Partial<typeof PERSON> = {}): Promise<string> => {
    const all = { ...PERSON, ...person };
    await call('POST', '/api/users', all);
    const { body } = await call('POST', '/api/auth/login', { email: all.email, password: all.password });
    return body.data.accessToken;
  };
  return { ...made, api, call, signUp };
}

const order = (itemId: string, columns: object = {}) => ({
  kind: 'ONE_OFF',
  from: 'LINES',
  lines: [{ itemId, quantity: 2 }],
  ...columns,
});

describe('accounts', () => {
  it('sign up once, log in, and read their own profile', async () => {
    const { call, signUp } = await shop();
    const token = await signUp();
    const { body } = await call('GET', '/api/users/me', undefined, token);
    expect(body.data).toMatchObject({ email: 'Haneul@example.test', phone: '010-1234-5678', role: 'USER' });
  });

  it('name every taken field, whatever the case', async () => {
    const { call, signUp } = await shop();
    await signUp();
    const { status, body } = await call('POST', '/api/users', {
      ...PERSON,
      email: 'HANEUL@EXAMPLE.TEST',
      phone: '01012345678',
    });
    expect(status).toBe(409);
    expect(body).toMatchObject({
      code: 'EMAIL_TAKEN',
      errors: [{ field: 'email' }, { field: 'displayName' }, { field: 'phone' }],
    });
  });

  it.each([
    ['email', 'nobody'],
    ['password', 'NoSpecial7'],
    ['password', 'Sh0rt-!'],
    ['displayName', ' '],
    ['realName', '김 하늘'],
    ['phone', '010-11111-1111'],
    ['city', ''],
  ])('are refused when %s is %j, naming the field and not the value', async (field, value) => {
    const { call } = await shop();
    const { status, body } = await call('POST', '/api/users', { ...PERSON, [field]: value });
    expect({ status, code: body.code, fields: body.errors.map((error: { field: string }) => error.field) }).toEqual({
      status: 400,
      code: 'VALIDATION_FAILED',
      fields: [field],
    });
  });

  it('get one answer for an unknown e-mail and a wrong password', async () => {
    const { call, signUp } = await shop();
    await signUp();
    const wrong = await call('POST', '/api/auth/login', { email: PERSON.email, password: 'Wrong-Horse-7' });
    const unknown = await call('POST', '/api/auth/login', { email: 'who@example.test', password: 'Wrong-Horse-7' });
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect({ ...wrong.body, requestId: '' }).toEqual({ ...unknown.body, requestId: '' });
  });

  it('are not let in without a token, with a forged one, or with one that has expired', async () => {
    const { call, signUp, clock } = await shop();
    const token = await signUp();
    const unsigned = `${btoa('{"alg":"none","typ":"JWT"}')}.${btoa('{"sub":"x","typ":"access"}')}.`.replaceAll('=', '');
    const answers = [await call('GET', '/api/users/me'), await call('GET', '/api/users/me', undefined, unsigned)];
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [401, 'UNAUTHENTICATED'],
      [401, 'UNAUTHENTICATED'],
    ]);
    clock.moveTo(new Date(clock.now().getTime() + 31 * 60_000));
    expect((await call('GET', '/api/users/me', undefined, token)).body.code).toBe('TOKEN_EXPIRED');
  });
});

describe('items', () => {
  it('are listed by category, best sellers first, without the hidden', async () => {
    const { app, call } = await shop();
    const few = await given(app).item({ sales: 1 });
    const many = await given(app).item({ sales: 9 });
    await given(app).item({ status: 'HIDDEN', listed: false });
    const { body } = await call('GET', '/api/items/categories?category=EYE');
    expect(body.data.map(({ id }: { id: string }) => id)).toEqual([many.id, few.id]);
    expect(body.page).toEqual({ page: 1, size: 8, totalElements: 2, totalPages: 1 });
  });

  it('past the last page are none, with the true totals', async () => {
    const { app, call } = await shop();
    await given(app).item();
    const { body } = await call('GET', '/api/items/categories?category=EYE&page=9');
    expect(body).toEqual({ data: [], page: { page: 9, size: 8, totalElements: 1, totalPages: 1 } });
  });

  it.each(['category=NOSE', 'page=1', 'category=EYE&size=0', 'category=EYE&size=101', 'category=EYE&page=x'])(
    'are not listed for %s',
    async (query) => {
      const { call } = await shop();
      expect((await call('GET', `/api/items/categories?${query}`)).status).toBe(400);
    },
  );

  it('that are unknown or hidden are not found', async () => {
    const { app, call } = await shop();
    const hidden = await given(app).item({ status: 'HIDDEN', listed: false });
    const answers = [await call('GET', '/api/items/nothing'), await call('GET', `/api/items/${hidden.id}`)];
    expect(answers.map(({ body }) => body.code)).toEqual(['ITEM_NOT_FOUND', 'ITEM_NOT_FOUND']);
  });
});

describe('orders', () => {
  it('keep the prices of the moment they were placed at', async () => {
    const { app, call, signUp } = await shop();
    const token = await signUp();
    const item = await given(app).item();
    const placed = await call('POST', '/api/orders', order(item.id), token);
    expect(placed).toMatchObject({
      status: 201,
      body: { data: { totalPrice: 60_000, totalDiscount: 6_000, payAmount: 54_000 } },
    });
    await app.database.update(app.database.tables.items).set({ name: 'other' }).where(undefined);
    const read = await call('GET', `/api/orders/${placed.body.data.id}`, undefined, token);
    expect(read.body.data.lines[0].name).toBe(item.name);
  });

  it.each([
    [{ lines: [] }, 400, 'VALIDATION_FAILED'],
    [{ lines: [{ itemId: 'nothing', quantity: 1 }] }, 404, 'ITEM_NOT_FOUND'],
    [{ expectedPayAmount: 1 }, 409, 'PRICE_CHANGED'],
    [{ coupon: 'x' }, 400, 'VALIDATION_FAILED'],
    [{ kind: 'SUBSCRIPTION' }, 400, 'VALIDATION_FAILED'],
  ])('with %j are refused with %i %s', async (columns, status, code) => {
    const { app, call, signUp } = await shop();
    const item = await given(app).item();
    expect(await call('POST', '/api/orders', order(item.id, columns), await signUp())).toMatchObject({
      status,
      body: { code },
    });
  });

  it('of what is sold out, or in a rhythm that is not offered, are refused', async () => {
    const { app, call, signUp } = await shop();
    const token = await signUp();
    const soldOut = await given(app).item({ status: 'SOLD_OUT' });
    const item = await given(app).item();
    const lines = [{ itemId: item.id, quantity: 1, periodDays: 31 }];
    const answers = [
      await call('POST', '/api/orders', order(soldOut.id), token),
      await call('POST', '/api/orders', order(item.id, { kind: 'SUBSCRIPTION', lines }), token),
    ];
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [422, 'ITEM_NOT_PURCHASABLE'],
      [422, 'PERIOD_NOT_ALLOWED'],
    ]);
  });

  it('of somebody else are not found, on any route', async () => {
    const { app, call, signUp } = await shop();
    const item = await given(app).item();
    const own = await call('POST', '/api/orders', order(item.id), await signUp());
    const other = await signUp({ email: 'other@example.test', displayName: '다른이', phone: '01099998888' });
    const { id } = own.body.data;
    const answers = [
      await call('GET', `/api/orders/${id}`, undefined, other),
      await call('POST', `/api/payments/orders/${id}`, {}, other),
    ];
    expect(answers.map(({ body }) => body.code)).toEqual(['ORDER_NOT_FOUND', 'ORDER_NOT_FOUND']);
  });
});

/** A placed order with its checkout open. */
async function openCheckout(options: BundleOptions = {}) {
  const made = await shop(options);
  const token = await made.signUp();
  const item = await given(made.app).item();
  const placed = await made.call('POST', '/api/orders', order(item.id), token);
  const orderId: string = placed.body.data.id;
  const start = () => made.call('POST', `/api/payments/orders/${orderId}`, {}, token);
  return { ...made, token, orderId, start, started: await start() };
}

/** The provider's answer to the pressed button, as a path of ours. */
async function press(pcUrl: string, button: string): Promise<string> {
  const response = await fetch(`${pcUrl}/${button}`, { method: 'POST', redirect: 'manual' });
  const back = new URL(response.headers.get('location') ?? '');
  return `${back.pathname}${back.search}`;
}

describe('payments', () => {
  it('start once: a second start finds the same checkout', async () => {
    const { start, started } = await openCheckout();
    expect(started).toMatchObject({ status: 201, body: { data: { state: 'CREATED', amount: 54_000 } } });
    expect(await start()).toMatchObject({ status: 200, body: { data: { attemptId: started.body.data.attemptId } } });
  });

  it('ask the provider once, though the buyer returns twenty times at once', async () => {
    const { call, started, sandbox, token, orderId, start } = await openCheckout({ latencyMs: 30 });
    const path = await press(started.body.data.action.pcUrl, 'approve');
    const returns = await Promise.all(Array.from({ length: 20 }, () => call('GET', path)));
    expect(new Set(returns.map(({ body }) => body.data.result))).toEqual(new Set(['approved']));
    expect(sandbox.ledger()).toHaveLength(1);
    expect((await call('GET', `/api/orders/${orderId}`, undefined, token)).body.data.status).toBe('PAID');
    expect((await start()).body.code).toBe('ORDER_NOT_PAYABLE');
  });

  it('that the buyer leaves are closed, and can be started anew', async () => {
    const { call, started, start, token } = await openCheckout();
    const back = await call('GET', await press(started.body.data.action.pcUrl, 'cancel'));
    expect(back.body.data.result).toBe('cancelled');
    const { attemptId } = started.body.data;
    expect((await call('GET', `/api/payments/${attemptId}`, undefined, token)).body.data).toMatchObject({
      state: 'NOT_CHARGED',
      closeReason: 'USER_CANCELLED',
    });
    expect(await start()).toMatchObject({ status: 201, body: { data: { attemptNumber: 2 } } });
  });

  it('send a browser on to the storefront and tell it no more than the result', async () => {
    const { api, started } = await openCheckout();
    const path = await press(started.body.data.action.pcUrl, 'approve');
    const response = await api.request(path);
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toMatch(/\/checkout\/result\?attempt=pa_[0-9a-z]{26}&result=approved$/);
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
  });

  it('with a forged return token charge nothing', async () => {
    const { call, started, sandbox } = await openCheckout();
    const path = await press(started.body.data.action.pcUrl, 'approve');
    const forged = await call('GET', path.replace(/pg_token=[^&]+/, 'pg_token=forged'));
    expect(forged.body.data.result).toBe('closed');
    expect(sandbox.ledger()).toEqual([]);
  });

  it('that are unknown are not found', async () => {
    const { call } = await shop();
    expect((await call('GET', '/api/payments/approve/pa_x?pg_token=1')).body.code).toBe('ATTEMPT_NOT_FOUND');
  });

  it('say 503 while the provider is away, and nothing was charged', async () => {
    const { started } = await openCheckout({
      settings: { PILLIVERY_PAYMENTS__KAKAOPAY__BASE_URL: `http://127.0.0.1:${await freePort()}` },
    });
    expect(started).toMatchObject({ status: 503, body: { code: 'PROVIDER_UNAVAILABLE' } });
    expect(started.headers.get('retry-after')).toBe('10');
  });
});

describe('the API', () => {
  it('answers every mistake as a problem with the request id', async () => {
    const { call } = await shop();
    const malformed = await call('POST', '/api/users', '{');
    const nowhere = await call('GET', '/nowhere');
    expect([malformed.status, malformed.body.code, nowhere.status, nowhere.body.code]).toEqual([
      400,
      'MALFORMED_REQUEST',
      404,
      'NOT_FOUND',
    ]);
    expect(nowhere.headers.get('content-type')).toBe('application/problem+json');
    expect(nowhere.body.requestId).toBe(nowhere.headers.get('x-request-id'));
  });

  it('takes JSON only', async () => {
    const { api } = await shop();
    const headers = { 'content-type': 'text/plain', 'content-length': '2' };
    expect((await api.request('/api/users', { method: 'POST', headers, body: '{}' })).status).toBe(415);
  });

  it('is ready while the database answers and until it drains', async () => {
    const { app, call } = await shop();
    expect((await call('GET', '/health/ready')).status).toBe(200);
    const draining = buildApi(app, { draining: AbortSignal.abort() });
    expect((await draining.request('/health/ready')).status).toBe(503);
  });
});
