import { describe, expect, it } from 'vitest';
import { Hono } from 'hono';
import { onlyNeighbours } from '../../src/sandbox/control/guard.ts';
import { realClock } from '../../src/sandbox/clock.ts';
import { bundle, chargeBody, ledgerPlace, minutesAfter, NOON, readyBody } from './support.ts';

describe('the control API', () => {
  it('lists the ledger as JSON and as lines', async () => {
    const { call, request, sandbox } = await bundle();
    await call('subscription', chargeBody());

    const text = await (await fetch(`${sandbox.url}/sandbox/ledger.jsonl`)).text();

    expect((await request('GET', '/sandbox/ledger')).body).toEqual({ lines: sandbox.ledger() });
    expect(text).toBe(`${JSON.stringify(sandbox.ledger()[0])}\n`);
  });

  it('sums the ledger up', async () => {
    const { call, mandate, request } = await bundle();
    await mandate();
    await call('subscription', chargeBody());
    expect((await request('GET', '/sandbox/ledger/summary')).body).toEqual({
      charges: 2,
      chargedAmount: 77_700,
      refunds: 0,
      refundedAmount: 0,
      issues: 1,
      deactivations: 0,
      doubles: [],
      overRefunded: [],
    });
  });

  it('counts calls and movements', async () => {
    const { call, request } = await bundle();
    await call('subscription', chargeBody());
    await call('subscription', chargeBody({ total_amount: 0 }));
    expect((await request('GET', '/sandbox/stats')).body).toMatchObject({
      arrivals: 2,
      executed: 1,
      inFlight: 0,
      strictRejections: 0,
      ops: { subscription: 2, approve: 0 },
      perSecond: expect.arrayContaining([expect.objectContaining({ executed: 1 })]),
    });
  });

  it('shows a mandate', async () => {
    const { call, mandate, request, sandbox } = await bundle();
    const { sid } = await mandate();
    await call('subscription', chargeBody({ sid }));
    await request('PATCH', `/sandbox/mandates/${sid}`, { declineNext: { times: 1, code: -751 } });
    expect((await request('GET', `/sandbox/mandates/${sid}`)).body).toEqual({
      mandateHash: sandbox.ledger()[0]?.mandateHash,
      customer: 'cu_1',
      method: 'MONEY',
      status: 'ACTIVE',
      inactivatedAt: null,
      ceiling: null,
      witness: null,
      charges: 2,
      amount: 77_700,
      lastApprovedAt: expect.stringMatching(/^2026-11-24T03:00/),
      declineNext: { times: 1, code: -751 },
    });
  });

  it.each(['GET', 'PATCH'])('answers 404 to %s of an unknown mandate', async (method) => {
    const { request } = await bundle();
    const body = method === 'PATCH' ? { declineNext: null } : undefined;
    expect((await request(method, '/sandbox/mandates/SID1', body)).status).toBe(404);
  });

  it('says on its front page what it is and links the ledger', async () => {
    const { browse } = await bundle();
    const text = await (await browse('GET', '/')).text();
    expect(text).toContain('moves no money');
    expect(text).toContain('href="/sandbox/ledger"');
  });
});

describe('the ledger export', () => {
  it('begins where it is told to, by number and by moment', async () => {
    const { call, request, clock, sandbox } = await bundle();
    await call('subscription', chargeBody());
    clock.moveTo(minutesAfter(NOON, 30));
    await call('subscription', chargeBody({ partner_order_id: 'pa_3' }));
    const [, second] = sandbox.ledger();
    for (const since of ['1', '2026-11-24T12:10:00%2B09:00']) {
      expect((await request('GET', `/sandbox/ledger?since=${since}`)).body).toEqual({ lines: [second] });
      expect((await request('GET', `/sandbox/ledger/summary?since=${since}`)).body).toMatchObject({ charges: 1 });
    }
    expect((await request('GET', '/sandbox/ledger?since=soon')).body).toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('can be a table for a spreadsheet, that runs nothing there', async () => {
    const { call, sandbox } = await bundle();
    await call('subscription', chargeBody({ partner_order_id: '=1+1', partner_user_id: 'a,"b"' }));
    const [line] = sandbox.ledger();
    const text = await (await fetch(`${sandbox.url}/sandbox/ledger.csv`)).text();
    const [headings, cells] = text.split('\r\n');
    expect(headings).toBe(
      'seq,at,atVirtual,provider,op,ref,orderRef,mandateHash,customer,amount,answered,faultId,requestId',
    );
    const told = `KAKAOPAY,charge,${line?.ref},'=1+1,${line?.mandateHash},"a,""b""",25900,sent,,${line?.requestId}`;
    expect(cells).toBe(`1,${line?.at},${line?.atVirtual},${told}`);
  });
});

describe('the log of calls', () => {
  it('shows each call with what was answered, and no secret', async () => {
    const shop = await bundle();
    shop.sandbox.addFault({ id: 'it', match: { op: 'subscription' }, effect: { kind: 'decline', code: -751 } });
    const { sid } = await shop.mandate();
    await shop.call('subscription', chargeBody({ sid }), { 'X-Request-Id': 'req-1' });

    const { body } = await shop.request('GET', '/sandbox/requests');

    const text = JSON.stringify(body);
    expect(body['requests']).toMatchObject([
      {
        op: 'subscription',
        path: '/online/v1/payment/subscription',
        requestId: 'req-1',
        status: 400,
        code: -751,
        faultId: 'it',
        fields: { partner_order_id: 'pa_2', total_amount: 25_900 },
        tookMs: expect.any(Number),
      },
      { op: 'approve', status: 200 },
      { op: 'ready', status: 200 },
    ]);
    expect(text).not.toContain(sid);
    expect(text).not.toMatch(/pg_token|SECRET_KEY|approval_url/);
  });

  it('keeps the last 1,000', async () => {
    const { call, sandbox } = await bundle();
    for (let at = 0; at < 1_005; at += 1) await call('order', { cid: 'TC0ONETIME', tid: `T${at}` });
    expect(sandbox.requests()).toHaveLength(1_000);
    expect(sandbox.requests()[0]).toMatchObject({ fields: { tid: 'T1004' } });
    expect(sandbox.requests()[999]).toMatchObject({ fields: { tid: 'T5' } });
  });
});

describe('the clock', () => {
  it('is set and advanced, and everything follows it', async () => {
    const { request, call } = await bundle();
    await request('POST', '/sandbox/clock', { set: '2026-11-24T23:40:00+09:00' });
    expect((await request('GET', '/sandbox/clock')).body).toMatchObject({ virtual: true, blackout: true });
    expect((await call('subscription', chargeBody())).body).toMatchObject({ error_code: -782 });

    const { body } = await request('POST', '/sandbox/clock', { advance: '1h' });

    expect(body).toMatchObject({ seoul: expect.stringMatching(/^2026-11-25T00:40/), blackout: false });
    expect((await call('subscription', chargeBody())).status).toBe(200);
  });

  it('is left alone when it is the real one', async () => {
    const { request } = await bundle({ clock: realClock() });
    expect((await request('GET', '/sandbox/clock')).body).toMatchObject({ virtual: false });
    expect(await request('POST', '/sandbox/clock', { advance: '1h' })).toMatchObject({
      status: 409,
      body: { code: 'CLOCK_IS_REAL' },
    });
  });

  it.each([
    [{}, 'give either set'],
    [{ set: '2026-11-24T23:40:00+09:00', advance: '1h' }, 'give either set'],
    [{ set: '2026-11-24' }, 'field set'],
    [{ advance: 'soon' }, 'field advance: must be a duration'],
    [{ back: '1h' }, 'unknown field back'],
  ])('refuses %j and says why', async (body, message) => {
    const { request } = await bundle();
    expect(await request('POST', '/sandbox/clock', body)).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining(message) },
    });
  });
});

describe('reset', () => {
  it('takes back what the sandbox was told and keeps what it executed', async () => {
    const { call, request, mandate, sandbox } = await bundle();
    const { sid } = await mandate();
    sandbox.addFault({ effect: { kind: 'fail', status: 500 } });
    sandbox.changeCustomer('cu_1', { balance: 0 });
    sandbox.changeMandate(sid, { ceiling: 1, declineNext: { times: 5, code: -751 } });

    expect((await request('POST', '/sandbox/reset')).body).toEqual({ reset: true, ledger: false });

    expect((await call('subscription', chargeBody({ sid }))).status).toBe(200);
    expect(sandbox.ledger().map(({ op }) => op)).toEqual(['charge', 'issue', 'charge']);
    expect(sandbox.stats()).toMatchObject({ arrivals: 1 });
  });

  it('forgets a ledger in memory when it is asked to, mandates and all', async () => {
    const { call, request, mandate, sandbox } = await bundle();
    const { sid } = await mandate();
    await request('POST', '/sandbox/reset', { ledger: true });
    expect(sandbox.ledger()).toEqual([]);
    expect((await call('subscription', chargeBody({ sid }))).body).toMatchObject({ error_code: -750 });
    await call('subscription', chargeBody());
    expect(sandbox.ledger()).toMatchObject([{ seq: 1 }]);
    expect(sandbox.stats()).toMatchObject({ executed: 1 });
  });

  it('never forgets a ledger in a file', async () => {
    const { call, request, sandbox } = await bundle({ ledgerFile: await ledgerPlace() });
    await call('subscription', chargeBody());
    expect(await request('POST', '/sandbox/reset', { ledger: true })).toMatchObject({
      status: 409,
      body: { code: 'LEDGER_IS_A_FILE' },
    });
    expect(sandbox.ledger()).toHaveLength(1);
  });
});

/** The guard as a caller with this address meets it; no socket, so that the proof stays on this machine. */
async function statusFor(
  remoteAddress: string,
  { controlToken, ...headers }: { controlToken?: string; authorization?: string; origin?: string } = {},
) {
  const routes = new Hono().use(onlyNeighbours(controlToken)).get('/', (c) => c.text('in'));
  const caller = { incoming: { socket: { remoteAddress } } };
  return (await routes.request('/', { headers: { host: '127.0.0.1:8090', ...headers } }, caller)).status;
}

describe('the door of the control API', () => {
  it.each(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])('is open to %s', async (address) => {
    expect(await statusFor(address)).toBe(200);
  });

  it.each(['203.0.113.9', '2001:db8::1', '::ffff:203.0.113.9', '::1:127.0.0.1', ''])(
    'is shut to %s',
    async (address) => {
      expect(await statusFor(address)).toBe(403);
    },
  );

  it('opens to a stranger who bears the control token', async () => {
    expect(await statusFor('203.0.113.9', { controlToken: 'let-me-in', authorization: 'Bearer let-me-in' })).toBe(200);
  });

  it.each([
    ['GET', ''],
    ['GET', '/ledger'],
    ['GET', '/ledger.jsonl'],
    ['GET', '/ledger.csv'],
    ['GET', '/ledger/summary'],
    ['GET', '/stats'],
    ['GET', '/requests'],
    ['GET', '/faults'],
    ['POST', '/faults'],
    ['DELETE', '/faults'],
    ['DELETE', '/faults/f1'],
    ['POST', '/scenario'],
    ['GET', '/clock'],
    ['POST', '/clock'],
    ['POST', '/reset'],
    ['GET', '/mandates'],
    ['PATCH', '/mandates/SEED0000000000000001'],
    ['PATCH', '/customers/cu_1'],
    ['POST', '/do/clear'],
  ])('guards %s /sandbox%s', async (method, path) => {
    const { request } = await bundle();
    expect((await request(method, `/sandbox${path}`, undefined, { Origin: 'http://shop.test' })).status).toBe(403);
  });

  it('is no door for customers', async () => {
    const { call, request } = await bundle();
    const { tid } = (await call('ready', readyBody())).body;
    const pressed = await request(
      'POST',
      `/sandbox/checkouts/${String(tid)}/approve`,
      {},
      { Origin: 'http://shop.test' },
    );
    expect(pressed.status).toBe(200);
  });

  it.each(['Bearer let-me-ou', 'Bearer ', 'let-me-in', ''])(
    'stays shut to a stranger with "%s"',
    async (authorization) => {
      expect(await statusFor('203.0.113.9', { controlToken: 'let-me-in', authorization })).toBe(403);
    },
  );

  it('stays shut to a page of another site in a browser of this machine', async () => {
    expect(await statusFor('127.0.0.1', { origin: 'http://shop.test' })).toBe(403);
    expect(await statusFor('127.0.0.1', { origin: 'http://127.0.0.1:8090' })).toBe(200);
  });

  it('stays shut to any bearer when there is no token', async () => {
    expect(await statusFor('203.0.113.9', { authorization: 'Bearer undefined' })).toBe(403);
  });
});
