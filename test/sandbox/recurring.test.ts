import { describe, expect, it } from 'vitest';
import { bundle, chargeBody, RECURRING } from './support.ts';

describe('subscription', () => {
  it('charges an issued sid under a new tid each time', async () => {
    const { call, mandate } = await bundle();
    const { sid, tid } = await mandate();

    const { status, body } = await call('subscription', chargeBody({ sid, payload: 'p' }));

    expect(status).toBe(200);
    expect(body).toEqual({
      aid: expect.stringMatching(/^A.{19}$/),
      tid: expect.stringMatching(/^T.{19}$/),
      cid: RECURRING,
      sid,
      partner_order_id: 'pa_2',
      partner_user_id: 'cu_1',
      payment_method_type: 'MONEY',
      amount: { total: 25_900, tax_free: 0, vat: 2355, point: 0, discount: 0, green_deposit: 0 },
      item_name: '오메가3',
      quantity: 1,
      created_at: expect.any(String),
      approved_at: expect.stringMatching(/^2026-11-24T12:00:\d\d$/),
      payload: 'p',
    });
    expect(body['tid']).not.toBe(tid);
  });

  it('charges the same order twice when asked twice', async () => {
    const { call, mandate, sandbox } = await bundle();
    const { sid } = await mandate({ total_amount: 0 });

    const first = await call('subscription', chargeBody({ sid }));
    const second = await call('subscription', chargeBody({ sid }));

    expect(first.body['tid']).not.toBe(second.body['tid']);
    expect(sandbox.ledger().map(({ op, orderRef }) => [op, orderRef])).toEqual([
      ['issue', 'pa_1'],
      ['charge', 'pa_2'],
      ['charge', 'pa_2'],
    ]);
  });

  it('charges the card that the mandate was made with', async () => {
    const { call, authenticated } = await bundle();
    const { sid } = (await call('approve', await authenticated({ cid: RECURRING }, 'CARD'))).body;
    expect((await call('subscription', chargeBody({ sid }))).body).toMatchObject({
      payment_method_type: 'CARD',
      card_info: {},
    });
  });

  it('can be looked up by its tid', async () => {
    const { call, mandate } = await bundle();
    const { sid } = await mandate();
    const { tid } = (await call('subscription', chargeBody({ sid }))).body;
    expect((await call('order', { cid: RECURRING, tid })).body).toMatchObject({
      status: 'SUCCESS_PAYMENT',
      partner_order_id: 'pa_2',
    });
  });

  it.each([
    ['an unknown sid', { sid: 'SID00000000000000000' }, -750],
    ['an amount of 0', { total_amount: 0 }, -722],
    ['a negative amount', { total_amount: '-5' }, -722],
    ['the one-off cid', { cid: 'TC0ONETIME' }, -731],
    ['an unknown cid', { cid: 'TC0OTHER' }, -731],
  ])('refuses %s and charges nothing', async (_what, changes, code) => {
    const { call, sandbox } = await bundle();
    expect(await call('subscription', chargeBody(changes))).toMatchObject({ status: 400, body: { error_code: code } });
    expect(sandbox.ledger()).toEqual([]);
  });

  it("refuses another customer than the sid's with -753", async () => {
    const { call, mandate } = await bundle();
    const { sid } = await mandate();
    expect((await call('subscription', chargeBody({ sid, partner_user_id: 'cu_2' }))).body).toMatchObject({
      error_code: -753,
    });
  });

  it('takes a seeded sid as issued', async () => {
    const { call } = await bundle();
    expect((await call('subscription', chargeBody())).status).toBe(200);
  });

  it('binds a seeded sid to the first customer who uses it', async () => {
    const { call } = await bundle();
    await call('subscription', chargeBody());
    expect((await call('subscription', chargeBody({ partner_user_id: 'cu_2' }))).body).toMatchObject({
      error_code: -753,
    });
  });

  it('takes no sid that only begins like a seeded one', async () => {
    const { call } = await bundle();
    expect((await call('subscription', chargeBody({ sid: 'SEED1' }))).body).toMatchObject({ error_code: -750 });
  });

  it('writes each of many charges that come at once, under a tid of its own', async () => {
    const { call, sandbox } = await bundle();
    const orders = Array.from({ length: 500 }, (_, at) => `pa_${at}`);

    await Promise.all(orders.map((partner_order_id) => call('subscription', chargeBody({ partner_order_id }))));

    const lines = sandbox.ledger();
    expect(new Set(lines.map(({ orderRef }) => orderRef))).toEqual(new Set(orders));
    expect(new Set(lines.map(({ ref }) => ref)).size).toBe(500);
    expect(lines.map(({ seq }) => seq)).toEqual(orders.map((_, at) => at + 1));
  });
});

describe('the decline script', () => {
  it("declines a mandate's next charges as often as told, with extras, then charges again", async () => {
    const { call, mandate, request, sandbox } = await bundle();
    const { sid } = await mandate();
    await request('PATCH', `/sandbox/mandates/${sid}`, {
      declineNext: { times: 2, code: -782, result: 'LACK_BALANCE' },
    });

    const first = await call('subscription', chargeBody({ sid }));
    const second = await call('subscription', chargeBody({ sid }));
    const third = await call('subscription', chargeBody({ sid }));

    expect(first).toMatchObject({
      status: 400,
      body: {
        error_code: -782,
        extras: { method_result_code: 'LACK_BALANCE', method_result_message: expect.any(String) },
      },
    });
    expect(second.status).toBe(400);
    expect(third.status).toBe(200);
    expect(sandbox.ledger().filter(({ orderRef }) => orderRef === 'pa_2')).toHaveLength(1);
  });

  it('declines with a bare code', async () => {
    const { call, request } = await bundle();
    await request('PATCH', '/sandbox/mandates/SEED0000000000000001', { declineNext: { times: 1, code: -751 } });
    const { body } = await call('subscription', chargeBody());
    expect(body).toEqual({ error_code: -751, error_message: expect.any(String) });
  });

  it('declines by customer where the sid is not known', async () => {
    const { call, request } = await bundle();
    await request('PATCH', '/sandbox/customers/cu_1', { declineNext: { times: 1, code: -752 } });

    expect(
      (await call('subscription', chargeBody({ sid: 'SEED0000000000000002', partner_user_id: 'cu_2' }))).status,
    ).toBe(200);
    expect((await call('subscription', chargeBody())).body).toMatchObject({ error_code: -752 });
    expect((await call('subscription', chargeBody())).status).toBe(200);
  });

  it('answers maintenance with its own status', async () => {
    const { call, request } = await bundle();
    await request('PATCH', '/sandbox/customers/cu_1', { declineNext: { times: 1, code: -503 } });
    expect(await call('subscription', chargeBody())).toMatchObject({ status: 503, body: { error_code: -503 } });
  });

  it.each(['/sandbox/customers/cu_1', '/sandbox/mandates/SEED0000000000000001'])(
    'is taken back at %s with null',
    async (path) => {
      const { call, request } = await bundle();
      await request('PATCH', path, { declineNext: { times: 1, code: -751 } });
      await request('PATCH', path, { declineNext: null });
      expect((await call('subscription', chargeBody())).status).toBe(200);
    },
  );

  it.each([
    ['no JSON', '{', 'the body must be a JSON object'],
    ['no script', {}, 'nothing to change'],
    ['an unknown field', { declineNext: { times: 1, code: -751, why: 'x' } }, 'unknown field why'],
    ['another unknown field', { declineNext: null, also: 1 }, 'unknown field also'],
    ['no times', { declineNext: { code: -751 } }, 'declineNext.times'],
    ['0 times', { declineNext: { times: 0, code: -751 } }, 'declineNext.times'],
    ['an invented code', { declineNext: { times: 1, code: -1234 } }, 'must be a code of KakaoPay'],
    [
      'a result where the method said nothing',
      { declineNext: { times: 1, code: -751, result: 'X' } },
      'declineNext.result',
    ],
  ])('refuses %s and says why', async (_what, body, message) => {
    const { request } = await bundle();
    expect(await request('PATCH', '/sandbox/customers/cu_1', body)).toMatchObject({
      status: 400,
      body: { code: 'INVALID_INPUT', message: expect.stringContaining(message) },
    });
  });
});
