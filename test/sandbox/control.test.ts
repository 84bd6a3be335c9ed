import { describe, expect, it } from 'vitest';
import { Hono } from 'hono';
import { onlyNeighbours } from '../../src/sandbox/control/guard.ts';
import { bundle, chargeBody } from './support.ts';

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
