import { describe, expect, it } from 'vitest';
import { json, replay, scripted, type Reply } from './adapter.ts';
import { complete, refund, TID } from './requests.ts';

const error = (error_code: number, method_result_code?: string): Reply =>
  json(400, { error_code, error_message: 'no', ...(method_result_code && { extras: { method_result_code } }) });

const ORDER = '/online/v1/payment/order';

describe('an approval that was signalled as a duplicate', () => {
  const approve = async (first: Reply, ...then: Reply[]) => {
    const { provider, heard } = await scripted([first, ...then]);
    return { outcome: await provider.completeCheckout(complete()), heard };
  };

  it.each([-702, -710, -711, -781, -783, -784, -785])('by %i is what one lookup says: paid', async (code) => {
    const { outcome, heard } = await approve(error(code), replay('order-success-payment'));
    expect(outcome).toMatchObject({ kind: 'approved', paymentId: TID, amounts: { total: 51_800 } });
    expect(heard.map(({ path }) => path)).toEqual(['/online/v1/payment/approve', ORDER]);
  });

  it.each(['INVALID_CANCEL_STATUS', '0204', '1027', 'SOMETHING_NEW'])('by the method with %s too', async (method) => {
    const { outcome } = await approve(error(-780, method), replay('order-success-payment'));
    expect(outcome).toMatchObject({ kind: 'approved' });
  });

  it.each([
    [-702, 'duplicate_signalled'],
    [-785, 'in_flight'],
  ])('by %i stays unknown (%s) while the payment is open', async (code, why) => {
    const { outcome } = await approve(error(code), replay('order-auth-password'));
    expect(outcome).toMatchObject({ kind: 'unknown', why, answered: true, codes: { code: String(code) } });
  });

  it('stays unknown as an unlisted word of the method while the payment is open', async () => {
    const { outcome } = await approve(error(-780, 'SOMETHING_NEW'), replay('order-auth-password'));
    expect(outcome).toMatchObject({ kind: 'unknown', why: 'unlisted_code' });
  });

  it.each([
    ['quit-payment', { kind: 'not_completed', why: 'not_authenticated' }],
    ['fail-auth-password', { kind: 'not_completed', why: 'not_authenticated' }],
    ['fail-payment', { kind: 'declined_soft', group: 'GENERIC' }],
  ])('is not charged where the record says %s', async (name, outcome) => {
    expect((await approve(error(-702), replay(`order-${name}`))).outcome).toMatchObject(outcome);
  });

  it.each([{ amount: { total: 1 } }, { partner_order_id: 'pa_other' }, { partner_user_id: 'cu_other' }])(
    'is a mismatch where the record says %j',
    async (wrong) => {
      const { outcome } = await approve(error(-702), replay('order-success-payment', wrong));
      expect(outcome).toMatchObject({ kind: 'unknown', why: 'mismatch' });
    },
  );

  it.each(['cancel-payment', 'part-cancel-payment'])('is not judged here where the record says %s', async (name) => {
    const { outcome } = await approve(error(-702), replay(`order-${name}`));
    expect(outcome).toMatchObject({ kind: 'unknown', why: 'duplicate_signalled' });
  });

  it('is unknown where a mandate was issued, for its sid is lost', async () => {
    const { provider } = await scripted([error(-702), replay('order-issued-sid')]);
    const update = {
      merchantCode: 'TCSUBSCRIP',
      purpose: 'MANDATE_UPDATE',
      amounts: { total: 0, taxFree: 0 },
    } as const;
    expect(await provider.completeCheckout(complete(update))).toMatchObject({
      kind: 'unknown',
      why: 'duplicate_signalled',
    });
  });

  it('is unknown where the lookup fails', async () => {
    const { outcome } = await approve(error(-702), error(-503));
    expect(outcome).toMatchObject({ kind: 'unknown', why: 'duplicate_signalled', codes: { code: '-702' } });
  });
});

describe('a refund that was signalled as a duplicate', () => {
  const cancel = async (first: Reply, ...then: Reply[]) => {
    const { provider } = await scripted([first, ...then]);
    return provider.refund(refund());
  };

  it.each([-702, -710, -711, -781, -783, -784, -785])('by %i has run where the sum says so', async (code) => {
    expect(await cancel(error(code), replay('order-part-cancel-payment'))).toEqual({
      kind: 'refunded',
      refundRef: 'A1a2b3c4d5e6f7a8b9c1',
      balanceAfter: 41_800,
      at: new Date('2026-11-24T12:10:00+09:00'),
    });
  });

  it('has not run where the sum is the one before it: refused', async () => {
    const outcome = await cancel(error(-711), replay('order-success-payment'));
    expect(outcome).toEqual({ kind: 'refused', codes: { code: '-711', message: 'no' } });
  });

  it.each([
    [error(-785), 'in_flight'],
    [error(-781, 'SOMETHING_NEW'), 'unlisted_code'],
  ])(
    'may still run while the sum is the one before it, if another call is in flight or nobody knows the code',
    async (first, why) => {
      expect(await cancel(first, replay('order-success-payment'))).toMatchObject({ kind: 'unknown', why });
    },
  );

  it('is unknown where the sum is neither', async () => {
    const outcome = await cancel(
      error(-711),
      replay('order-part-cancel-payment', { canceled_amount: { total: 5_000 } }),
    );
    expect(outcome).toMatchObject({ kind: 'unknown', why: 'duplicate_signalled' });
  });

  it('counts from what was left before it', async () => {
    const second = { balanceBefore: 41_800, amounts: { total: 1_800, taxFree: 0 } };
    const { provider } = await scripted([error(-711), replay('order-part-cancel-payment')]);
    expect(await provider.refund(refund(second))).toMatchObject({ kind: 'refused' });
  });

  it('is a mismatch where the record is of another order', async () => {
    const outcome = await cancel(error(-711), replay('order-part-cancel-payment', { partner_order_id: 'pa_other' }));
    expect(outcome).toMatchObject({ kind: 'unknown', why: 'mismatch' });
  });
});
