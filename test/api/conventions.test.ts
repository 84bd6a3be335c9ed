import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ApiEnv } from '../../src/app.ts';
import { buildApi } from '../../src/api/app.ts';
import { onError } from '../../src/api/problems.ts';
import { declaringRouter } from '../../src/api/router.ts';
import { rules } from '../../src/platform/http/route-rules.ts';
import { bundle } from '../support/bundle.ts';
import { callingApi, givenCaller } from '../support/calling.ts';
import { PERSON } from '../support/person.ts';

async function shop(settings: Record<string, string> = {}) {
  const { app, clock } = await bundle({ settings });
  return { app, clock, call: callingApi(app) };
}

const codeOf = ({ status, body }: { status: number; body: { code?: string } }) => [status, body?.code];

describe('a body', () => {
  it('that is no JSON, or deeper than anything we take, cannot be read', async () => {
    const { call } = await shop();
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const answers = await Promise.all(['{', '', deep].map((body) => call('POST', '/api/users', { body })));
    expect(answers.map(codeOf)).toEqual(Array(3).fill([400, 'MALFORMED_REQUEST']));
  });

  it('larger than http.maxBodyBytes is too large, whether it says its length or not', async () => {
    const { call } = await shop();
    const body = JSON.stringify({ city: 'x'.repeat(262_145) });
    const said = await call('POST', '/api/users', { body, headers: { 'content-length': String(body.length) } });
    const unsaid = await call('POST', '/api/users', { body });
    expect([codeOf(said), codeOf(unsaid)]).toEqual(Array(2).fill([413, 'PAYLOAD_TOO_LARGE']));
  });

  it('of another type, or of none, is not taken', async () => {
    const { call } = await shop();
    const types = ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', ''];
    const answers = await Promise.all(
      types.map((type) => call('POST', '/api/users', { body: '{}', headers: { 'content-type': type } })),
    );
    expect(answers.map(codeOf)).toEqual(Array(4).fill([415, 'UNSUPPORTED_MEDIA_TYPE']));
  });

  it('with a field we do not know is refused, and the field named', async () => {
    const { call } = await shop();
    const { body } = await call('POST', '/api/users', { body: { ...PERSON, role: 'ADMIN' } });
    expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field: 'role', reason: 'unknown_field' }] });
  });

  it('has its texts trimmed and normalised, but for passwords', async () => {
    const { call } = await shop();
    const decomposed = '김하늘'.normalize('NFD');
    const { body } = await call('POST', '/api/users', { body: { ...PERSON, realName: ` ${decomposed}\t` } });
    expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field: 'realName', reason: 'format' }] });
    const made = await call('POST', '/api/users', { body: { ...PERSON, realName: ` ${decomposed} ` } });
    expect(made.body.data.realName).toBe('김하늘');
    const spaced = await call('POST', '/api/users', { body: { ...PERSON, password: ' Right-Horse-7' } });
    expect(spaced.body.errors).toEqual([{ field: 'password', reason: 'format' }]);
  });

  it.each(['\u0000', '\u001b', '\u0085', '\n', '\ud800'])('with %j in a text is refused', async (character) => {
    const { call } = await shop();
    const { body } = await call('POST', '/api/users', { body: { ...PERSON, city: `서울${character}시` } });
    expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ field: 'city', reason: 'format' }] });
  });
});

describe('an address', () => {
  it('that takes other methods says which', async () => {
    const { call } = await shop();
    const wrong = await call('DELETE', '/api/users/me');
    expect([...codeOf(wrong), wrong.headers.get('allow')]).toEqual([
      405,
      'METHOD_NOT_ALLOWED',
      'GET, HEAD, OPTIONS, PATCH',
    ]);
    const asked = await call('OPTIONS', '/api/orders');
    expect([asked.status, asked.headers.get('allow')]).toEqual([204, 'OPTIONS, POST']);
  });

  it('that nobody serves is not found, whatever the method', async () => {
    const { call } = await shop();
    const answers = [await call('GET', '/api'), await call('PATCH', '/nowhere'), await call('OPTIONS', '/nowhere')];
    expect(answers.map(codeOf)).toEqual(Array(3).fill([404, 'NOT_FOUND']));
  });

  it('answers HEAD as GET without a body', async () => {
    const { call } = await shop();
    const { status, text } = await call('HEAD', '/health/live');
    expect([status, text]).toEqual([200, '']);
  });
});

describe('a request id', () => {
  it('is the caller’s where it is a good one, else ours, and on every answer', async () => {
    const { call } = await shop();
    const ids = ['order-7.retry_1', 'short', 'a'.repeat(65), 'with space in it'].map((id) => ({ 'x-request-id': id }));
    const answers = await Promise.all(ids.map((headers) => call('GET', '/nowhere', { headers })));
    expect(answers.map(({ headers, body }) => headers.get('x-request-id') === body.requestId)).toEqual(
      Array(4).fill(true),
    );
    expect(answers[0]?.body.requestId).toBe('order-7.retry_1');
    expect(new Set(answers.map(({ body }) => body.requestId)).size).toBe(4);
  });
});

describe('headers of safety', () => {
  it.each([
    ['/health/live', 200],
    ['/nowhere', 404],
    ['/api/users/me', 401],
    ['/openapi.json', 200],
  ])('are on %s', async (path, status) => {
    const { call } = await shop();
    const answer = await call('GET', path);
    expect(answer.status).toBe(status);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
    });
    expect(answer.headers.get('strict-transport-security')).toBeNull();
  });

  it('ask for TLS where the shop is reached by TLS', async () => {
    const { call } = await shop({ PILLIVERY_SHOP__PUBLIC_URL: 'https://shop.example' });
    expect((await call('GET', '/health/live')).headers.get('strict-transport-security')).toBe('max-age=31536000');
  });

  it('keep what belongs to a person out of caches', async () => {
    const { app, call } = await shop();
    const { token } = await givenCaller(app);
    expect((await call('GET', '/api/users/me', { token })).headers.get('cache-control')).toBe('no-store');
  });
});

describe('a page of another origin', () => {
  const preflight = (origin: string) => ({ headers: { origin, 'access-control-request-method': 'POST' } });

  it('may call when it is listed, and is told what it may send', async () => {
    const { call } = await shop({ PILLIVERY_HTTP__ALLOWED_ORIGINS: '["https://pages.example"]' });
    const asked = await call('OPTIONS', '/api/orders', preflight('https://pages.example'));
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBe('https://pages.example');
    expect(asked.headers.get('access-control-allow-credentials')).toBe('true');
    expect(asked.headers.get('access-control-allow-headers')).toContain('Idempotency-Key');
    const refused = await call('GET', '/api/users/me', { headers: { origin: 'https://pages.example' } });
    expect(refused.headers.get('access-control-allow-origin')).toBe('https://pages.example');
    expect(refused.headers.get('vary')).toBe('Origin');
  });

  it.each(['https://pages.example.evil.test', 'http://pages.example', 'null', '*', 'https://pages.example:444'])(
    'at %s gets no leave',
    async (origin) => {
      const { call } = await shop({ PILLIVERY_HTTP__ALLOWED_ORIGINS: '["https://pages.example"]' });
      const answers = [await call('OPTIONS', '/api/orders', preflight(origin)), await call('GET', '/health/live')];
      expect(answers.map(({ headers }) => headers.get('access-control-allow-origin'))).toEqual([null, null]);
    },
  );
});

describe('limits', () => {
  it('turn an address away that asks too often, and nobody else', async () => {
    const { call } = await shop({ PILLIVERY_LIMITS__REQUESTS_PER_MINUTE: '5' });
    const answers = await Promise.all(Array.from({ length: 6 }, () => call('GET', '/nowhere', { peer: '192.0.2.7' })));
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 429]);
    expect(answers[5]?.body.code).toBe('RATE_LIMITED');
    expect(Number(answers[5]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await call('GET', '/nowhere', { peer: '192.0.2.8' })).status).toBe(404);
    expect((await call('GET', '/health/ready', { peer: '192.0.2.7' })).status).toBe(200);
  });

  it('count the /64 of an IPv6 address as one, and searches apart', async () => {
    const { call } = await shop({
      PILLIVERY_LIMITS__REQUESTS_PER_MINUTE: '1',
      PILLIVERY_LIMITS__SEARCHES_PER_MINUTE: '1',
    });
    const from = (peer: string, path = '/nowhere') => call('GET', path, { peer });
    const answers = [
      await from('2001:db8:1:2::7'),
      await from('2001:db8:1:2:ffff::8'),
      await from('2001:db8:1:3::7'),
      await from('2001:db8:1:2::7', '/api/items/search'),
      await from('2001:db8:1:2::7', '/api/items/search'),
    ];
    expect(answers.map(({ status }) => status === 429)).toEqual([false, true, false, false, true]);
  });

  it('allow ten sign-ups of one address in an hour', async () => {
    const { call } = await shop({ PILLIVERY_LIMITS__SIGN_UPS_PER_HOUR: '2' });
    const signUp = (peer: string) => call('POST', '/api/users', { body: {}, peer });
    const answers = [await signUp('192.0.2.1'), await signUp('192.0.2.1'), await signUp('192.0.2.1')];
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 429]);
    expect((await signUp('192.0.2.2')).status).toBe(400);
  });

  it('allow ten payment starts of one account in a minute', async () => {
    const { app, call, clock } = await shop({ PILLIVERY_LIMITS__PAYMENT_STARTS_PER_MINUTE: '2' });
    const { token } = await givenCaller(app);
    const start = (path = '') => call('POST', `/api/payments/orders/none${path}`, { body: {}, token });
    expect([(await start()).status, (await start('/retry')).status, (await start()).status]).toEqual([404, 404, 429]);
    clock.moveTo(new Date(clock.now().getTime() + 61_000));
    expect((await start()).status).toBe(404);
  });

  it('turn requests away past what a process does at once', async () => {
    const { app, call } = await shop({ PILLIVERY_HTTP__MOST_AT_ONCE: '1' });
    const { token } = await givenCaller(app);
    const [first, second] = await Promise.all([call('GET', '/api/users/me', { token }), call('GET', '/openapi.json')]);
    expect([first.status, ...codeOf(second), second.headers.get('retry-after')]).toEqual([200, 503, 'OVERLOADED', '1']);
    expect((await call('GET', '/openapi.json')).status).toBe(200);
  });
});

describe('whose request it is', () => {
  const limited = { PILLIVERY_LIMITS__REQUESTS_PER_MINUTE: '1' };
  const forwarded = (entries: string) => ({ 'x-forwarded-for': entries });

  it('is told by the peer while no proxy is trusted', async () => {
    const { call } = await shop(limited);
    await call('GET', '/nowhere', { peer: '192.0.2.7', headers: forwarded('198.51.100.1') });
    const again = await call('GET', '/nowhere', { peer: '192.0.2.7', headers: forwarded('198.51.100.2') });
    expect(again.status).toBe(429);
  });

  it('is told by a trusted proxy, and by nothing its caller made up', async () => {
    const { call } = await shop({ ...limited, PILLIVERY_HTTP__TRUSTED_PROXIES: '[10.0.0.0/8]' });
    const from = (entries: string) => call('GET', '/nowhere', { peer: '10.0.0.1', headers: forwarded(entries) });
    const answers = [
      await from('198.51.100.1'),
      await from('198.51.100.2'),
      await from('203.0.113.9, 198.51.100.1, 10.2.3.4'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 429]);
  });
});

describe('a route', () => {
  const declare = async (route: object, method = 'get', path = '/api/thing') => {
    const { app } = await bundle();
    const router: OpenAPIHono<ApiEnv> = declaringRouter(app);
    return () =>
      router.openapi(
        createRoute({ method: method as 'get', path, responses: {}, ...route }),
        (c) => c.body(null) as never,
      );
  };

  it('that does not say who may call it does not register', async () => {
    expect(await declare({})).toThrow(/^Bug: get \/api\/thing does not say who may call it/);
  });

  it('of admins that says others may call it does not register', async () => {
    expect(await declare({ security: [{ bearer: [] }] }, 'get', '/api/admin/things')).toThrow(/^Bug: .* is an admin's/);
  });

  it('that would drop unknown fields of its body does not register', async () => {
    const content = { 'application/json': { schema: z.object({ a: z.string() }) } };
    expect(await declare({ security: [], request: { body: { content } } }, 'post')).toThrow(/^Bug: the body of post/);
  });

  it('of admins is closed to users', async () => {
    const { app } = await bundle();
    const router = declaringRouter(app).onError(onError(app.log));
    const thing = createRoute({
      method: 'get',
      path: '/api/admin/things',
      security: [{ bearer: ['ADMIN'] }],
      ...rules({}),
      responses: { 204: { description: 'done' } },
    });
    router.openapi(thing, (c) => c.body(null, 204));
    const call = async (role: 'USER' | 'ADMIN') => {
      const { token } = await givenCaller(app, { role });
      return (await router.request('/api/admin/things', { headers: { authorization: `Bearer ${token}` } })).status;
    };
    expect([await call('ADMIN'), await call('USER')]).toEqual([204, 403]);
  });
});

it('a failure of ours tells nothing about itself', async () => {
  const { app, call } = await shop();
  const { token } = await givenCaller(app);
  await app.database.raw('drop table orders');
  const { status, body, text } = await call('GET', '/api/orders/x', { token });
  expect([status, body.code]).toEqual([500, 'INTERNAL']);
  expect(text).not.toMatch(/orders|select|sql|\bat /i);
});

it('the reference at /docs is a page without scripts, and can be switched off', async () => {
  const { call } = await shop();
  const { status, headers, text } = await call('GET', '/docs');
  expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=UTF-8']);
  expect(headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; style-src 'sha256-[^']+'; frame-ancestors/,
  );
  expect(text).not.toMatch(/<script|https?:\/\//);
  const { call: without } = await shop({ PILLIVERY_HTTP__DOCS: 'false' });
  expect((await without('GET', '/docs')).status).toBe(404);
});

it('/openapi.json describes every route that is served', async () => {
  const { app } = await bundle();
  const api = buildApi(app);
  const { body } = await callingApi(app, api)('GET', '/openapi.json');
  const described = Object.keys(body.paths).map((path) => path.replaceAll(/\{(\w+)\}/g, ':$1'));
  const pages = ['/openapi.json', '/docs', '/checkout/result', '/login/result'];
  const served = api.routes.filter(({ method, path }) => method !== 'ALL' && !pages.includes(path));
  expect(served.filter(({ path }) => !described.includes(path))).toEqual([]);
});
