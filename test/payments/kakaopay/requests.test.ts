import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/payments/providers/kakaopay/answer.ts';
import { goldenRequest, replay, scripted } from './adapter.ts';
import { begin, GRANTED, MAKE, OPERATIONS } from './requests.ts';

const PATHS: Record<Operation, string> = {
  ready: '/online/v1/payment/ready',
  approve: '/online/v1/payment/approve',
  subscription: '/online/v1/payment/subscription',
  order: '/online/v1/payment/order',
  cancel: '/online/v1/payment/cancel',
  inactive: '/online/v1/payment/manage/subscription/inactive',
  status: '/online/v1/payment/manage/subscription/status',
};

describe('a request', () => {
  it.each(OPERATIONS)('of %s is the golden one', async (op) => {
    const { provider, heard } = await scripted([replay(GRANTED[op])]);
    await MAKE[op](provider);
    expect(heard).toEqual([
      { path: PATHS[op], authorization: 'SECRET_KEY SANDBOX-test-only', body: goldenRequest(op) },
    ]);
  });

  it('for a new payment method asks for 0 won with the recurring code', async () => {
    const { provider, heard } = await scripted([replay('ready')]);
    const update = {
      purpose: 'MANDATE_UPDATE',
      merchantCode: 'TCSUBSCRIP',
      amounts: { total: 0, taxFree: 0 },
    } as const;
    await provider.beginCheckout(begin(update));
    expect(heard.map(({ body }) => body)).toEqual([goldenRequest('ready-mandate-update')]);
  });

  it.each([
    ['가'.repeat(101), '가'.repeat(100)],
    [`${'x'.repeat(99)}🍊`, 'x'.repeat(99)],
    ['🍊'.repeat(60), '🍊'.repeat(50)],
  ])('cuts the title %s at a whole character', async (title, sent) => {
    const { provider, heard } = await scripted([replay('ready')]);
    await provider.beginCheckout(begin({ title }));
    expect(heard.map(({ body }) => body['item_name'])).toEqual([sent]);
  });
});
