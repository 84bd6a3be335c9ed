import { describe, expect, it } from 'vitest';
import { bundle, chargeBody, minutesAfter, NOON, type Bundle, type Json } from '../support.ts';

const DECLINE = { kind: 'decline', code: -761 } as const;
const set = ({ request }: Bundle, rule: unknown) => request('POST', '/sandbox/faults', rule);

/** How each of some charges ended. */
async function ends({ call }: Bundle, ...charges: Json[]): Promise<unknown[]> {
  const codes = [];
  for (const changes of charges)
    codes.push((await call('subscription', chargeBody(changes))).body['error_code'] ?? 'ok');
  return codes;
}

const times = (count: number, changes: Json = {}): Json[] => Array.from({ length: count }, () => changes);

describe('a rule matches', () => {
  it.each([
    ['a call', { op: 'subscription' }],
    ['one of several calls', { op: ['approve', 'subscription'] }],
    ['a provider, however it is written', { provider: 'kakaopay' }],
    ['a customer', { customer: 'cu_1' }],
    ['an order', { orderRef: 'pa_2' }],
    ['a sid', { sid: 'SEED0000000000000001' }],
    ['an amount', { amountMod: { divisor: 1_000, remainder: 900 } }],
    ['everything', {}],
  ])('%s', async (_what, match) => {
    const shop = await bundle();
    await set(shop, { match, effect: DECLINE });
    expect(await ends(shop, {})).toEqual([-761]);
  });

  it.each([
    ['another call', { op: 'approve' }],
    ['another customer', { customer: 'cu_9' }],
    ['another order', { orderRef: 'pa_9' }],
    ['another sid', { sid: 'SEED0000000000000009' }],
    ['another amount', { amountMod: { divisor: 1_000, remainder: 1 } }],
    ['only all it says', { customer: 'cu_1', orderRef: 'pa_9' }],
  ])('not %s', async (_what, match) => {
    const shop = await bundle();
    await set(shop, { match, effect: DECLINE });
    expect(await ends(shop, {})).toEqual(['ok']);
  });

  it('the customer and the order behind a tid', async () => {
    const shop = await bundle();
    const { tid } = (await shop.call('approve', await shop.authenticated())).body;
    await set(shop, { match: { op: 'order', customer: 'cu_1', orderRef: 'pa_1' }, effect: { kind: 'fail' } });
    expect((await shop.call('order', { cid: 'TC0ONETIME', tid })).status).toBe(500);
  });

  it('the nth call, or each so-manieth', async () => {
    const shop = await bundle();
    await set(shop, { match: { nth: 2 }, effect: DECLINE });
    await set(shop, { match: { every: 3 }, effect: { kind: 'decline', code: -797 } });
    expect(await ends(shop, ...times(8))).toEqual(['ok', -761, 'ok', -797, 'ok', 'ok', -797, 'ok']);
  });

  it('so many times only', async () => {
    const shop = await bundle();
    const { body } = await set(shop, { effect: DECLINE, times: 2 });
    expect(await ends(shop, ...times(3))).toEqual([-761, -761, 'ok']);
    expect((await shop.request('GET', '/sandbox/faults')).body).toMatchObject({
      faults: [{ id: body['id'], fired: 2 }],
    });
  });

  it.each([
    ['moments', '2026-11-24T12:10:00+09:00', '2026-11-24T12:20:00+09:00'],
    ['times after it was set', '10m', '20m'],
  ])('between %s', async (_what, from, until) => {
    const shop = await bundle();
    await set(shop, { match: { from, until }, effect: DECLINE });
    const at = async (minutes: number) => {
      shop.clock.moveTo(minutesAfter(NOON, minutes));
      return (await ends(shop, {}))[0];
    };
    expect([await at(9), await at(11), await at(19), await at(21)]).toEqual(['ok', -761, -761, 'ok']);
  });

  it('first, before those behind it', async () => {
    const shop = await bundle();
    await set(shop, { effect: DECLINE, times: 1 });
    await set(shop, { effect: { kind: 'decline', code: -797 } });
    expect(await ends(shop, {}, {})).toEqual([-761, -797]);
  });

  it('about as often as its probability says', async () => {
    const shop = await bundle({ seed: 1 });
    await set(shop, { match: { probability: '20%' }, effect: DECLINE });
    const charges = Array.from({ length: 1_000 }, (_, at) => ({ partner_order_id: `pa_${at}` }));
    const declined = (await ends(shop, ...charges)).filter((end) => end === -761).length;
    expect(declined).toBeGreaterThan(150);
    expect(declined).toBeLessThan(250);
  });

  it('a repeated call anew', async () => {
    const shop = await bundle({ seed: 1 });
    await set(shop, { match: { probability: 0.5 }, effect: DECLINE });
    expect(new Set(await ends(shop, ...times(20)))).toEqual(new Set(['ok', -761]));
  });
});

describe('the rules', () => {
  it('can be listed and taken back, one or all, and never show a sid', async () => {
    const shop = await bundle();
    const rule = { id: 'mine', match: { sid: 'SEED0000000000000001', op: 'subscription' }, effect: DECLINE, times: 9 };
    await set(shop, rule);
    await set(shop, { effect: { kind: 'skew', seconds: 5 } });

    const listed = (await shop.request('GET', '/sandbox/faults')).body;
    expect(listed).toEqual({
      faults: [
        {
          id: 'mine',
          match: { sid: expect.stringMatching(/^[0-9a-f]{64}$/), op: 'subscription' },
          effect: DECLINE,
          times: 9,
          setAt: expect.any(String),
          fired: 0,
        },
        { id: 'f1', match: {}, effect: { kind: 'skew', seconds: 5 }, setAt: expect.any(String), fired: 0 },
      ],
    });
    expect((await shop.request('DELETE', '/sandbox/faults/mine')).body).toMatchObject({ faults: [{ id: 'f1' }] });
    expect((await shop.request('DELETE', '/sandbox/faults/mine')).status).toBe(404);
    expect((await shop.request('DELETE', '/sandbox/faults')).body).toEqual({ faults: [] });
    expect(await ends(shop, {})).toEqual(['ok']);
  });

  it('refuse a second one with the same id', async () => {
    const shop = await bundle();
    await set(shop, { id: 'mine', effect: DECLINE });
    expect(await set(shop, { id: 'mine', effect: DECLINE })).toMatchObject({
      status: 409,
      body: { code: 'FAULT_EXISTS', message: expect.stringContaining('"mine"') },
    });
  });

  it('that a sandbox was started with stay behind those that are added', async () => {
    const shop = await bundle({ faults: [{ id: 'base', effect: { kind: 'decline', code: -797 } }] });
    await set(shop, { effect: DECLINE, times: 1 });
    expect(await ends(shop, {}, {})).toEqual([-761, -797]);
    expect(shop.sandbox.faults().map(({ id }) => id)).toEqual(['f1', 'base']);
  });

  it.each([
    [{}, 'missing field effect'],
    [{ effect: { kind: 'explode' } }, 'effect.kind: unknown effect explode; it must be one of delay, commit_drop'],
    [{ effect: { kind: 'webhook' } }, 'unknown effect webhook'],
    [{ effect: { kind: 'drop', colour: 'red' } }, 'unknown field colour in effect'],
    [{ match: { colour: 'red' }, effect: DECLINE }, 'unknown field colour in match'],
    [{ colour: 'red', effect: DECLINE }, 'unknown field colour'],
    [{ effect: { kind: 'delay' } }, 'missing field effect.wait'],
    [{ effect: { kind: 'delay', wait: 'soon' } }, 'effect.wait: must be one of 200, 200ms'],
    [{ effect: { kind: 'delay', wait: 'p90=100,p50=200' } }, 'effect.wait'],
    [{ effect: { kind: 'decline' } }, 'effect.code: needed unless result is given'],
    [{ effect: { kind: 'decline', code: -11 } }, 'must be a code of KakaoPay'],
    [{ effect: { kind: 'decline', code: -751, result: 'X' } }, 'goes with -780, -781, -782 only'],
    [{ effect: { kind: 'fail', status: 418 } }, 'must be one of 500, 502, 503, 504'],
    [{ effect: { kind: 'commit_code', code: -702 } }, 'must be one of -785, 500'],
    [{ effect: { kind: 'garbage', form: 'other_field' } }, 'effect.field: needed with missing_field'],
    [{ effect: { kind: 'refuse', mode: 'closed' } }, 'effect.for: needed with the mode closed'],
    [{ match: { op: 'subscription' }, effect: { kind: 'refuse', mode: 'closed', for: '1s' } }, 'match.op'],
    [{ match: { customer: 'cu_1' }, effect: { kind: 'drop', when: 'before_reading' } }, 'match.customer'],
    [{ effect: { kind: 'ramp', curve: '0%', effect: DECLINE } }, 'must be a curve such as'],
    [{ effect: { kind: 'ramp', curve: '0%:5m,9%:1m', effect: DECLINE } }, 'must be a curve such as'],
    [{ effect: { kind: 'ramp', curve: '0%:0s', effect: { kind: 'ramp' } } }, 'unknown effect ramp'],
    [{ effect: { kind: 'lookup', mode: 'lag' } }, 'effect.seconds: needed with the mode lag'],
    [{ effect: { kind: 'balance' } }, 'effect.reportedBy: needed unless unchecked'],
    [{ match: { op: 'refund' }, effect: DECLINE }, 'match.op: must be one or a list of ready'],
    [{ match: { probability: 2 }, effect: DECLINE }, 'match.probability: must be a share'],
    [{ match: { from: 'tomorrow' }, effect: DECLINE }, 'match.from: must be a moment'],
    [{ match: { provider: 'toss' }, effect: DECLINE }, 'match.provider: must be KAKAOPAY'],
    [{ match: { nth: 0 }, effect: DECLINE }, 'match.nth'],
    [{ effect: DECLINE, times: 0 }, 'times'],
    [{ id: 'a b', effect: DECLINE }, 'id: must be up to 40'],
    ['{', 'the body must be a JSON object'],
  ])('refuse %j and say why', async (rule, message) => {
    const shop = await bundle();
    const { status, body } = await set(shop, rule);
    expect(body['message']).toContain(message);
    expect([status, body['code']]).toEqual([400, 'INVALID_INPUT']);
  });

  it('refuse in the same words where there is no HTTP', async () => {
    const { sandbox } = await bundle();
    expect(() => sandbox.addFault({ effect: { kind: 'fail', status: 500 }, times: 0 })).toThrow(/times/);
  });
});

describe('a scenario', () => {
  it('takes the place of all rules, stretched as it says', async () => {
    const shop = await bundle();
    await set(shop, { effect: DECLINE });
    const rules = [{ id: 'late', match: { from: '10m' }, effect: { kind: 'decline', code: -797 } }];
    const played = await shop.request('POST', '/sandbox/scenario', { name: 'mine', timeScale: 0.1, rules });
    expect(played).toMatchObject({ status: 201, body: { faults: [{ id: 'late' }] } });
    expect(await ends(shop, {})).toEqual(['ok']);
    shop.clock.moveTo(minutesAfter(NOON, 2));
    expect(await ends(shop, {})).toEqual([-797]);
  });

  it('called outage makes every answer slow, up to 75 % of them fail, and ends', async () => {
    const shop = await bundle({ seed: 3 });
    await shop.request('POST', '/sandbox/scenario', { name: 'outage', timeScale: 0.1, latencyScale: 0.01 });
    const minute = async (minutes: number) => {
      shop.clock.moveTo(minutesAfter(NOON, minutes));
      const calls = Array.from({ length: 60 }, (_, at) =>
        shop.call('subscription', chargeBody({ partner_order_id: `${minutes}_${at}`, ...other(at) })),
      );
      return (await Promise.all(calls)).filter(({ status }) => status === 500).length / 60;
    };
    expect(await minute(0)).toBeLessThan(0.05);
    expect(await minute(1)).toBeGreaterThan(0.6);
    expect(await minute(2.1)).toBe(0);
    expect(
      Math.min(
        ...shop.sandbox
          .requests()
          .slice(60)
          .map(({ tookMs }) => tookMs),
      ),
    ).toBeGreaterThanOrEqual(49);
  });

  it.each([
    [{ name: 'outrage' }, 'did you mean outage?'],
    [{ rules: [{ effect: DECLINE }, { effect: { kind: 'x' } }] }, 'rule 2: field effect.kind: unknown effect x'],
    [{ rules: [] }, 'rules'],
    [{ rules: [{}], colour: 1 }, 'unknown field colour'],
    [{ name: 'outage', timeScale: 0 }, 'timeScale'],
  ])('is refused when it is %j', async (scenario, message) => {
    const shop = await bundle();
    await set(shop, { id: 'before', effect: DECLINE });
    expect(await shop.request('POST', '/sandbox/scenario', scenario)).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining(message) },
    });
    expect(shop.sandbox.faults()).toMatchObject([{ id: 'before' }]);
  });
});

const other = (at: number): Json => ({ sid: `SEED${String(at).padStart(16, '0')}`, partner_user_id: `cu_${at}` });
