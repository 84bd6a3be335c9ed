import { describe, expect, it } from 'vitest';
import type { PaymentAttempt, Refund } from '../../../src/schema.ts';
import { amountOf, refundStep, type RefundFinding } from '../../../src/payments/refunds/rules.ts';

const SENT_AT = new Date('2026-11-20T00:00:00Z');
const LATER = new Date('2026-11-20T00:00:30Z');

const paid = (columns: Partial<PaymentAttempt> = {}) =>
  ({ amount: 10_000, taxFreeAmount: 0, ...columns }) as PaymentAttempt;
const held = (amount: number, taxFreeAmount = 0) => ({ amount, taxFreeAmount });
const refund = (columns: Partial<Refund> = {}) =>
  ({ status: 'SENT', amount: 4_000, sentAt: SENT_AT, createdAt: SENT_AT, wireTry: 1, ...columns }) as Refund;

const REFUNDED: RefundFinding = { kind: 'refunded', refundRef: 'A1', balanceAfter: 6_000, at: LATER };
const REFUSED: RefundFinding = { kind: 'refused', codes: { code: '-783', message: 'not now' } };
const DOWN: RefundFinding = { kind: 'provider_down', why: 'connect', proof: 'not_written' };
const UNKNOWN: RefundFinding = { kind: 'unknown', why: 'timeout', answered: false, lookAt: LATER };
const REJECTED: RefundFinding = {
  kind: 'rejected_by_config',
  what: 'credentials',
  scope: 'all',
  codes: { code: '-401' },
};

describe('amountOf', () => {
  it('takes what is asked for while it is left', () => {
    expect(amountOf(paid(), [held(3_000)], 7_000)).toEqual({ amount: 7_000, taxFreeAmount: 0 });
  });

  it('takes all that is left when asked for the whole', () => {
    expect(amountOf(paid(), [held(3_000), held(2_500)], 'full').amount).toBe(4_500);
  });

  it.each([7_001, 10_000])('refuses %i won of 7000 that are left', (amount) => {
    expect(() => amountOf(paid(), [held(3_000)], amount)).toThrow(
      expect.objectContaining({ code: 'REFUND_EXCEEDS_BALANCE', facts: { refundable: 7_000 } }),
    );
  });

  it('refuses the whole when nothing is left', () => {
    expect(() => amountOf(paid(), [held(10_000)], 'full')).toThrow(
      expect.objectContaining({ code: 'REFUND_EXCEEDS_BALANCE' }),
    );
  });

  it.each([0, -1, 0.5, Number.NaN])('does not take %d for an amount', (amount) => {
    expect(() => amountOf(paid(), [], amount)).toThrow(expect.objectContaining({ code: 'AMOUNT_INVALID' }));
  });

  it('gives the tax-free part back in proportion, and all of it in the end', () => {
    const attempt = paid({ amount: 10_000, taxFreeAmount: 1_001 });
    const first = amountOf(attempt, [], 5_000);
    const second = amountOf(attempt, [first], 2_000);
    const last = amountOf(attempt, [first, second], 'full');
    expect([first, second, last].map(({ taxFreeAmount }) => taxFreeAmount)).toEqual([500, 200, 301]);
  });
});

describe('refundStep', () => {
  it.each([
    ['SENT', REFUNDED, 'SUCCEEDED'],
    ['SENT', REFUSED, 'FAILED'],
    ['SENT', REJECTED, 'FAILED'],
    ['SENT', DOWN, 'PENDING'],
    ['SENT', UNKNOWN, 'UNKNOWN'],
    ['UNKNOWN', REFUNDED, 'SUCCEEDED'],
    ['UNKNOWN', REFUSED, 'FAILED'],
    ['UNKNOWN', DOWN, 'PENDING'],
    ['UNKNOWN', { kind: 'not_refunded' }, 'PENDING'],
    ['UNKNOWN', { kind: 'given_up' }, 'FAILED'],
  ] as const)('moves %s by %o to %s', (status, finding, to) => {
    expect(refundStep(refund({ status }), finding)).toMatchObject({ to });
  });

  it.each(['SUCCEEDED', 'PENDING', 'REQUESTED', 'REJECTED', 'WITHDRAWN'] as const)(
    'moves nothing that is %s',
    (status) => {
      const findings = [
        REFUNDED,
        REFUSED,
        DOWN,
        UNKNOWN,
        REJECTED,
        { kind: 'not_refunded' },
        { kind: 'given_up' },
      ] as const;
      for (const finding of findings) expect(refundStep(refund({ status }), finding)).toBeUndefined();
    },
  );

  it('keeps the doubt of a refund that is in doubt already', () => {
    expect(refundStep(refund({ status: 'UNKNOWN' }), UNKNOWN)).toBeUndefined();
  });

  it('lets go of the fence with the doubt, and keeps it while in doubt', () => {
    expect(refundStep(refund(), REFUNDED)?.columns).toMatchObject({ attemptFence: null, nextCheckAt: null });
    expect(refundStep(refund(), UNKNOWN)?.columns).not.toHaveProperty('attemptFence');
  });

  it('looks first at 15 s after it was sent, or when the answer says that it is of use', () => {
    const lookAt = new Date('2026-11-20T00:20:00Z');
    expect(refundStep(refund(), { ...UNKNOWN, lookAt: SENT_AT })?.columns.nextCheckAt).toEqual(
      new Date('2026-11-20T00:00:15Z'),
    );
    expect(refundStep(refund(), { ...UNKNOWN, lookAt })?.columns.nextCheckAt).toEqual(lookAt);
  });

  it('keeps the code of a refusal and calls a person', () => {
    expect(refundStep(refund(), REFUSED)?.columns).toMatchObject({
      providerCode: '-783',
      failure: 'not now',
      needsOperator: true,
    });
  });

  it('calls a person when a refund that failed turns out to have succeeded, and books nothing', () => {
    expect(refundStep(refund({ status: 'FAILED' }), REFUNDED)).toMatchObject({
      to: 'FAILED',
      columns: { needsOperator: true },
    });
  });
});
