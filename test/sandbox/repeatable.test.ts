import { expect, it } from 'vitest';
import type { FaultRuleInput } from '../../src/sandbox/index.ts';
import { seeded } from '../support/random.ts';
import { bundle, chargeBody, type Json } from './support.ts';

const RULES: FaultRuleInput[] = [
  { match: { probability: 0.1 }, effect: { kind: 'commit_code', code: 500 } },
  { match: { probability: 0.2, op: 'subscription' }, effect: { kind: 'decline', result: 'LACK_BALANCE' } },
  { match: { amountMod: { divisor: 7, remainder: 3 } }, effect: { kind: 'throttle' } },
  { effect: { kind: 'ramp', curve: '10%:0s,10%:1h', effect: { kind: 'garbage', form: 'other_amount' } } },
];

/** Two charges of each of 150 orders, some of them of one customer, so that equal requests are among them. */
const CHARGES: Json[] = Array.from({ length: 300 }, (_, at) => {
  const order = Math.floor(at / 2);
  const customer = order % 40;
  return chargeBody({
    sid: `SEED${String(customer).padStart(16, '0')}`,
    partner_user_id: `cu_${customer}`,
    partner_order_id: `pa_${order}`,
    total_amount: 10_000 + order,
  });
});

function shuffled(charges: Json[], seed: number): Json[] {
  const random = seeded(seed);
  return charges
    .map((charge) => ({ charge, place: random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ charge }) => charge);
}

/** What came of the charges, in an order of its own: how each was answered and what the ledger says. */
async function play(charges: Json[], seed: number) {
  const { call, sandbox } = await bundle({ seed, faults: RULES });
  const answers = await Promise.all(
    charges.map(async (charge) => {
      const { status, body } = await call('subscription', charge);
      return JSON.stringify([charge['partner_order_id'], status, { ...body, created_at: '', approved_at: '' }]);
    }),
  );
  const ledger = sandbox.ledger().map((line) => JSON.stringify({ ...line, seq: 0, at: '', atVirtual: '' }));
  return { answers: answers.toSorted(), ledger: ledger.toSorted() };
}

it('has the same faults and the same ledger for the same seed and requests, in whatever order they arrive', async () => {
  const first = await play(CHARGES, 7);
  const second = await play(shuffled(CHARGES, 1), 7);
  const third = await play(shuffled(CHARGES, 2), 7);

  expect(second).toEqual(first);
  expect(third).toEqual(first);
  expect(new Set(first.answers.map((answer) => JSON.parse(answer)[1]))).toEqual(new Set([200, 400, 429, 500]));
});

it('has others for another seed', async () => {
  const [first, other] = [await play(CHARGES, 7), await play(CHARGES, 8)];
  expect(other.ledger).not.toEqual(first.ledger);
});

it('draws another latency for each charge, and the same ones again', async () => {
  const lengths = async () => {
    const latency = { kind: 'uniform', fromMs: 0, toMs: 400 } as const;
    const { call, sandbox } = await bundle({ seed: 3, latency });
    await Promise.all(
      CHARGES.slice(0, 40)
        .filter((_, at) => at % 2 === 0)
        .map((charge) => call('order', { cid: 'TC0ONETIME', tid: charge['partner_order_id'] })),
    );
    const sorted = sandbox
      .requests()
      .toSorted((a, b) => String(a.fields['tid']).localeCompare(String(b.fields['tid'])));
    return sorted.map(({ tookMs }) => tookMs);
  };
  const [first, second] = [await lengths(), await lengths()];
  const differences = first.map((ms, at) => Math.abs(ms - (second[at] ?? 0))).toSorted((a, b) => a - b);
  expect(Math.max(...first) - Math.min(...first)).toBeGreaterThan(150);
  expect(differences[10]).toBeLessThan(60);
});
