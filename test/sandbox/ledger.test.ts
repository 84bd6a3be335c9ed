import { createHash } from 'node:crypto';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { bundle, chargeBody, ledgerPlace, readyBody, RECURRING, textOf } from './support.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('the ledger', () => {
  it('holds a charge line and an issue line for a first payment', async () => {
    const { mandate, sandbox } = await bundle();
    const { sid, tid } = await mandate();

    const common = {
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/),
      atVirtual: expect.stringMatching(/^2026-11-24T03:00:\d\d\.\d{3}Z$/),
      provider: 'KAKAOPAY',
      ref: tid,
      orderRef: 'pa_1',
      mandateHash: sha256(sid),
      customer: 'cu_1',
      answered: 'sent',
      requestId: expect.any(String),
    };
    expect(sandbox.ledger()).toEqual([
      { ...common, seq: 1, op: 'charge', amount: 51_800 },
      { ...common, seq: 2, op: 'issue', amount: 0 },
    ]);
  });

  it('holds a charge line without a mandate for a one-off payment', async () => {
    const { call, authenticated, sandbox } = await bundle();
    await call('approve', await authenticated());
    expect(sandbox.ledger()).toMatchObject([{ op: 'charge', mandateHash: null, amount: 51_800 }]);
  });

  it("keeps the caller's request id", async () => {
    const { call, sandbox } = await bundle();
    await call('subscription', chargeBody(), { 'X-Request-Id': 'req-1' });
    expect(sandbox.ledger()).toMatchObject([{ requestId: 'req-1' }]);
  });

  it('never holds a sid', async () => {
    const { mandate, request } = await bundle();
    const { sid } = await mandate();
    expect(JSON.stringify((await request('GET', '/sandbox/ledger')).body)).not.toContain(sid);
  });

  it('has each charge in the file before it is answered', async () => {
    const ledgerFile = await ledgerPlace();
    const { call } = await bundle({ ledgerFile });
    const { body } = await call('subscription', chargeBody());
    expect(await readFile(ledgerFile, 'utf8')).toContain(`"ref":"${textOf(body, 'tid')}"`);
  });

  it('has all of many charges that come at once in the file', async () => {
    const ledgerFile = await ledgerPlace();
    const { call, sandbox } = await bundle({ ledgerFile });
    await Promise.all(
      Array.from({ length: 300 }, (_, at) => {
        const sid = `SEED${String(at).padStart(16, '0')}`;
        return call('subscription', chargeBody({ sid, partner_user_id: `cu_${at}` }));
      }),
    );
    const text = await readFile(ledgerFile, 'utf8');
    expect(text).toBe(
      sandbox
        .ledger()
        .map((line) => `${JSON.stringify(line)}\n`)
        .join(''),
    );
    expect(sandbox.ledger()).toHaveLength(300);
  });
});

describe('a restart with the same ledger file', () => {
  it('goes on where the file ends', async () => {
    const ledgerFile = await ledgerPlace();
    const before = await bundle({ ledgerFile });
    await before.call('subscription', chargeBody());
    await before.sandbox.close();

    const after = await bundle({ ledgerFile });
    await after.call('subscription', chargeBody({ partner_order_id: 'pa_3' }));

    expect(after.sandbox.ledger().map(({ seq, orderRef }) => [seq, orderRef])).toEqual([
      [1, 'pa_2'],
      [2, 'pa_3'],
    ]);
    expect(after.sandbox.ledger()[0]?.ref).not.toBe(after.sandbox.ledger()[1]?.ref);
    expect((await after.request('GET', '/sandbox/stats')).body).toMatchObject({ executed: 1 });
  });

  it('still charges the sids issued before, for their own customer only', async () => {
    const ledgerFile = await ledgerPlace();
    const before = await bundle({ ledgerFile });
    const { sid } = await before.mandate({ total_amount: 0 });
    await before.sandbox.close();

    const { call } = await bundle({ ledgerFile });

    expect((await call('subscription', chargeBody({ sid, partner_user_id: 'cu_2' }))).body).toMatchObject({
      error_code: -753,
    });
    expect((await call('subscription', chargeBody({ sid }))).status).toBe(200);
  });

  it('remembers whose a seeded sid is', async () => {
    const ledgerFile = await ledgerPlace();
    const before = await bundle({ ledgerFile });
    await before.call('subscription', chargeBody());
    await before.sandbox.close();

    const { call } = await bundle({ ledgerFile });
    expect((await call('subscription', chargeBody({ partner_user_id: 'cu_2' }))).body).toMatchObject({
      error_code: -753,
    });
  });

  it('still finds what was paid before', async () => {
    const ledgerFile = await ledgerPlace();
    const before = await bundle({ ledgerFile });
    const request = await before.authenticated({ cid: RECURRING });
    const approval = (await before.call('approve', request)).body;
    await before.sandbox.close();

    const { call } = await bundle({ ledgerFile });

    expect((await call('order', { cid: RECURRING, tid: request['tid'] })).body).toMatchObject({
      status: 'SUCCESS_PAYMENT',
      partner_order_id: 'pa_1',
      partner_user_id: 'cu_1',
      amount: { total: 51_800 },
      approved_at: approval['approved_at'],
      payment_action_details: [{ aid: approval['aid'] }],
    });
    expect((await call('approve', request)).body).toMatchObject({ error_code: -702 });
  });

  it('drops a half-written last line and writes on cleanly', async () => {
    const ledgerFile = await ledgerPlace();
    const before = await bundle({ ledgerFile });
    await before.call('subscription', chargeBody());
    await before.sandbox.close();
    await appendFile(ledgerFile, '{"seq":2,"at":"2026-11-');

    const { call, sandbox } = await bundle({ ledgerFile });
    await call('subscription', chargeBody({ partner_order_id: 'pa_3' }));

    const written = (await readFile(ledgerFile, 'utf8')).trimEnd().split('\n');
    expect(written.map((line) => JSON.parse(line) as unknown)).toEqual(sandbox.ledger());
    expect(sandbox.ledger().map(({ seq }) => seq)).toEqual([1, 2]);
  });

  it('refuses a file that is no ledger and leaves it alone', async () => {
    const ledgerFile = await ledgerPlace();
    await writeFile(ledgerFile, 'shopping list\n');
    await expect(bundle({ ledgerFile })).rejects.toMatchObject({ code: 'SANDBOX_LEDGER_DAMAGED', facts: { line: 1 } });
    expect(await readFile(ledgerFile, 'utf8')).toBe('shopping list\n');
  });

  it('does not touch the file when the port is taken', async () => {
    const ledgerFile = await ledgerPlace();
    await writeFile(ledgerFile, '{"half');
    const { sandbox } = await bundle();
    await expect(bundle({ ledgerFile, port: sandbox.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(await readFile(ledgerFile, 'utf8')).toBe('{"half');
  });
});

describe('a checkout that nobody approved', () => {
  it('is forgotten by a restart', async () => {
    const ledgerFile = await ledgerPlace();
    const before = await bundle({ ledgerFile });
    const { tid } = (await before.call('ready', readyBody())).body;
    await before.sandbox.close();

    const { call } = await bundle({ ledgerFile });
    expect((await call('order', { cid: 'TC0ONETIME', tid })).body).toMatchObject({ error_code: -721 });
  });
});
