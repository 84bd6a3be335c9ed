import { describe, expect, it } from 'vitest';
import { rawCall } from './raw-call.ts';
import { bundle, chargeBody, ledgerPlace, minutesAfter, NOON, RECURRING, type Bundle } from './support.ts';

const STATUS = 'manage/subscription/status';
const INACTIVE = 'manage/subscription/inactive';
const bySid = (sid: unknown) => ({ cid: RECURRING, sid });
const refusedBy = (result: string) => ({
  status: 400,
  body: { error_code: -782, extras: { method_result_code: result, method_result_message: expect.any(String) } },
});

describe('status', () => {
  it('tells of an active mandate and its last approval', async () => {
    const { call, mandate, clock } = await bundle();
    const { sid } = await mandate();
    clock.moveTo(minutesAfter(NOON, 30));
    await call('subscription', chargeBody({ sid }));
    clock.moveTo(minutesAfter(NOON, 60));

    const { status, body } = await call(STATUS, bySid(sid));

    expect(status).toBe(200);
    expect(body).toEqual({
      available: true,
      cid: RECURRING,
      sid,
      status: 'ACTIVE',
      payment_method_type: 'MONEY',
      item_name: '오메가3 외 1건',
      created_at: expect.stringMatching(/^2026-11-24T12:00/),
      last_approved_at: expect.stringMatching(/^2026-11-24T12:30/),
      use_point_status: 'N',
    });
  });

  it('knows no last approval of a mandate that was never charged', async () => {
    const { call, mandate } = await bundle();
    const { sid } = await mandate({ total_amount: 0 });
    expect((await call(STATUS, bySid(sid))).body).not.toHaveProperty('last_approved_at');
  });

  it.each([STATUS, INACTIVE])('%s refuses an unknown sid with -750 and the one-off cid with -731', async (name) => {
    const { call } = await bundle();
    expect((await call(name, bySid('SID00000000000000000'))).body).toMatchObject({ error_code: -750 });
    expect((await call(name, { cid: 'TC0ONETIME', sid: 'SEED0000000000000001' })).body).toMatchObject({
      error_code: -731,
    });
  });
});

describe('inactive', () => {
  it('ends a mandate: charges are refused with -751, and so is a second time', async () => {
    const { call, mandate } = await bundle();
    const { sid } = await mandate();

    expect((await call(INACTIVE, bySid(sid))).body).toEqual({
      cid: RECURRING,
      sid,
      status: 'INACTIVE',
      created_at: expect.any(String),
      inactivated_at: expect.stringMatching(/^2026-11-24T12:00/),
      last_approved_at: expect.any(String),
    });

    expect((await call('subscription', chargeBody({ sid }))).body).toMatchObject({ error_code: -751 });
    expect((await call(INACTIVE, bySid(sid))).body).toMatchObject({ error_code: -751 });
    expect((await call(STATUS, bySid(sid))).body).toMatchObject({ available: false, status: 'INACTIVE' });
  });

  it('is written down, and holds after a restart', async () => {
    const ledgerFile = await ledgerPlace();
    const before = await bundle({ ledgerFile });
    const { sid } = await before.mandate();
    await before.call(INACTIVE, bySid(sid));
    expect(before.sandbox.ledger().at(-1)).toMatchObject({ op: 'deactivate', customer: 'cu_1', amount: 0 });
    await before.sandbox.close();

    const { call } = await bundle({ ledgerFile });
    expect((await call('subscription', chargeBody({ sid }))).body).toMatchObject({ error_code: -751 });
  });
});

describe('a mandate told by the control API', () => {
  const change = ({ request }: Bundle, sid: string, body: object) => request('PATCH', `/sandbox/mandates/${sid}`, body);

  it('can be ended, once', async () => {
    const shop = await bundle();
    const { sid } = await shop.mandate();
    expect((await change(shop, sid, { inactive: true })).body).toMatchObject({ status: 'INACTIVE' });
    expect((await change(shop, sid, { inactive: true })).status).toBe(409);
    expect((await shop.call('subscription', chargeBody({ sid }))).body).toMatchObject({ error_code: -751 });
  });

  it('refuses above its ceiling of a calendar month with -752, and charges again in the next', async () => {
    const shop = await bundle();
    const { sid } = await shop.mandate({ total_amount: 0 });
    await change(shop, sid, { ceiling: 60_000 });
    const charge = async () => (await shop.call('subscription', chargeBody({ sid }))).body['error_code'] ?? 'approved';

    expect([await charge(), await charge(), await charge()]).toEqual(['approved', 'approved', -752]);
    shop.clock.moveTo(new Date('2026-11-30T23:20:00+09:00'));
    expect(await charge()).toBe(-752);
    shop.clock.moveTo(new Date('2026-12-01T00:40:00+09:00'));
    expect(await charge()).toBe('approved');
  });

  it.each([
    [{ mode: 'missing' }, undefined],
    [{ mode: 'shifted', seconds: 1 }, '2026-11-24T12:30:01'],
    [{ mode: 'late', seconds: 600 }, '2026-11-24T12:30:00'],
    [{ mode: 'late', seconds: 1200 }, '2026-11-24T12:00:00'],
    [{ mode: 'stranger' }, '2026-11-24T12:45:00'],
    [{ mode: 'correct' }, '2026-11-24T12:30:00'],
  ])('testifies %j', async (witness, told) => {
    const shop = await bundle();
    const { sid } = await shop.mandate();
    shop.clock.moveTo(minutesAfter(NOON, 30));
    await shop.call('subscription', chargeBody({ sid }));
    await change(shop, sid, { lastApprovedAt: witness });
    shop.clock.moveTo(minutesAfter(NOON, 45));

    const { body } = await shop.call(STATUS, bySid(sid));

    expect(body['last_approved_at']).toBe(told);
  });

  it('is stale when it was told to be, and true again when that is taken back', async () => {
    const shop = await bundle();
    const { sid } = await shop.mandate();
    shop.clock.moveTo(minutesAfter(NOON, 10));
    await change(shop, sid, { lastApprovedAt: { mode: 'stale' } });
    shop.clock.moveTo(minutesAfter(NOON, 20));
    await shop.call('subscription', chargeBody({ sid }));
    const told = async () => (await shop.call(STATUS, bySid(sid))).body['last_approved_at'];

    expect(await told()).toMatch(/T12:00/);
    await change(shop, sid, { lastApprovedAt: null });
    expect(await told()).toMatch(/T12:20/);
  });

  it.each([
    [{}, 'nothing to change'],
    [{ colour: 1 }, 'unknown field colour'],
    [{ ceiling: -1 }, 'ceiling'],
    [{ inactive: false }, 'inactive'],
    [{ lastApprovedAt: { mode: 'late' } }, 'lastApprovedAt.seconds'],
    [{ lastApprovedAt: { mode: 'drunk' } }, 'lastApprovedAt.mode'],
  ])('refuses %j and says why', async (body, message) => {
    const shop = await bundle();
    expect(await change(shop, 'SEED0000000000000001', body)).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining(message) },
    });
  });
});

describe('the customer', () => {
  const tell = ({ request }: Bundle, body: object) => request('PATCH', '/sandbox/customers/cu_1', body);

  it('has no more money than they were given, and has it back after a refund', async () => {
    const shop = await bundle();
    await tell(shop, { balance: 30_000 });

    const first = await shop.call('subscription', chargeBody());
    expect(first.status).toBe(200);
    expect(await shop.call('subscription', chargeBody())).toMatchObject(refusedBy('LACK_BALANCE'));
    expect((await shop.request('GET', '/sandbox/customers/cu_1')).body).toMatchObject({ balance: 4_100 });

    const refund = { cid: RECURRING, tid: first.body['tid'], cancel_amount: 25_900, cancel_tax_free_amount: 0 };
    await shop.call('cancel', refund);
    expect((await shop.call('subscription', chargeBody())).status).toBe(200);
  });

  it('pays with a card without asking their balance', async () => {
    const shop = await bundle();
    await tell(shop, { balance: 0, method: 'CARD' });
    expect((await shop.call('subscription', chargeBody())).body).toMatchObject({ payment_method_type: 'CARD' });
  });

  it('is refused while they are locked, and so is their approval', async () => {
    const shop = await bundle();
    await tell(shop, { locked: true });
    expect(await shop.call('subscription', chargeBody())).toMatchObject(refusedBy('USER_LOCKED'));
    expect((await shop.call('approve', await shop.authenticated())).body).toMatchObject({
      error_code: -780,
      extras: { method_result_code: 'USER_LOCKED' },
    });
  });

  it('is charged once at a time, whichever mandate it is', async () => {
    const shop = await bundle({ latencyMs: 300 });
    const other = chargeBody({ sid: 'SEED0000000000000002' });

    const replies = await Promise.all([shop.call('subscription', chargeBody()), shop.call('subscription', other)]);

    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 400]);
    expect(replies.find(({ status }) => status === 400)).toMatchObject(refusedBy('USER_LOCKED'));
    expect((await shop.call('subscription', other)).status).toBe(200);
    expect(shop.sandbox.ledger()).toHaveLength(2);
  });

  it('may be charged again when the caller of a committed charge has gone', async () => {
    const shop = await bundle();
    shop.sandbox.addFault({ effect: { kind: 'delay', wait: '1m' }, times: 1 });
    await rawCall({ port: shop.sandbox.port, body: chargeBody(), patienceMs: 100 });
    await expect.poll(async () => (await shop.call('subscription', chargeBody())).status).toBe(200);
  });

  it('is still locked when the caller of a charge has gone that is not committed', async () => {
    const shop = await bundle();
    shop.sandbox.addFault({ effect: { kind: 'delay', wait: '1m', when: 'before' }, times: 1 });
    await rawCall({ port: shop.sandbox.port, body: chargeBody(), patienceMs: 100 });
    expect(await shop.call('subscription', chargeBody())).toMatchObject(refusedBy('USER_LOCKED'));
  });

  it('does not keep others waiting', async () => {
    const shop = await bundle({ latencyMs: 300 });
    const other = chargeBody({ sid: 'SEED0000000000000002', partner_user_id: 'cu_2' });
    const replies = await Promise.all([shop.call('subscription', chargeBody()), shop.call('subscription', other)]);
    expect(replies.map(({ status }) => status)).toEqual([200, 200]);
  });
});

describe('the same request in flight', () => {
  it('is refused with -785, and with -702 once the first is through', async () => {
    const { call, authenticated, sandbox } = await bundle({ latencyMs: 300 });
    const request = await authenticated();

    const replies = await Promise.all([call('approve', request), call('approve', request)]);

    expect(replies.map(({ body }) => body['error_code']).filter(Boolean)).toEqual([-785]);
    expect((await call('approve', request)).body).toMatchObject({ error_code: -702 });
    expect(sandbox.ledger()).toHaveLength(1);
  });
});

describe('the blackout of the banks', () => {
  it.each([
    ['23:29:59', 'approved'],
    ['23:30:00', 'BANK_FIRM_UNAVAILABLE'],
    ['00:34:59', 'BANK_FIRM_UNAVAILABLE'],
    ['00:35:00', 'approved'],
  ])('at %s in Seoul ends a charge by money as %s', async (time, end) => {
    const { call, clock } = await bundle();
    clock.moveTo(new Date(`2026-11-25T${time}+09:00`));
    const { body } = await call('subscription', chargeBody());
    expect((body['extras'] as { method_result_code?: string } | undefined)?.method_result_code ?? 'approved').toBe(end);
  });

  const night = new Date('2026-11-25T00:00:00+09:00');

  it('refuses an approval by money with -780', async () => {
    const { call, authenticated, clock } = await bundle();
    clock.moveTo(night);
    expect((await call('approve', await authenticated())).body).toMatchObject({
      error_code: -780,
      extras: { method_result_code: 'BANK_FIRM_UNAVAILABLE' },
    });
  });

  it('does not touch cards, and issues mandates', async () => {
    const { call, authenticated, mandate, clock } = await bundle();
    clock.moveTo(night);
    expect((await call('approve', await authenticated({}, 'CARD'))).status).toBe(200);
    await expect(mandate({ total_amount: 0 })).resolves.toMatchObject({ sid: expect.stringMatching(/^SID/) });
  });

  it('can be switched off', async () => {
    const { call, clock } = await bundle({ blackout: false });
    clock.moveTo(night);
    expect((await call('subscription', chargeBody())).status).toBe(200);
  });
});
