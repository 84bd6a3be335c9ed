import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/platform/clock.ts';
import type { FaultRuleInput } from '../../../src/sandbox/index.ts';
import { rawCall } from '../raw-call.ts';
import {
  bundle,
  chargeBody,
  minutesAfter,
  NOON,
  readyBody,
  RECURRING,
  textOf,
  type Bundle,
  type Json,
} from '../support.ts';

type Effect = FaultRuleInput['effect'];

/** A sandbox in which charges meet one effect. */
async function charging(effect: Effect, rule: Partial<FaultRuleInput> = {}): Promise<Bundle> {
  const shop = await bundle();
  shop.sandbox.addFault({ id: 'it', match: { op: 'subscription' }, effect, ...rule });
  return shop;
}

const charge = ({ call }: Bundle, changes?: Json) => call('subscription', chargeBody(changes));
const heard = ({ sandbox }: Bundle, more: object = {}) => rawCall({ port: sandbox.port, body: chargeBody(), ...more });
const ledgerOf = ({ sandbox }: Bundle) =>
  sandbox.ledger().map(({ op, answered, faultId }) => ({ op, answered, faultId }));
const charged = (answered: string) => [{ op: 'charge', answered, faultId: 'it' }];

const { monotonicMs } = systemClock();
async function timed<T>(work: Promise<T>): Promise<{ result: T; ms: number }> {
  const start = monotonicMs();
  const result = await work;
  return { result, ms: monotonicMs() - start };
}

describe('S1 delay', () => {
  it('holds an answer back after committing', async () => {
    const shop = await charging({ kind: 'delay', wait: '120ms' });
    const reply = timed(charge(shop));
    await expect.poll(() => ledgerOf(shop)).toEqual(charged('late'));
    const { result, ms } = await reply;
    expect(result.status).toBe(200);
    expect(ms).toBeGreaterThanOrEqual(119);
  });

  it('waits before committing', async () => {
    const shop = await charging({ kind: 'delay', wait: 150, when: 'before' });
    const reply = charge(shop);
    await expect.poll(() => shop.sandbox.stats().inFlight).toBe(1);
    expect(ledgerOf(shop)).toEqual([]);
    expect((await reply).status).toBe(200);
    expect(ledgerOf(shop)).toEqual(charged('sent'));
  });

  it('commits all the same when the caller has gone', async () => {
    const shop = await charging({ kind: 'delay', wait: '12s', when: 'after' });
    const { end } = await heard(shop, { patienceMs: 100 });
    expect(end).toBe('open');
    expect(ledgerOf(shop)).toEqual(charged('late'));
  });

  it('draws from a range', async () => {
    const shop = await charging({ kind: 'delay', wait: 'uniform:60-90' });
    const { ms } = await timed(charge(shop));
    expect(ms).toBeGreaterThanOrEqual(59);
    expect(ms).toBeLessThan(250);
  });

  it('waits by the clock of the sandbox when it is told to', async () => {
    const shop = await bundle({ virtualWaits: true });
    shop.sandbox.addFault({ effect: { kind: 'delay', wait: '1h' } });
    const reply = timed(charge(shop));
    await expect.poll(() => shop.sandbox.stats().inFlight).toBe(1);
    shop.clock.moveTo(minutesAfter(NOON, 61));
    const { result, ms } = await reply;
    expect(result.status).toBe(200);
    expect(ms).toBeLessThan(2_000);
  });
});

describe('S2 commit_drop', () => {
  it.each([
    ['before_head', /^$/],
    ['in_head', /^HTTP\/1\.1 200 OK\r\nX-Pillivery-Sandbox: 1\r\nContent-$/],
    ['in_body', /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n\{"aid":[^]+[^}]$/],
  ] as const)('executes and hangs up %s', async (at, text) => {
    const shop = await charging({ kind: 'commit_drop', at });
    const call = await heard(shop);
    expect(call.end).toBe('closed');
    expect(call.text).toMatch(text);
    expect(ledgerOf(shop)).toEqual(charged('dropped'));
  });

  it('is a lost connection for whoever calls by fetch', async () => {
    const shop = await charging({ kind: 'commit_drop', at: 'in_body' });
    await expect(charge(shop)).rejects.toThrow('terminated');
    expect(ledgerOf(shop)).toHaveLength(1);
  });
});

describe('S3 drop', () => {
  it('hangs up after reading, and executes nothing', async () => {
    const shop = await charging({ kind: 'drop' });
    expect(await heard(shop)).toEqual({ text: '', end: 'closed' });
    expect(ledgerOf(shop)).toEqual([]);
  });

  it('resets the connection before the request has been read', async () => {
    const shop = await charging({ kind: 'drop', when: 'before_reading' });
    expect(await heard(shop, { onlyBytes: 10 })).toEqual({ text: '', end: 'reset' });
    expect(ledgerOf(shop)).toEqual([]);
  });
});

describe('S4 commit_code', () => {
  it.each([
    [-785, 400, -785],
    [500, 500, -500],
  ] as const)('executes, then answers %i', async (code, status, errorCode) => {
    const shop = await charging({ kind: 'commit_code', code });
    expect(await charge(shop)).toMatchObject({ status, body: { error_code: errorCode } });
    expect(ledgerOf(shop)).toEqual(charged('error'));
  });

  it.each([502, 503, 504] as const)('executes, then answers %i as a gateway does, with no code', async (code) => {
    const shop = await charging({ kind: 'commit_code', code });
    const { text } = await heard(shop);
    expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${code} [^]*text/html[^]*<h1>${code}</h1>`));
    expect(ledgerOf(shop)).toEqual(charged('error'));
  });
});

describe('S5 fail', () => {
  it.each([500, 502, 503, 504] as const)('answers %i and executes nothing', async (status) => {
    const shop = await charging({ kind: 'fail', status });
    expect((await heard(shop)).text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(ledgerOf(shop)).toEqual([]);
  });
});

describe('S6 decline', () => {
  /** All of payments.md 2.9, the older form's among them. */
  const CODES = `-1 -2 -3 -5 -7 -10 -9798 -400 -401 -403 -404 -429 -500 -503
    -701 -702 -703 -704 -705 -706 -707 -708 -710 -711 -721 -722 -723 -724 -725 -726 -730 -731 -732 -733
    -750 -751 -752 -753 -761 -780 -781 -782 -783 -784 -785 -797 -798 -799`;

  it.each(CODES.split(/\s+/).map(Number))('declines with %i', async (code) => {
    const shop = await charging({ kind: 'decline', code });
    expect((await charge(shop)).body).toMatchObject({ error_code: code });
    expect(ledgerOf(shop)).toEqual([]);
  });

  it.each([
    ['subscription', -782],
    ['approve', -780],
    ['cancel', -781],
  ] as const)('finds the code of %s for the word of a method', async (op, code) => {
    const shop = await bundle();
    const approval = await shop.authenticated();
    const { tid } = (await shop.call('approve', approval)).body;
    const bodies = {
      subscription: chargeBody(),
      approve: await shop.authenticated({ partner_order_id: 'pa_7' }),
      cancel: { cid: 'TC0ONETIME', tid, cancel_amount: 1, cancel_tax_free_amount: 0 },
    };
    shop.sandbox.addFault({ match: { op }, effect: { kind: 'decline', result: 'LIMIT_BALANCE', message: 'too much' } });
    expect(await shop.call(op, bodies[op])).toMatchObject({
      status: 400,
      body: {
        error_code: code,
        extras: { method_result_code: 'LIMIT_BALANCE', method_result_message: 'too much' },
      },
    });
  });

  it('knows a code that nobody has listed', async () => {
    const shop = await charging({ kind: 'decline', code: -9999, unlisted: true });
    expect(await charge(shop)).toMatchObject({ status: 400, body: { error_code: -9999 } });
  });

  it('speaks the older form, with the older status', async () => {
    const shop = await charging({ kind: 'decline', code: -782, result: '0026', status: 500, form: 'older' });
    expect(await charge(shop)).toMatchObject({
      status: 500,
      body: { code: -782, msg: expect.any(String), extras: { method_result_code: '0026' } },
    });
  });
});

describe('S7 witness', () => {
  const STATUS = 'manage/subscription/status';

  it.each([
    [{ mode: 'correct' }, '2026-11-24T12:20:00'],
    [{ mode: 'stale' }, '2026-11-24T12:00:00'],
    [{ mode: 'late', seconds: 60 }, '2026-11-24T12:00:00'],
    [{ mode: 'shifted', seconds: -2 }, '2026-11-24T12:19:58'],
    [{ mode: 'missing' }, undefined],
    [{ mode: 'stranger', seconds: 5 }, '2026-11-24T12:19:55'],
  ] as const)('testifies %j of a charge after the rule was set', async (witness, told) => {
    const shop = await bundle();
    const { sid } = await shop.mandate();
    shop.clock.moveTo(minutesAfter(NOON, 10));
    shop.sandbox.addFault({ match: { op: 'status' }, effect: { kind: 'witness', ...witness } });
    shop.clock.moveTo(minutesAfter(NOON, 20));
    await charge(shop, { sid });
    expect((await shop.call(STATUS, { cid: RECURRING, sid })).body['last_approved_at']).toBe(told);
  });
});

describe('S8 expire', () => {
  it('ends the window of a tid that the customer has approved', async () => {
    const shop = await bundle();
    shop.sandbox.addFault({ match: { op: 'approve' }, effect: { kind: 'expire' } });
    expect((await shop.call('approve', await shop.authenticated())).body).toMatchObject({ error_code: -723 });
  });

  it('starts a checkout that is over', async () => {
    const { call, sandbox, browse } = await bundle();
    sandbox.addFault({ match: { op: 'ready' }, effect: { kind: 'expire' } });
    const { status, body } = await call('ready', readyBody());
    expect(status).toBe(200);
    const pressed = await browse('POST', `/sandbox/checkout/${textOf(body, 'tid')}/approve`);
    expect(pressed.headers.get('location')).toMatch(/\/fail\/pa_1$/);
  });
});

describe('S9 balance', () => {
  const refund = { cid: 'TC0ONETIME', cancel_amount: 800, cancel_tax_free_amount: 0, cancel_available_amount: 1 };

  it('tells a wrong balance', async () => {
    const { call, authenticated, sandbox } = await bundle();
    const { tid } = (await call('approve', await authenticated())).body;
    sandbox.addFault({ effect: { kind: 'balance', reportedBy: -500 } });
    expect((await call('order', { cid: 'TC0ONETIME', tid })).body).toMatchObject({
      cancel_available_amount: { total: 51_300 },
    });
  });

  it('does not compare the balance that was expected, but gives no more back than there is', async () => {
    const { call, authenticated, sandbox } = await bundle();
    const { tid } = (await call('approve', await authenticated())).body;
    sandbox.addFault({ match: { op: 'cancel' }, effect: { kind: 'balance', unchecked: true } });
    expect((await call('cancel', { ...refund, tid })).status).toBe(200);
    expect((await call('cancel', { ...refund, tid, cancel_amount: 51_800 })).body).toMatchObject({ error_code: -710 });
  });
});

describe('S12 garbage', () => {
  it.each([
    ['broken_json', /^HTTP\/1\.1 200 [^]*application\/json[^]*\r\n\r\n\{"aid"[^]*[^}]$/],
    ['html', /^HTTP\/1\.1 200 [^]*text\/html[^]*<h1>/],
    ['empty', /^HTTP\/1\.1 200 [^]*Content-Length: 0\r\n[^]*\r\n\r\n$/],
    ['redirect', /^HTTP\/1\.1 302 [^]*Location: \/online\/v1\/payment\/redirected\r\n/],
  ] as const)('%s comes after the charge', async (form, text) => {
    const shop = await charging({ kind: 'garbage', form });
    expect((await heard(shop)).text).toMatch(text);
    expect(ledgerOf(shop)).toEqual(charged('error'));
  });

  it('is 2 MiB long', async () => {
    const shop = await charging({ kind: 'garbage', form: 'huge' });
    const { status, headers, body } = await charge(shop);
    expect([status, body['partner_order_id']]).toEqual([200, 'pa_2']);
    expect(Number(headers.get('content-length'))).toBeGreaterThan(2 * 1024 * 1024);
  });

  it.each([
    [{ form: 'other_amount' }, { amount: { total: 25_901 } }],
    [{ form: 'other_order_id' }, { partner_order_id: 'pa_0' }],
    [{ form: 'other_field', field: 'partner_user_id' }, { partner_user_id: 'cu_0' }],
    [{ form: 'other_field', field: 'approved_at' }, { approved_at: expect.stringMatching(/^2001-11-24T/) }],
    [{ form: 'strings' }, { amount: { total: '25900' }, quantity: '1' }],
  ] as const)('%j comes after the charge', async (garbage, body) => {
    const shop = await charging({ kind: 'garbage', ...garbage });
    expect(await charge(shop)).toMatchObject({ status: 200, body });
    expect(ledgerOf(shop)).toEqual(charged('error'));
  });

  it.each(['tid', 'amount.total'])('misses the field %s', async (field) => {
    const shop = await charging({ kind: 'garbage', form: 'missing_field', field });
    const { body } = await charge(shop);
    expect(body).not.toHaveProperty(field);
    expect(body).toHaveProperty('aid');
  });

  it('sends one byte per second', async () => {
    const shop = await charging({ kind: 'garbage', form: 'trickle' });
    const { text, end } = await heard(shop, { patienceMs: 1_500 });
    expect(end).toBe('open');
    expect(text.split('\r\n\r\n')[1]).toBe('{"');
  });

  it('comes without a charge when it is told to', async () => {
    const shop = await charging({ kind: 'garbage', form: 'html', executes: false });
    expect((await heard(shop)).text).toContain('<h1>');
    expect(ledgerOf(shop)).toEqual([]);
  });
});

describe('S13 throttle and maintenance', () => {
  it('answers 429 with a time to come again', async () => {
    const shop = await charging({ kind: 'throttle', retryAfterSeconds: 7 });
    const { status, headers, body } = await charge(shop);
    expect([status, headers.get('retry-after'), body['error_code']]).toEqual([429, '7', -429]);
  });

  it('answers maintenance for a period', async () => {
    const shop = await charging({ kind: 'maintenance' }, { match: { from: '1m', until: '5m' } });
    expect((await charge(shop)).status).toBe(200);
    shop.clock.moveTo(minutesAfter(NOON, 2));
    expect(await charge(shop)).toMatchObject({ status: 503, body: { error_code: -503 } });
    shop.clock.moveTo(minutesAfter(NOON, 6));
    expect((await charge(shop)).status).toBe(200);
  });

  it('says it through the payment method', async () => {
    const shop = await charging({ kind: 'maintenance', result: 'UNDER_CONSTRUCTION' });
    expect((await charge(shop)).body).toMatchObject({
      error_code: -782,
      extras: { method_result_code: 'UNDER_CONSTRUCTION' },
    });
  });
});

describe('S14 refuse', () => {
  it('listens no more for a while, and then again', async () => {
    const shop = await bundle();
    await shop.request('POST', '/sandbox/faults', { effect: { kind: 'refuse', mode: 'closed', for: '300ms' } });
    await expect.poll(async () => (await heard(shop)).end).toBe('refused');
    await expect.poll(async () => (await heard(shop, { patienceMs: 100 })).text).toMatch(/^HTTP\/1\.1 200/);
  });

  it('listens again at once when the rule is taken back', async () => {
    const shop = await bundle();
    const { id } = shop.sandbox.addFault({ effect: { kind: 'refuse', mode: 'closed', for: '1h' } });
    await expect.poll(async () => (await heard(shop)).end).toBe('refused');
    shop.sandbox.removeFault(id);
    await expect.poll(async () => (await heard(shop, { patienceMs: 100 })).text).toMatch(/^HTTP\/1\.1 200/);
  });

  it('takes connections and never reads, until the rule ends', async () => {
    const shop = await charging({ kind: 'refuse', mode: 'silent' });
    expect(await heard(shop, { patienceMs: 150 })).toEqual({ text: '', end: 'open' });
    const waiting = heard(shop);
    await expect.poll(() => shop.sandbox.stats().arrivals).toBe(2);
    shop.sandbox.clearFaults();
    expect(await waiting).toEqual({ text: '', end: 'reset' });
    expect(ledgerOf(shop)).toEqual([]);
  });

  it('fails every TLS handshake, being plain HTTP', async () => {
    const shop = await bundle();
    await expect(fetch(`https://127.0.0.1:${shop.sandbox.port}/online/v1/payment/ready`)).rejects.toMatchObject({
      cause: { code: expect.stringMatching(/SSL/) },
    });
    expect(shop.sandbox.stats().arrivals).toBe(0);
  });
});

describe('S15 ramp', () => {
  const curve = '0%:0s,75%:5m,75%:15m,0%:20m';

  async function failuresAt(minutes: number, shape: 'line' | 'steps'): Promise<number> {
    const shop = await bundle({ seed: 7 });
    shop.sandbox.addFault({ id: 'it', effect: { kind: 'ramp', curve, shape, effect: { kind: 'fail' } } });
    shop.clock.moveTo(minutesAfter(NOON, minutes));
    const calls = Array.from({ length: 400 }, (_, at) => charge(shop, { partner_order_id: `pa_${at}` }));
    return (await Promise.all(calls)).filter(({ status }) => status === 500).length / 4;
  }

  it.each([
    [0, 0, 0],
    [2.5, 30, 45],
    [10, 68, 82],
    [17.5, 30, 45],
    [21, 0, 0],
  ])('fails by lines: after %f min between %f and %f percent', async (minutes, least, most) => {
    const percent = await failuresAt(minutes, 'line');
    expect(percent).toBeGreaterThanOrEqual(least);
    expect(percent).toBeLessThanOrEqual(most);
  });

  it('fails by steps', async () => {
    expect(await failuresAt(4, 'steps')).toBe(0);
    expect(await failuresAt(19, 'steps')).toBeGreaterThan(65);
    expect(await failuresAt(21, 'steps')).toBe(0);
  });
});

describe('S16 skew', () => {
  it('shifts every timestamp of an answer', async () => {
    const shop = await charging({ kind: 'skew', seconds: -90 });
    expect((await charge(shop)).body).toMatchObject({
      created_at: expect.stringMatching(/^2026-11-24T11:58:30/),
      approved_at: expect.stringMatching(/^2026-11-24T11:58:30/),
    });
  });
});

describe('S17 revoke', () => {
  it('ends the mandate at its time, as a customer does in their app', async () => {
    const shop = await bundle();
    const { sid } = await shop.mandate();
    shop.sandbox.addFault({ id: 'it', match: { sid, from: '10m' }, effect: { kind: 'revoke' } });
    expect((await charge(shop, { sid })).status).toBe(200);
    shop.clock.moveTo(minutesAfter(NOON, 11));
    expect((await charge(shop, { sid })).body).toMatchObject({ error_code: -751 });
    expect((await shop.call('manage/subscription/status', { cid: RECURRING, sid })).body).toMatchObject({
      status: 'INACTIVE',
      inactivated_at: '2026-11-24T12:10:00',
    });
    expect(ledgerOf(shop).at(-1)).toMatchObject({ op: 'deactivate', faultId: 'it' });
  });
});

describe('S18 lookup', () => {
  async function lookingUp(effect: Effect) {
    const shop = await bundle();
    const { tid } = (await shop.call('approve', await shop.authenticated())).body;
    shop.sandbox.addFault({ match: { op: 'order' }, effect });
    const look = () => shop.call('order', { cid: 'TC0ONETIME', tid });
    return { shop, tid, look };
  }

  it('lags behind the truth', async () => {
    const { shop, tid, look } = await lookingUp({ kind: 'lookup', mode: 'lag', seconds: 300 });
    expect((await look()).body).toMatchObject({ status: 'AUTH_PASSWORD', payment_action_details: [] });
    shop.clock.moveTo(minutesAfter(NOON, 6));
    await shop.call('cancel', { cid: 'TC0ONETIME', tid, cancel_amount: 800, cancel_tax_free_amount: 0 });
    expect((await look()).body).toMatchObject({ status: 'SUCCESS_PAYMENT', canceled_amount: { total: 0 } });
    shop.clock.moveTo(minutesAfter(NOON, 12));
    expect((await look()).body).toMatchObject({ status: 'PART_CANCEL_PAYMENT', canceled_amount: { total: 800 } });
  });

  it.each([
    [{ mode: 'in_progress' }, 200, { status: 'AUTH_PASSWORD' }],
    [{ mode: 'not_found' }, 404, { error_code: -721 }],
    [{ mode: 'error', status: 500 }, 500, { error_code: -500 }],
  ] as const)('answers %j although it was paid', async (fault, status, body) => {
    const { look } = await lookingUp({ kind: 'lookup', ...fault });
    expect(await look()).toMatchObject({ status, body });
  });
});
