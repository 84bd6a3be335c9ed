import { describe, expect, it } from 'vitest';
import type { Found } from '../../../src/payments/provider.ts';
import { judgeRefund, type RefundLook } from '../../../src/payments/refunds/judge.ts';
import type { PaymentAttempt, Refund } from '../../../src/schema.ts';

const SENT_AT = new Date('2026-11-20T00:00:00Z');
const minutesLater = (minutes: number) => new Date(SENT_AT.getTime() + minutes * 60_000);

/** 10,000 won were paid and 3,000 given back before; now 2,000 more are in doubt. */
const attempt = {
  publicId: 'pa_1',
  orderRef: 'pa_1',
  merchantCode: 'TC0ONETIME',
  providerPaymentId: 'T1',
  amount: 10_000,
} as PaymentAttempt;
const refund = { amount: 2_000, balanceBefore: 7_000, sentAt: SENT_AT, createdAt: SENT_AT } as Refund;

const record = (columns: Partial<Found> = {}) =>
  ({
    kind: 'found',
    state: 'refunded',
    attemptId: 'pa_1',
    merchantCode: 'TC0ONETIME',
    paymentId: 'T1',
    refunded: 3_000,
    refunds: [{ ref: 'A1', amount: 3_000 }],
    record: { providerStatus: 'PART_CANCEL_PAYMENT' },
    ...columns,
  }) as Found;

const judged = (columns: Partial<RefundLook> = {}) =>
  judgeRefund({ attempt, refund, booked: 1, found: record(), now: minutesLater(1), ...columns });

const both = [
  { ref: 'A1', amount: 3_000 },
  { ref: 'A2', amount: 2_000, at: minutesLater(0) },
];

describe('judgeRefund', () => {
  it('believes in the refund when sum and number have grown by it', () => {
    expect(judged({ found: record({ refunded: 5_000, refunds: both }) })).toEqual({
      do: 'settle',
      finding: { kind: 'refunded', refundRef: 'A2', balanceAfter: 5_000, at: minutesLater(0) },
    });
  });

  it.each([1, 5, 20, 30])('waits at %i min while nothing has changed', (minutes) => {
    expect(judged({ now: minutesLater(minutes) })).toEqual({ do: 'wait' });
  });

  it('is certain at 31 min that it moved nothing', () => {
    expect(judged({ now: minutesLater(31) })).toEqual({ do: 'settle', finding: { kind: 'not_refunded' } });
  });

  it.each([
    ['another sum', { refunded: 4_000, refunds: both }],
    ['the sum in one refund more than ours', { refunded: 5_000, refunds: [...both, { ref: 'A3', amount: 1 }] }],
    ['the same sum by other refunds', { refunded: 3_000, refunds: both }],
    ['another payment id', { paymentId: 'T2' }],
    ['another attempt', { attemptId: 'pa_2' }],
    ['another merchant code', { merchantCode: 'TCSUBSCRIP' }],
    ['a payment that was never made', { state: 'in_progress' as const, refunded: 0, refunds: [] }],
  ])('asks a person when the record shows %s', (_, columns) => {
    expect(judged({ found: record(columns), now: minutesLater(40) })).toMatchObject({ do: 'operator' });
  });

  it.each([
    { kind: 'inconclusive' },
    { kind: 'absent' },
    { kind: 'provider_down', why: 'connect', proof: 'not_written' },
  ] as const)('takes %o for no evidence, however late', (found) => {
    expect(judged({ found, now: minutesLater(600) })).toEqual({ do: 'wait' });
  });
});
