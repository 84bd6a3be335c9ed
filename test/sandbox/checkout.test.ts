import { describe, expect, it } from 'vitest';
import { bundle, minutesAfter, NOON, readyBody, RECURRING, textOf } from './support.ts';

describe('ready', () => {
  it('answers a tid of 20 characters and the addresses of the approval page', async () => {
    const { call, sandbox } = await bundle();

    const { status, headers, body } = await call('ready', readyBody());

    const page = `${sandbox.url}/sandbox/checkout/${textOf(body, 'tid')}`;
    expect(status).toBe(200);
    expect(headers.get('x-pillivery-sandbox')).toBe('1');
    expect(body).toEqual({
      tid: expect.stringMatching(/^T.{19}$/),
      next_redirect_app_url: page,
      next_redirect_mobile_url: page,
      next_redirect_pc_url: page,
      android_app_scheme: expect.stringContaining(encodeURIComponent(page)),
      ios_app_scheme: expect.stringContaining(encodeURIComponent(page)),
      created_at: expect.stringMatching(/^2026-11-24T12:00:0\d$/),
    });
  });

  it('accepts every documented optional field, and numbers as strings', async () => {
    const { call } = await bundle();
    const optional = {
      cid_secret: 'x'.repeat(24),
      payment_method_type: 'CARD',
      available_cards: ['SHINHAN', 'KB'],
      install_month: '12',
      item_code: 'A-1',
      vat_amount: '100',
      green_deposit: 0,
      use_share_installment: 'N',
      custom_json: { a: 'b' },
    };
    const { status } = await call(
      'ready',
      readyBody({ ...optional, total_amount: '51800', quantity: '2', tax_free_amount: '0' }),
    );
    expect(status).toBe(200);
  });

  it.each([
    ['0 won without a mandate', { total_amount: 0 }],
    ['a negative amount', { total_amount: -1 }],
    ['more tax free than there is', { tax_free_amount: 51_801 }],
  ])('refuses %s with -722', async (_what, changes) => {
    const { call } = await bundle();
    expect(await call('ready', readyBody(changes))).toMatchObject({ status: 400, body: { error_code: -722 } });
  });

  it('refuses an unknown cid with -731', async () => {
    const { call } = await bundle();
    expect((await call('ready', readyBody({ cid: 'TC0OTHER' }))).body).toMatchObject({ error_code: -731 });
  });
});

describe('approve', () => {
  it('answers the approval of a payment by money', async () => {
    const { call, authenticated } = await bundle();
    const request = await authenticated();

    const { status, body } = await call('approve', { ...request, total_amount: 51_800, payload: 'p' });

    expect(status).toBe(200);
    expect(body).toEqual({
      aid: expect.stringMatching(/^A.{19}$/),
      tid: request['tid'],
      cid: 'TC0ONETIME',
      partner_order_id: 'pa_1',
      partner_user_id: 'cu_1',
      payment_method_type: 'MONEY',
      amount: { total: 51_800, tax_free: 0, vat: 4709, point: 0, discount: 0, green_deposit: 0 },
      item_name: '오메가3 외 1건',
      quantity: 2,
      created_at: expect.stringMatching(/^2026-11-24T12:00:\d\d$/),
      approved_at: expect.stringMatching(/^2026-11-24T12:00:\d\d$/),
      payload: 'p',
    });
  });

  it('tells about the card when one was chosen', async () => {
    const { call, authenticated } = await bundle();
    const { body } = await call('approve', await authenticated({}, 'CARD'));
    expect(body).toMatchObject({
      payment_method_type: 'CARD',
      card_info: { kakaopay_issuer_corp: '신한카드', interest_free_install: 'N' },
    });
  });

  it('answers integers to numeric strings', async () => {
    const { call, authenticated } = await bundle();
    const { body } = await call('approve', await authenticated({ total_amount: '11000', quantity: '3' }));
    expect(body).toMatchObject({ quantity: 3, amount: { total: 11_000, vat: 1000 } });
  });

  it('issues a sid of 20 characters with the recurring cid', async () => {
    const { call, authenticated } = await bundle();
    const { body } = await call('approve', await authenticated({ cid: RECURRING }));
    expect(body['sid']).toMatch(/^.{20}$/);
  });

  it('issues a mandate without a charge for 0 won', async () => {
    const { call, authenticated, sandbox } = await bundle();
    const request = await authenticated({ cid: RECURRING, total_amount: 0 });

    expect((await call('approve', request)).body).toMatchObject({ sid: expect.any(String), amount: { total: 0 } });
    expect((await call('order', { cid: RECURRING, tid: request['tid'] })).body).toMatchObject({ status: 'ISSUED_SID' });
    expect(sandbox.ledger().map(({ op }) => op)).toEqual(['issue']);
  });

  it('refuses a second use of the token with -702', async () => {
    const { call, authenticated } = await bundle();
    const request = await authenticated();
    await call('approve', request);
    expect(await call('approve', request)).toMatchObject({ status: 400, body: { error_code: -702 } });
  });

  it('approves once when two calls come at the same moment', async () => {
    const { call, authenticated, sandbox } = await bundle();
    const request = await authenticated();

    const replies = await Promise.all([call('approve', request), call('approve', request)]);

    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200, 400]));
    expect(sandbox.ledger()).toHaveLength(1);
  });

  it('refuses with -701 before the customer has pressed a button', async () => {
    const { call } = await bundle();
    const { body } = await call('ready', readyBody());
    const request = {
      cid: 'TC0ONETIME',
      tid: body['tid'],
      partner_order_id: 'pa_1',
      partner_user_id: 'cu_1',
      pg_token: 'x',
    };
    expect((await call('approve', request)).body).toMatchObject({ error_code: -701 });
  });

  it('refuses with -723 after 15 minutes', async () => {
    const { call, authenticated, clock } = await bundle();
    const request = await authenticated();
    clock.moveTo(minutesAfter(NOON, 16));
    expect((await call('approve', request)).body).toMatchObject({ error_code: -723 });
  });

  it('still approves in the last minute', async () => {
    const { call, authenticated, clock } = await bundle();
    const request = await authenticated();
    clock.moveTo(minutesAfter(NOON, 14));
    expect((await call('approve', request)).status).toBe(200);
  });

  it.each([
    ['another order id', { partner_order_id: 'pa_9' }, -706],
    ['another user id', { partner_user_id: 'cu_9' }, -707],
    ['a wrong token', { pg_token: 'wrong' }, -708],
    ['an unknown tid', { tid: 'T0000000000000000000' }, -721],
    ['the other cid', { cid: RECURRING }, -721],
    ['another amount', { total_amount: 51_799 }, -722],
  ])('refuses %s and charges nothing', async (_what, changes, code) => {
    const { call, authenticated, sandbox } = await bundle();
    const reply = await call('approve', { ...(await authenticated()), ...changes });
    expect(reply).toMatchObject({ status: 400, body: { error_code: code } });
    expect(sandbox.ledger()).toEqual([]);
  });

  it('can still be approved after a wrong token', async () => {
    const { call, authenticated } = await bundle();
    const request = await authenticated();
    await call('approve', { ...request, pg_token: 'wrong' });
    expect((await call('approve', request)).status).toBe(200);
  });

  it('refuses a cancelled checkout with -783', async () => {
    const { call, request } = await bundle();
    const { body } = await call('ready', readyBody());
    await request('POST', `/sandbox/checkouts/${textOf(body, 'tid')}/cancel`);
    const approval = {
      cid: 'TC0ONETIME',
      tid: body['tid'],
      partner_order_id: 'pa_1',
      partner_user_id: 'cu_1',
      pg_token: 'x',
    };
    expect((await call('approve', approval)).body).toMatchObject({ error_code: -783 });
  });
});

describe('order', () => {
  it('follows a checkout from READY over OPEN_PAYMENT and AUTH_PASSWORD to SUCCESS_PAYMENT', async () => {
    const { call, browse, request } = await bundle();
    const tid = textOf((await call('ready', readyBody())).body, 'tid');
    const status = async () => (await call('order', { cid: 'TC0ONETIME', tid })).body['status'];

    expect(await status()).toBe('READY');
    await browse('GET', `/sandbox/checkout/${tid}`);
    expect(await status()).toBe('OPEN_PAYMENT');
    const { body } = await request('POST', `/sandbox/checkouts/${tid}/approve`);
    expect(await status()).toBe('AUTH_PASSWORD');
    const pg_token = new URL(textOf(body, 'redirectUrl')).searchParams.get('pg_token');
    await call('approve', { cid: 'TC0ONETIME', tid, partner_order_id: 'pa_1', partner_user_id: 'cu_1', pg_token });
    expect(await status()).toBe('SUCCESS_PAYMENT');
  });

  it.each([
    ['cancel', 'QUIT_PAYMENT'],
    ['fail', 'FAIL_AUTH_PASSWORD'],
  ])('tells after %s that nothing was charged', async (button, status) => {
    const { call, request } = await bundle();
    const tid = textOf((await call('ready', readyBody())).body, 'tid');
    await request('POST', `/sandbox/checkouts/${tid}/${button}`);
    expect((await call('order', { cid: 'TC0ONETIME', tid })).body).toMatchObject({
      status,
      payment_action_details: [],
    });
  });

  it('answers amounts, the card and the action of a paid checkout, and never a sid', async () => {
    const { call, authenticated } = await bundle();
    const request = await authenticated({ cid: RECURRING }, 'CARD');
    const approval = (await call('approve', request)).body;

    const { body } = await call('order', { cid: RECURRING, tid: request['tid'] });

    expect(body).toMatchObject({
      status: 'SUCCESS_PAYMENT',
      amount: { total: 51_800 },
      canceled_amount: { total: 0 },
      cancel_available_amount: { total: 51_800 },
      approved_at: approval['approved_at'],
      selected_card_info: { card_bin: '123456', card_corp_name: '신한카드' },
      payment_action_details: [{ aid: approval['aid'], amount: 51_800, payment_action_type: 'PAYMENT' }],
    });
    expect(body).not.toHaveProperty('sid');
  });

  it.each([
    ['an unknown tid', { tid: 'T0000000000000000000' }],
    ['the other cid', { cid: RECURRING }],
  ])('refuses %s with -721', async (_what, changes) => {
    const { call } = await bundle();
    const tid = textOf((await call('ready', readyBody())).body, 'tid');
    expect((await call('order', { cid: 'TC0ONETIME', tid, ...changes })).body).toMatchObject({ error_code: -721 });
  });
});
