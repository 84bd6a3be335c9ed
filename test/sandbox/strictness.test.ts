import { describe, expect, it } from 'vitest';
import { bundle, chargeBody, readyBody, without, type Json } from './support.ts';

const APPROVE: Json = {
  cid: 'TC0ONETIME',
  tid: 'T1',
  partner_order_id: 'pa_1',
  partner_user_id: 'cu_1',
  pg_token: 'x',
};
const ORDER: Json = { cid: 'TC0ONETIME', tid: 'T1' };
const CANCEL: Json = { ...ORDER, cancel_amount: 100, cancel_tax_free_amount: 0 };
const SID: Json = { cid: 'TCSUBSCRIP', sid: 'SEED0000000000000001' };
const CALLS: [string, Json][] = [
  ['ready', readyBody()],
  ['approve', APPROVE],
  ['order', ORDER],
  ['cancel', CANCEL],
  ['subscription', chargeBody()],
  ['manage/subscription/inactive', SID],
  ['manage/subscription/status', SID],
];
const FIELDS = CALLS.flatMap(([name, body]) =>
  Object.keys(body).map((field): [string, string, Json] => [name, field, body]),
);

const strictly = (field: string) => ({
  status: 400,
  body: { error_code: -90001, error_message: expect.stringContaining(field) },
});

describe('strict checking', () => {
  it.each(CALLS)('of %s refuses an unknown field', async (name, body) => {
    const { call } = await bundle();
    expect(await call(name, { ...body, colour: 'red' })).toMatchObject(strictly('unknown field colour'));
  });

  it.each(FIELDS)('of %s refuses a missing %s', async (name, field, body) => {
    const { call } = await bundle();
    expect(await call(name, without(body, field))).toMatchObject(strictly(`missing field ${field}`));
  });

  it.each(FIELDS)('of %s refuses %s of a wrong type', async (name, field, body) => {
    const { call } = await bundle();
    expect(await call(name, { ...body, [field]: { not: 'this' } })).toMatchObject(strictly(`field ${field}`));
  });

  it.each([
    ['cid', 10],
    ['cid_secret', 24],
    ['partner_order_id', 100],
    ['partner_user_id', 100],
    ['item_name', 100],
    ['item_code', 100],
  ])('refuses a %s above %i characters', async (field, limit) => {
    const { call } = await bundle();
    expect(await call('ready', readyBody({ [field]: 'x'.repeat(limit + 1) }))).toMatchObject(strictly(field));
  });

  it.each(['approval_url', 'cancel_url', 'fail_url'])('refuses a %s above 255 characters', async (field) => {
    const { call } = await bundle();
    expect(await call('ready', readyBody({ [field]: `http://a/${'x'.repeat(250)}` }))).toMatchObject(strictly(field));
  });

  it.each([
    ['total_amount', 1.5],
    ['total_amount', '1.5'],
    ['total_amount', ''],
    ['quantity', 0],
    ['install_month', 13],
    ['payment_method_type', 'CASH'],
    ['available_cards', ['VISA']],
    ['use_share_installment', 'yes'],
    ['approval_url', 'javascript:alert(1)'],
    ['custom_json', { a: 1 }],
  ])('refuses the %s %j', async (field, value) => {
    const { call } = await bundle();
    expect(await call('ready', readyBody({ [field]: value }))).toMatchObject(strictly(field));
  });

  it('refuses a payload above 200 characters', async () => {
    const { call } = await bundle();
    expect(await call('subscription', chargeBody({ payload: 'x'.repeat(201) }))).toMatchObject(strictly('payload'));
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp'])(
    'refuses the content type %s',
    async (type) => {
      const { call } = await bundle();
      expect(await call('order', ORDER, { 'Content-Type': type })).toMatchObject(strictly('Content-Type'));
    },
  );

  it('accepts a content type with a charset', async () => {
    const { call } = await bundle();
    const { body } = await call('order', ORDER, { 'Content-Type': 'application/json; charset=utf-8' });
    expect(body).toMatchObject({ error_code: -721 });
  });

  it.each(['{', '[]', 'null', '"text"'])('refuses the body %s', async (body) => {
    const { call } = await bundle();
    expect(await call('order', body)).toMatchObject(strictly('the body'));
  });

  it('never repeats the value it refuses', async () => {
    const { call } = await bundle();
    const { body } = await call('approve', { ...APPROVE, pg_token: ['canary-token'] });
    expect(JSON.stringify(body)).not.toContain('canary-token');
  });

  it('counts what it refuses', async () => {
    const { call, request } = await bundle();
    await call('order', {});
    await call('nothing', {});
    await call('order', ORDER);
    expect((await request('GET', '/sandbox/stats')).body).toMatchObject({
      arrivals: 3,
      executed: 0,
      inFlight: 0,
      strictRejections: 2,
    });
  });
});

describe('the door', () => {
  it.each(['SECRET_KEY DEV1', 'DEV_SECRET_KEY DEV1', 'SECRET_KEY SANDBOX', 'SECRET_KEY test_1'])(
    'opens to %s',
    async (key) => {
      const { call } = await bundle();
      expect((await call('ready', readyBody(), { Authorization: key })).status).toBe(200);
    },
  );

  it.each(['SECRET_KEY PRD1', 'KakaoAK DEV1', 'SECRET_KEY ', 'DEV1'])('stays shut to %s with -401', async (key) => {
    const { call } = await bundle();
    expect(await call('ready', readyBody(), { Authorization: key })).toMatchObject({
      status: 401,
      body: { error_code: -401 },
    });
  });

  it('misses an authorization with -400', async () => {
    const { request } = await bundle();
    expect((await request('POST', '/online/v1/payment/order', ORDER)).body).toMatchObject({ error_code: -400 });
  });

  it.each(['refund', 'manage/subscription', 'manage/subscription/list', 'nothing'])(
    'answers 404 to %s',
    async (name) => {
      const { call } = await bundle();
      const { status, headers, body } = await call(name, {});
      expect(status).toBe(404);
      expect(headers.get('x-pillivery-sandbox')).toBe('1');
      expect(body).toMatchObject({ error_code: -404 });
    },
  );

  it('answers 404 to another method than POST', async () => {
    const { request } = await bundle();
    expect((await request('GET', '/online/v1/payment/ready')).status).toBe(404);
  });

  it('answers 404 outside of the provider', async () => {
    const { request } = await bundle();
    const { status, headers } = await request('GET', '/favicon.ico');
    expect([status, headers.get('x-pillivery-sandbox')]).toEqual([404, '1']);
  });
});
