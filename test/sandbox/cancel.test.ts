import { describe, expect, it } from 'vitest';
import { bundle, chargeBody, ledgerPlace, readyBody, RECURRING, textOf, type Bundle, type Json } from './support.ts';

/** A paid one-off payment of 51,800 won. */
async function paid({ call, authenticated }: Bundle, changes?: Json, method?: 'CARD'): Promise<string> {
  return textOf((await call('approve', await authenticated(changes, method))).body, 'tid');
}

const refundBody = (tid: string, amount: number, changes: Json = {}): Json => ({
  cid: 'TC0ONETIME',
  tid,
  cancel_amount: amount,
  cancel_tax_free_amount: 0,
  ...changes,
});

describe('cancel', () => {
  it('gives a part back and says what is left', async () => {
    const shop = await bundle();
    const tid = await paid(shop);

    const { status, body } = await shop.call(
      'cancel',
      refundBody(tid, 11_000, { cancel_available_amount: 51_800, payload: 'why' }),
    );

    expect(status).toBe(200);
    expect(body).toEqual({
      aid: expect.stringMatching(/^A.{19}$/),
      tid,
      cid: 'TC0ONETIME',
      status: 'PART_CANCEL_PAYMENT',
      partner_order_id: 'pa_1',
      partner_user_id: 'cu_1',
      payment_method_type: 'MONEY',
      amount: amounts(51_800, 4709),
      approved_cancel_amount: amounts(11_000, 1000),
      canceled_amount: amounts(11_000, 1000),
      cancel_available_amount: amounts(40_800, 3709),
      item_name: '오메가3 외 1건',
      quantity: 2,
      created_at: expect.stringMatching(/^2026-11-24T12:00/),
      approved_at: expect.stringMatching(/^2026-11-24T12:00/),
      canceled_at: expect.stringMatching(/^2026-11-24T12:00/),
      payload: 'why',
    });
  });

  it('gives all back at last, to the won', async () => {
    const shop = await bundle();
    const tid = await paid(shop);
    await shop.call('cancel', refundBody(tid, 11_000));

    const { body } = await shop.call('cancel', refundBody(tid, 40_800, { cancel_available_amount: 40_800 }));

    expect(body).toMatchObject({
      status: 'CANCEL_PAYMENT',
      approved_cancel_amount: amounts(40_800, 3709),
      canceled_amount: amounts(51_800, 4709),
      cancel_available_amount: amounts(0, 0),
    });
  });

  it('can be seen by order, action by action', async () => {
    const shop = await bundle();
    const tid = await paid(shop);
    const first = (await shop.call('cancel', refundBody(tid, 1_000))).body;
    const second = (await shop.call('cancel', refundBody(tid, 2_000))).body;

    const { body } = await shop.call('order', { cid: 'TC0ONETIME', tid });

    expect(first['aid']).not.toBe(second['aid']);
    expect(body).toMatchObject({
      status: 'PART_CANCEL_PAYMENT',
      canceled_amount: { total: 3_000 },
      cancel_available_amount: { total: 48_800 },
      canceled_at: expect.any(String),
      payment_action_details: [
        { payment_action_type: 'PAYMENT', amount: 51_800 },
        { payment_action_type: 'CANCEL', amount: 1_000, aid: first['aid'] },
        { payment_action_type: 'CANCEL', amount: 2_000, aid: second['aid'] },
      ],
    });
  });

  it('refuses with -711 when another amount is left than was said, so that a repeated refund does nothing', async () => {
    const shop = await bundle();
    const tid = await paid(shop);
    const refund = refundBody(tid, 10_000, { cancel_available_amount: 51_800 });
    await shop.call('cancel', refund);

    expect(await shop.call('cancel', refund)).toMatchObject({ status: 400, body: { error_code: -711 } });
    expect(shop.sandbox.ledger().filter(({ op }) => op === 'refund')).toHaveLength(1);
  });

  it.each([
    ['more than there is', { cancel_amount: 51_801 }, -710],
    ['more tax free than there is', { cancel_tax_free_amount: 1 }, -710],
    ['nothing', { cancel_amount: 0 }, -703],
    ['less than nothing', { cancel_amount: -1 }, -703],
    ['more tax free than in all', { cancel_amount: 10, cancel_tax_free_amount: 11 }, -703],
    ['an unknown tid', { tid: 'T0000000000000000000' }, -721],
    ['the other cid', { cid: RECURRING }, -721],
  ])('refuses %s and gives nothing back', async (_what, changes, code) => {
    const shop = await bundle();
    const tid = await paid(shop);
    const { status, body } = await shop.call('cancel', refundBody(tid, 1_000, changes));
    expect([status, body['error_code']]).toEqual([400, code]);
    expect(shop.sandbox.ledger()).toHaveLength(1);
  });

  it('refuses with -784 what was never paid', async () => {
    const { call } = await bundle();
    const tid = textOf((await call('ready', readyBody())).body, 'tid');
    expect((await call('cancel', refundBody(tid, 1_000))).body).toMatchObject({ error_code: -784 });
  });

  it('refuses with -784 a mandate that was issued for 0 won', async () => {
    const { call, mandate } = await bundle();
    const { tid } = await mandate({ total_amount: 0 });
    expect((await call('cancel', refundBody(tid, 1, { cid: RECURRING }))).body).toMatchObject({ error_code: -784 });
  });

  it('gives a deposit back with everything else or not at all', async () => {
    const shop = await bundle();
    const tid = await paid(shop, { green_deposit: 300 });
    expect((await shop.call('cancel', refundBody(tid, 1_000))).body).toMatchObject({ error_code: -784 });
    expect((await shop.call('cancel', refundBody(tid, 51_800))).body).toMatchObject({
      approved_cancel_amount: { green_deposit: 300 },
    });
  });

  it("refunds a renewal under the recurring cid and leaves the mandate's last approval as it is", async () => {
    const { call, mandate } = await bundle();
    const { sid } = await mandate();
    const { tid } = (await call('subscription', chargeBody({ sid }))).body;
    const before = (await call('manage/subscription/status', { cid: RECURRING, sid })).body;

    expect((await call('cancel', refundBody(String(tid), 25_900, { cid: RECURRING }))).status).toBe(200);

    expect((await call('manage/subscription/status', { cid: RECURRING, sid })).body).toEqual(before);
    expect((await call('subscription', chargeBody({ sid }))).status).toBe(200);
  });

  it('is written down with the tid and the order that it belongs to', async () => {
    const { call, mandate, sandbox } = await bundle();
    const { tid } = await mandate();
    await call('cancel', refundBody(tid, 800, { cid: RECURRING }), { 'X-Request-Id': 'req-9' });
    expect(sandbox.ledger().at(-1)).toMatchObject({
      op: 'refund',
      ref: tid,
      orderRef: 'pa_1',
      customer: 'cu_1',
      amount: 800,
      answered: 'sent',
      requestId: 'req-9',
      mandateHash: sandbox.ledger()[0]?.mandateHash,
    });
  });

  it('is remembered after a restart, so that the guard still holds', async () => {
    const ledgerFile = await ledgerPlace();
    const before = await bundle({ ledgerFile });
    const tid = await paid(before);
    const { aid } = (await before.call('cancel', refundBody(tid, 800))).body;
    await before.sandbox.close();

    const { call } = await bundle({ ledgerFile });

    expect((await call('cancel', refundBody(tid, 800, { cancel_available_amount: 51_800 }))).body).toMatchObject({
      error_code: -711,
    });
    expect((await call('order', { cid: 'TC0ONETIME', tid })).body).toMatchObject({
      status: 'PART_CANCEL_PAYMENT',
      canceled_amount: { total: 800 },
      payment_action_details: [{ payment_action_type: 'PAYMENT' }, { payment_action_type: 'CANCEL', aid }],
    });
  });
});

const amounts = (total: number, vat: number) => ({ total, tax_free: 0, vat, point: 0, discount: 0, green_deposit: 0 });
