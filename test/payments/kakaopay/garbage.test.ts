import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { GROUP_OF } from '../../../src/payments/providers/kakaopay/groups.ts';
import type { Operation } from '../../../src/payments/providers/kakaopay/answer.ts';
import { HASTY, IMPATIENT, json, recorded, scripted, type Reply } from './adapter.ts';
import { GRANTED, MAKE, OPERATIONS } from './requests.ts';

const raw =
  (status: number, body: string, type = 'application/json'): Reply =>
  (response) =>
    void response.writeHead(status, { 'content-type': type }).end(body);

/** One byte now and then, and never the last one. */
function trickle(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 20);
  response.on('close', () => clearInterval(timer));
}

const GARBAGE: Record<string, { reply: Reply; why: string }> = {
  'broken JSON': { reply: raw(200, '{"tid":"T1a2b3c4d5e6f7a8b9c0",'), why: 'unparsable' },
  HTML: { reply: raw(200, '<html><body>ok</body></html>', 'text/html'), why: 'unparsable' },
  'an empty 200': { reply: raw(200, ''), why: 'unparsable' },
  'a list': { reply: json(200, []), why: 'unparsable' },
  'an error that says 200': { reply: json(200, { error_code: -780, error_message: 'no' }), why: 'unparsable' },
  'a 302': {
    reply: (response) => void response.writeHead(302, { location: '/elsewhere' }).end(),
    why: 'server_error',
  },
  'HTML with 500': { reply: raw(500, '<html></html>', 'text/html'), why: 'server_error' },
  '2 MiB': { reply: json(200, { filling: 'x'.repeat(2 * 1024 * 1024) }), why: 'unparsable' },
  'slow bytes': { reply: trickle, why: 'timeout' },
  silence: { reply: () => {}, why: 'timeout' },
  'a connection cut in the body': {
    reply: (response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"tid":', () => response.destroy());
    },
    why: 'connection_lost',
  },
};

const MOVES: Operation[] = ['approve', 'subscription', 'cancel', 'inactive'];

describe.each(OPERATIONS)('%s that is answered by', (op) => {
  it.each(Object.entries(GARBAGE))('%s', async (_, { reply, why }) => {
    const { provider, heard } = await scripted([reply], why === 'timeout' ? IMPATIENT : HASTY);
    const outcome = await MAKE[op](provider);
    const expected = MOVES.includes(op)
      ? { kind: 'unknown', why }
      : { kind: 'provider_down', why: 'no_answer', proof: 'answered' };
    expect(outcome).toMatchObject(expected);
    expect(heard).toHaveLength(GROUP_OF[op] === 'lookup' ? 3 : 1);
  });
});

/** The fields without which an answer is not believed. */
const NEEDED: Record<Operation, string[]> = {
  ready: ['tid', 'next_redirect_pc_url'],
  approve: ['tid', 'cid', 'partner_order_id', 'partner_user_id', 'amount', 'approved_at'],
  subscription: ['tid', 'cid', 'partner_order_id', 'partner_user_id', 'amount', 'approved_at'],
  order: ['tid', 'cid', 'status', 'partner_order_id', 'partner_user_id', 'amount'],
  cancel: ['tid', 'cid', 'status', 'partner_order_id', 'approved_cancel_amount'],
  inactive: ['cid', 'sid', 'status'],
  status: ['cid', 'sid', 'status'],
};

describe.each(OPERATIONS)('%s without', (op) => {
  it.each(NEEDED[op])('%s is not believed', async (field) => {
    const { http, body } = recorded(GRANTED[op]);
    const { provider } = await scripted([json(http, { ...body, [field]: undefined })], HASTY);
    const kind = MOVES.includes(op) ? 'unknown' : 'provider_down';
    expect(await MAKE[op](provider)).toMatchObject({ kind });
  });

  it('what is only shown is believed', async () => {
    const { http, body } = recorded(GRANTED[op]);
    const needed = Object.fromEntries(Object.entries(body).filter(([field]) => NEEDED[op].includes(field)));
    const { provider } = await scripted([json(http, needed)], HASTY);
    expect(['redirect', 'approved', 'found', 'refunded', 'deactivated', 'status']).toContain(
      (await MAKE[op](provider)).kind,
    );
  });
});

/** The same answer with every number as a text. */
function stringified(value: unknown): unknown {
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map(stringified);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, stringified(field)]));
}

/** An outcome without the moment until which a checkout is open, which our own clock tells. */
function timeless(whole: { kind: string; expiresAt?: Date }): object {
  const { expiresAt: _, ...outcome } = whole;
  return outcome;
}

describe.each(OPERATIONS)('%s with numbers as strings', (op) => {
  it('means the same', async () => {
    const { http, body } = recorded(GRANTED[op]);
    const plain = await scripted([json(http, body)]);
    const odd = await scripted([json(http, stringified(body))]);
    expect(timeless(await MAKE[op](odd.provider))).toEqual(timeless(await MAKE[op](plain.provider)));
  });
});

describe('a lookup', () => {
  it('tells another amount and another order as they are, for whoever asked to compare', async () => {
    const { http, body } = recorded('order-success-payment');
    const other = { ...body, partner_order_id: 'pa_other', amount: { total: 1 } };
    const { provider } = await scripted([json(http, other)]);
    expect(await MAKE.order(provider)).toMatchObject({ kind: 'found', attemptId: 'pa_other', amounts: { total: 1 } });
  });
});
