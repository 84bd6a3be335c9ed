import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readFlags, type SandboxFlags } from '../../src/sandbox/flags.ts';
import { bundle, chargeBody, ledgerPlace, readyBody, textOf } from './support.ts';

const read = (flags: SandboxFlags, now = '') => readFlags(flags, now);

describe('the flags', () => {
  it('ask for nothing when there are none', async () => {
    const { clock, ...settings } = await read({});
    expect(settings).toEqual({ faults: [] });
    expect(clock.moveTo).toBeUndefined();
  });

  it.each([
    [{ clock: 'virtual=2026-11-24T09:00:00+09:00' }, '', '2026-11-24T00:00:0'],
    [{}, '2026-11-24T09:00:00+09:00', '2026-11-24T00:00:0'],
    [{ clock: 'virtual' }, '2026-11-24T09:00:00+09:00', '2026-11-24T00:00:0'],
  ])('%j with the configured clock "%s" begin at %s', async (flags, now, moment) => {
    const { clock } = await read(flags, now);
    expect(clock.now().toISOString()).toContain(moment);
    expect(clock.moveTo).toBeDefined();
  });

  it('keep the ledger in memory, or in a file', async () => {
    expect(await read({ ledger: 'memory' })).not.toHaveProperty('ledgerFile');
    expect(await read({ ledger: 'l.jsonl' })).toMatchObject({ ledgerFile: 'l.jsonl' });
  });

  it.each([
    ['http-500', { kind: 'fail', status: 500 }],
    ['drop-after', { kind: 'commit_drop' }],
    ['drop-before', { kind: 'drop' }],
    ['timeout', { kind: 'delay', wait: '40s' }],
    ['decline:-751', { kind: 'decline', code: -751 }],
    ['decline:LACK_BALANCE', { kind: 'decline', result: 'LACK_BALANCE' }],
    [undefined, { kind: 'fail', status: 500 }],
  ])('fail by %s', async (kind, effect) => {
    const { faults } = await read({ 'fail-rate': '20%', 'fail-kind': kind });
    expect(faults).toMatchObject([{ id: 'fail-rate', match: { probability: 0.2 }, effect }]);
  });

  it('fail by a ramp', async () => {
    const { faults } = await read({ ramp: '0%:0s,75%:5m', 'fail-kind': 'drop-after' });
    expect(faults).toEqual([
      { id: 'ramp', match: {}, effect: { kind: 'ramp', curve: '0%:0s,75%:5m', effect: { kind: 'commit_drop' } } },
    ]);
  });

  it('read a scenario from a file, or know it by its name', async () => {
    const file = await ledgerPlace();
    await writeFile(file, '{ "rules": [{ "effect": { "kind": "drop" } }] }');
    expect(await read({ scenario: file })).toMatchObject({ scenario: { rules: [{ effect: { kind: 'drop' } }] } });
    expect(await read({ scenario: 'outage' })).toMatchObject({ scenario: { name: 'outage' } });
  });

  it.each([
    [{ latency: 'slow' }, '--latency does not understand slow; write 200, 200ms, 5s, uniform:50-400'],
    [{ 'fail-rate': '120%' }, '--fail-rate does not understand 120%; write a share such as 20%'],
    [
      { 'fail-rate': '20%', 'fail-kind': 'explode' },
      '--fail-kind does not understand explode; write http-500, drop-after',
    ],
    [{ 'fail-rate': '20%', 'fail-kind': 'decline:-11' }, '--fail-kind does not understand decline:-11'],
    [{ 'fail-kind': 'http-500' }, '--fail-kind needs --fail-rate or --ramp'],
    [{ ramp: '75%' }, '--ramp does not understand 75%; write a curve such as 0%:0s'],
    [{ clock: '2026' }, '--clock does not understand 2026; write real, virtual, or virtual='],
    [{ clock: 'virtual=2026-11-24' }, '--clock does not understand virtual=2026-11-24'],
    [{ auto: 'yes' }, '--auto does not understand yes; write approve, decline, cancel or off'],
    [{ auto: 'approve:soon' }, '--auto does not understand approve:soon'],
    [
      { scenario: '/nowhere' },
      '--scenario cannot read /nowhere (ENOENT); name a JSON file of rules, or one of: outage.',
    ],
  ])('%j are refused with what to write instead', async (flags, message) => {
    await expect(read(flags)).rejects.toMatchObject({ kind: 'input', message: expect.stringContaining(message) });
  });

  it.each([
    ['[', 'is not JSON'],
    ['{ "rules": [{ "effect": { "kind": "explode" } }] }', 'rule 1: field effect.kind: unknown effect explode'],
  ])('refuse the scenario %s', async (text, message) => {
    const file = await ledgerPlace();
    await writeFile(file, text);
    await expect(read({ scenario: file })).rejects.toMatchObject({ message: expect.stringContaining(message) });
  });
});

describe('--auto', () => {
  it.each([
    ['approve', /\/approve\/pa_1\?pg_token=/],
    ['decline', /\/approve\/pa_1\?pg_token=/],
    ['cancel', /\/cancel\/pa_1$/],
  ])('%s presses that button when the page is opened', async (button, address) => {
    const { auto } = await read({ auto: button });
    const { call, browse } = await bundle(auto && { auto });
    const { body } = await call('ready', readyBody());
    const page = await browse('GET', `/sandbox/checkout/${textOf(body, 'tid')}`);
    expect([page.status, page.headers.get('location')]).toEqual([303, expect.stringMatching(address)]);
  });

  it('off shows the page', async () => {
    const { auto } = await read({ auto: 'off' });
    const { call, browse } = await bundle(auto && { auto });
    const { body } = await call('ready', readyBody());
    expect((await browse('GET', `/sandbox/checkout/${textOf(body, 'tid')}`)).status).toBe(200);
  });
});

describe('--no-strict', () => {
  it('takes unknown fields and any content type, and calls the rest a bad parameter', async () => {
    const { call } = await bundle({ strict: false });
    const colourful = chargeBody({ colour: 'red' });
    expect((await call('subscription', colourful, { 'Content-Type': 'text/plain' })).status).toBe(200);
    expect(await call('subscription', { cid: 'TCSUBSCRIP' })).toMatchObject({ status: 400, body: { error_code: -2 } });
  });
});
