import { describe, expect, it } from 'vitest';
import { readCharge, readRefusal } from '../../src/payments/providers/kakaopay/read.ts';

/** 12:00 in Seoul, outside the bank's night. */
const NOON = new Date('2026-11-20T03:00:00Z');
const EXPECTED = { merchantCode: 'TCSUBSCRIP', attemptId: 'pa_1', customerRef: 'c1', total: 1_000 };
const APPROVAL = {
  aid: 'A1',
  tid: 'T1',
  cid: 'TCSUBSCRIP',
  partner_order_id: 'pa_1',
  partner_user_id: 'c1',
  payment_method_type: 'MONEY',
  amount: { total: 1_000, tax_free: 0 },
  approved_at: '2026-11-20T12:00:00',
};

const answered = (status: number, body: unknown) => ({ kind: 'answered' as const, status, body });
const refused = (error_code: number, result?: string) =>
  readRefusal(
    400,
    { error_code, error_message: 'no', ...(result && { extras: { method_result_code: result } }) },
    NOON,
  );

describe('a refusal of KakaoPay', () => {
  it.each([
    [[-400, -401, -3, -5], { kind: 'rejected_by_config', what: 'credentials', scope: 'all' }],
    [[-403], { kind: 'rejected_by_config', what: 'product', scope: 'all' }],
    [[-404], { kind: 'rejected_by_config', what: 'parameter', scope: 'all' }],
    [[-730, -731, -732, -733], { kind: 'rejected_by_config', what: 'merchant', scope: 'all' }],
    [[-798], { kind: 'rejected_by_config', what: 'ip', scope: 'all' }],
    [[-799], { kind: 'rejected_by_config', what: 'domain', scope: 'all' }],
    [
      [-2, -703, -704, -705, -706, -707, -721, -722, -724, -725, -726, -753],
      { kind: 'rejected_by_config', scope: 'item' },
    ],
    [[-429, -10], { kind: 'provider_down', why: 'throttled', proof: 'answered' }],
    [[-503, -7, -9798], { kind: 'provider_down', why: 'maintenance', proof: 'answered' }],
    [[-500, -1], { kind: 'unknown', why: 'server_error', answered: true }],
    [[-785], { kind: 'unknown', why: 'in_flight', answered: true }],
    [[-701], { kind: 'not_completed', why: 'not_authenticated' }],
    [[-708], { kind: 'not_completed', why: 'bad_return' }],
    [[-723], { kind: 'not_completed', why: 'window_expired' }],
    [[-750, -751], { kind: 'declined_hard', group: 'MANDATE_INACTIVE' }],
    [[-761], { kind: 'declined_hard', group: 'GENERIC' }],
    [[-797], { kind: 'declined_soft', group: 'LIMIT' }],
    [[-780, -782], { kind: 'declined_soft', group: 'GENERIC' }],
    [[-999], { kind: 'unknown', why: 'unlisted_code' }],
  ])('with code %j means %j', (codes, meaning) => {
    for (const code of codes) expect(refused(code)).toMatchObject(meaning);
  });

  it.each([-702, -710, -711, -781, -783, -784])('with code %i is looked up', (code) => {
    expect(refused(code)).toBe('look_up');
  });

  it.each([
    ['LACK_BALANCE', { kind: 'declined_soft', group: 'INSUFFICIENT_FUNDS' }],
    ['5039', { kind: 'declined_soft', group: 'INSUFFICIENT_FUNDS' }],
    ['LIMIT_ONE_TIME', { kind: 'declined_soft', group: 'LIMIT' }],
    ['0029', { kind: 'declined_soft', group: 'LIMIT' }],
    ['DEACTIVATED_USER_STATUS', { kind: 'declined_hard', group: 'CLOSED_ACCOUNT' }],
    ['BANK_NOT_CONNECTED', { kind: 'declined_hard', group: 'AUTHENTICATION_NEEDED' }],
    ['0004', { kind: 'declined_hard', group: 'EXPIRED_METHOD' }],
    ['3533', { kind: 'declined_hard', group: 'LOST_OR_STOLEN' }],
    ['BANK_FIRM_UNKNOWN', { kind: 'unknown', why: 'bank_pending' }],
    ['USER_LOCKED', { kind: 'unknown', why: 'in_flight' }],
    ['0290', { kind: 'unknown', why: 'server_error' }],
    ['UNDER_CONSTRUCTION', { kind: 'provider_down', why: 'maintenance' }],
    ['NETWORK_ACL_ERROR', { kind: 'rejected_by_config', what: 'ip', scope: 'all' }],
    ['0044', { kind: 'rejected_by_config', what: 'merchant', scope: 'item' }],
    ['7777', { kind: 'declined_soft', group: 'GENERIC' }],
  ])('by the payment method with %s means %j', (result, meaning) => {
    expect(refused(-782, result)).toMatchObject(meaning);
  });

  it('by a word that nobody listed is looked up, and so is a duplicate', () => {
    expect([refused(-782, 'SOMETHING_NEW'), refused(-782, '0204')]).toEqual(['look_up', 'look_up']);
  });

  it('says when a try may succeed again', () => {
    expect(refused(-752)).toMatchObject({ notBefore: new Date('2026-11-30T15:40:00Z') });
    expect(refused(-429)).toMatchObject({ retryAt: new Date('2026-11-20T15:05:00Z') });
    expect(refused(-782, 'BANK_FIRM_UNAVAILABLE')).toMatchObject({
      keepsStep: true,
      notBefore: new Date('2026-11-20T15:40:00Z'),
    });
  });

  it('is read in the older form and with numbers as strings', () => {
    expect(readRefusal(400, { code: -751, msg: 'no' }, NOON)).toMatchObject({ kind: 'declined_hard' });
    expect(readRefusal(400, { error_code: '-751' }, NOON)).toMatchObject({ kind: 'declined_hard' });
  });

  it('without a readable code is unknown, whatever its status', () => {
    expect(readRefusal(500, undefined, NOON)).toMatchObject({ kind: 'unknown', why: 'server_error' });
    expect(readRefusal(400, { html: true }, NOON)).toMatchObject({ kind: 'unknown', why: 'unlisted_code' });
  });
});

describe('an approval of KakaoPay', () => {
  it('is believed when it says what was asked', () => {
    expect(readCharge(answered(200, APPROVAL), EXPECTED, NOON)).toEqual({
      kind: 'approved',
      paymentId: 'T1',
      approvalId: 'A1',
      approvedAt: NOON,
      amounts: { total: 1_000, taxFree: 0 },
      methodLabel: '카카오페이머니',
    });
  });

  it.each([
    { cid: 'TC0ONETIME' },
    { partner_order_id: 'pa_2' },
    { partner_user_id: 'c2' },
    { amount: { total: 999, tax_free: 0 } },
  ])('with %j is unknown, never approved', (wrong) => {
    expect(readCharge(answered(200, { ...APPROVAL, ...wrong }), EXPECTED, NOON)).toMatchObject({
      kind: 'unknown',
      why: 'mismatch',
    });
  });

  it('that cannot be read is unknown', () => {
    expect(readCharge(answered(200, '<html>'), EXPECTED, NOON)).toMatchObject({ kind: 'unknown', why: 'unparsable' });
    expect(readCharge(answered(200, { ...APPROVAL, tid: undefined }), EXPECTED, NOON)).toMatchObject({
      why: 'unparsable',
    });
  });

  it('that never came is unknown once a byte was written, and proof of nothing before', () => {
    expect(readCharge({ kind: 'no_answer', why: 'timeout' }, EXPECTED, NOON)).toMatchObject({
      kind: 'unknown',
      answered: false,
    });
    expect(readCharge({ kind: 'not_written', why: 'connect' }, EXPECTED, NOON)).toEqual({
      kind: 'provider_down',
      why: 'connect',
      proof: 'not_written',
    });
  });
});
