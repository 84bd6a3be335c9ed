import { describe, expect, it } from 'vitest';
import { replay, scripted } from './adapter.ts';
import { charge, complete, MANDATE, refund } from './requests.ts';

const MISMATCH = { kind: 'unknown', why: 'mismatch', answered: true };

const alarm = expect.objectContaining({ level: 'error', event: 'provider_call', outcome: 'unknown', why: 'mismatch' });

describe('an approval', () => {
  it.each([
    { cid: 'TCSUBSCRIP' },
    { partner_order_id: 'pa_other' },
    { partner_user_id: 'cu_other' },
    { tid: 'T2' },
    { amount: { total: 51_799 } },
    { amount: { total: 0 } },
  ])('of a checkout with %j is unknown and alarms, never approved', async (wrong) => {
    const { provider, lines } = await scripted([replay('approve-money', wrong)]);
    expect(await provider.completeCheckout(complete())).toMatchObject(MISMATCH);
    expect(lines).toEqual([alarm]);
  });

  it.each([
    { cid: 'TC0ONETIME' },
    { partner_order_id: 'pa_other' },
    { partner_user_id: 'cu_other' },
    { sid: 'S2' },
    { amount: { total: 51_801 } },
  ])('of a recurring charge with %j is unknown and alarms, never approved', async (wrong) => {
    const { provider, lines } = await scripted([replay('subscription-money', wrong)]);
    expect(await provider.chargeMandate(charge())).toMatchObject(MISMATCH);
    expect(lines).toEqual([alarm]);
  });

  it('is that of the order reference, where it differs from the attempt', async () => {
    const inherited = charge({ orderRef: 'pa_before' });
    const { provider, heard } = await scripted([replay('subscription-money', { partner_order_id: 'pa_before' })]);
    expect(await provider.chargeMandate(inherited)).toMatchObject({ kind: 'approved' });
    expect(heard).toMatchObject([{ body: { partner_order_id: 'pa_before' } }]);
  });
});

describe('a refund', () => {
  it.each([
    { cid: 'TCSUBSCRIP' },
    { partner_order_id: 'pa_other' },
    { tid: 'T2' },
    { approved_cancel_amount: { total: 9_999 } },
  ])('with %j is unknown and alarms, never refunded', async (wrong) => {
    const { provider, lines } = await scripted([replay('cancel-part-cancel-payment', wrong)]);
    expect(await provider.refund(refund())).toMatchObject(MISMATCH);
    expect(lines).toEqual([alarm]);
  });
});

describe('a deactivation', () => {
  it.each([{ sid: 'S2' }, { cid: 'TC0ONETIME' }])('of %j is unknown and alarms', async (wrong) => {
    const { provider, lines } = await scripted([replay('inactive', wrong)]);
    expect(await provider.deactivateMandate(MANDATE)).toMatchObject(MISMATCH);
    expect(lines).toEqual([alarm]);
  });
});
