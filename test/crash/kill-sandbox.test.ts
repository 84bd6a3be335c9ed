import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { auditLedger, type LedgerLine } from '../../src/sandbox/index.ts';
import { ledgerPlace } from '../sandbox/support.ts';
import { startCli } from '../support/cli.ts';
import { seeded } from '../support/random.ts';

const POINTS = process.env['PILLIVERY_TEST_SIZE'] === 'long' ? 100 : 8;
const LANES = 8;
const RECURRING = 'TCSUBSCRIP';

interface Running {
  url: string;
  kill(): Promise<void>;
}

async function start(ledgerFile: string): Promise<Running> {
  const clock = 'virtual=2026-11-24T12:00:00+09:00';
  const { child, ended } = startCli([
    'sandbox',
    '--port',
    '0',
    '--ledger',
    ledgerFile,
    '--clock',
    clock,
    '--seed',
    '1',
  ]);
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  onTestFinished(kill);
  if (!child.stdout) throw new Error('Bug: the process was started without a pipe.');
  const [said] = await once(child.stdout, 'data');
  return { url: /http:\/\/\S+/.exec(String(said))?.[0] ?? '', kill };
}

/** The answer of a call, or nothing when none came. */
async function call({ url }: Running, name: string, body: object): Promise<Record<string, unknown> | undefined> {
  try {
    const response = await fetch(`${url}/online/v1/payment/${name}`, {
      method: 'POST',
      headers: { authorization: 'SECRET_KEY SANDBOX1', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return response.ok ? ((await response.json()) as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** What a caller holds in hand: answers that must be true for ever. */
interface Held {
  charged: Map<string, string>;
  refunded: Set<string>;
  ended: Set<string>;
}

/** Charges, refunds every third charge, and ends the mandate after it, until the sandbox is gone. */
async function lane(sandbox: Running, number: number, held: Held): Promise<void> {
  for (let turn = 0; turn < 10_000; turn += 1) {
    const [customer, orderRef] = [`cu_${number}_${turn}`, `pa_${number}_${turn}`];
    const sid = `SEED${`${number}x${turn}`.padStart(16, '0')}`;
    const charge = await call(sandbox, 'subscription', chargeOf(sid, customer, orderRef));
    if (!charge) return;
    const tid = String(charge['tid']);
    held.charged.set(orderRef, tid);
    if (turn % 3 !== 0) continue;
    if (await call(sandbox, 'cancel', refundOf(tid))) held.refunded.add(tid);
    if (await call(sandbox, 'manage/subscription/inactive', { cid: RECURRING, sid })) held.ended.add(sid);
  }
}

const chargeOf = (sid: string, customer: string, orderRef: string) => ({
  cid: RECURRING,
  sid,
  partner_order_id: orderRef,
  partner_user_id: customer,
  item_name: '오메가3',
  quantity: 1,
  total_amount: 25_900,
  tax_free_amount: 0,
});

const refundOf = (tid: string) => ({
  cid: RECURRING,
  tid,
  cancel_amount: 25_900,
  cancel_tax_free_amount: 0,
  cancel_available_amount: 25_900,
});

async function ledgerIn(file: string): Promise<LedgerLine[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as LedgerLine);
}

describe('the sandbox killed with -9', () => {
  it.each(Array.from({ length: POINTS }, (_, point) => point + 1))(
    'at seeded point %i has every movement that was answered, and goes on from there',
    async (seed) => {
      const ledgerFile = await ledgerPlace();
      const held: Held = { charged: new Map(), refunded: new Set(), ended: new Set() };
      const first = await start(ledgerFile);
      const lanes = Promise.all(Array.from({ length: LANES }, (_, number) => lane(first, number, held)));
      const random = seeded(seed);
      const enough = 20 + Math.floor(random() * 100);
      while (held.charged.size < enough || held.ended.size === 0) await sleep(1);
      await sleep(Math.floor(random() * 10));
      await first.kill();
      await lanes;

      const second = await start(ledgerFile);
      const lines = await ledgerIn(ledgerFile);
      const { orders, refundedByRef, deactivatedMandates, summary } = auditLedger(lines);

      for (const [orderRef, tid] of held.charged) expect(orders.get(orderRef)?.refs).toEqual([tid]);
      for (const tid of held.refunded) expect(refundedByRef.get(tid)).toBe(25_900);
      expect(deactivatedMandates.size).toBeGreaterThanOrEqual(held.ended.size);
      expect(summary).toMatchObject({ doubles: [], overRefunded: [] });
      expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, at) => at + 1));

      const [refunded] = held.refunded;
      const [ended] = held.ended;
      expect(await call(second, 'cancel', refundOf(refunded ?? ''))).toBeUndefined();
      expect(await call(second, 'subscription', chargeOf(ended ?? '', 'cu_0_0', 'pa_again'))).toBeUndefined();
      const [, tid = ''] = [...held.charged].find(([, one]) => !refundedByRef.has(one)) ?? [];
      expect(await call(second, 'cancel', refundOf(tid))).toMatchObject({ status: 'CANCEL_PAYMENT' });
    },
  );
});
