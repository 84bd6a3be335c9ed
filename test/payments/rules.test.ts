import { describe, expect, it } from 'vitest';
import { UNTOUCHED } from '../../src/payments/ledger/attempts.ts';
import type { ChargeOutcome } from '../../src/payments/provider.ts';
import { stepOf, type Outcome } from '../../src/payments/ledger/rules.ts';
import type { AttemptState, PaymentAttempt } from '../../src/schema.ts';

const NOW = new Date('2026-11-20T03:00:00Z');

const attemptIn = (state: AttemptState, columns: Partial<PaymentAttempt> = {}): PaymentAttempt => ({
  ...UNTOUCHED,
  id: 'a',
  publicId: 'pa_a',
  orderRef: 'pa_a',
  purpose: 'ORDER',
  userId: 'u',
  orderId: 'o',
  subscriptionId: null,
  cycle: null,
  attemptNumber: 1,
  idempotencyKey: 'k',
  liveKey: 'order:o',
  provider: 'KAKAOPAY',
  merchantCode: 'TC0ONETIME',
  mandateId: null,
  customerRef: 'c',
  amount: 1_000,
  taxFreeAmount: 0,
  title: 't',
  quantity: 1,
  runId: null,
  sentAt: state === 'CREATED' ? null : NOW,
  createdAt: NOW,
  updatedAt: NOW,
  ...columns,
  state,
});

const APPROVED: ChargeOutcome = {
  kind: 'approved',
  paymentId: 'T1',
  approvedAt: NOW,
  amounts: { total: 1_000, taxFree: 0 },
};
const WITNESSED: ChargeOutcome = { kind: 'approved', approvedAt: NOW, amounts: { total: 1_000, taxFree: 0 } };
const codes = { code: '-782/LACK_BALANCE' };
const OUTCOMES: Record<string, Outcome> = {
  approved: APPROVED,
  declined: { kind: 'declined_soft', group: 'INSUFFICIENT_FUNDS', codes },
  unknown: { kind: 'unknown', why: 'timeout', answered: false, lookAt: NOW },
  down: { kind: 'provider_down', why: 'connect', proof: 'not_written' },
  rejected: { kind: 'rejected_by_config', what: 'credentials', scope: 'all', codes },
  left: { kind: 'not_completed', why: 'window_expired' },
  resolved: { kind: 'not_charged', reason: 'RESOLVED_NOT_CHARGED' },
};

const endOf = (state: AttemptState, outcome: Outcome): string => {
  const step = stepOf(attemptIn(state), outcome, NOW);
  return step.do === 'move' ? step.to : step.do;
};

describe('an outcome', () => {
  it.each([
    ['approved', 'flag', 'APPROVED', 'APPROVED', 'complete', 'flag', 'flag'],
    ['declined', 'nothing', 'DECLINED', 'NOT_CHARGED', 'nothing', 'nothing', 'nothing'],
    ['unknown', 'nothing', 'UNKNOWN', 'nothing', 'nothing', 'nothing', 'nothing'],
    ['down', 'NOT_CHARGED', 'NOT_CHARGED', 'NOT_CHARGED', 'nothing', 'nothing', 'nothing'],
    ['rejected', 'NOT_CHARGED', 'NOT_CHARGED', 'NOT_CHARGED', 'nothing', 'nothing', 'nothing'],
    ['left', 'NOT_CHARGED', 'NOT_CHARGED', 'NOT_CHARGED', 'nothing', 'nothing', 'nothing'],
    ['resolved', 'nothing', 'nothing', 'NOT_CHARGED', 'nothing', 'nothing', 'nothing'],
  ])('"%s" moves CREATED, SENT, UNKNOWN, APPROVED, DECLINED, NOT_CHARGED as listed', (name, ...ends) => {
    const outcome = OUTCOMES[name];
    if (!outcome) throw new Error(`There is no outcome ${name}.`);
    const states = ['CREATED', 'SENT', 'UNKNOWN', 'APPROVED', 'DECLINED', 'NOT_CHARGED'] as const;
    expect(states.map((state) => endOf(state, outcome))).toEqual(ends);
  });

  it('that decides frees live key and fences; one that does not keeps the mandate fenced', () => {
    const free = { liveKey: null, mandateFence: null, customerFence: null, nextCheckAt: null };
    const { approved, unknown } = OUTCOMES;
    expect(approved && stepOf(attemptIn('SENT'), approved, NOW)).toMatchObject({ columns: free });
    const doubt = unknown && stepOf(attemptIn('SENT'), unknown, NOW);
    expect(doubt).toMatchObject({ columns: { customerFence: null } });
    expect(doubt).not.toHaveProperty('columns.mandateFence');
    expect(doubt).not.toHaveProperty('columns.liveKey');
  });

  it('that a witness alone proves asks for a reference, and a later answer brings it', () => {
    expect(stepOf(attemptIn('UNKNOWN'), WITNESSED, NOW)).toMatchObject({
      to: 'APPROVED',
      columns: { providerPaymentId: null, needsOperator: true, operatorReason: 'REFERENCE_MISSING' },
    });
    const booked = attemptIn('APPROVED', { needsOperator: true, operatorReason: 'REFERENCE_MISSING' });
    expect(stepOf(booked, APPROVED, NOW)).toEqual({
      do: 'complete',
      columns: { providerPaymentId: 'T1', providerApprovalId: null, needsOperator: false, operatorReason: null },
    });
  });

  it('that repeats a booked approval does nothing; another payment of the same attempt is a duplicate', () => {
    expect(stepOf(attemptIn('APPROVED', { providerPaymentId: 'T1' }), APPROVED, NOW)).toEqual({ do: 'nothing' });
    expect(stepOf(attemptIn('APPROVED', { providerPaymentId: 'T2' }), APPROVED, NOW)).toEqual({
      do: 'flag',
      reason: 'DUPLICATE_APPROVAL',
    });
  });

  it('with a wrong amount asks for a person and books nothing', () => {
    const mismatch: Outcome = { kind: 'unknown', why: 'mismatch', answered: true, lookAt: NOW };
    expect(stepOf(attemptIn('SENT'), mismatch, NOW)).toMatchObject({
      to: 'UNKNOWN',
      columns: { needsOperator: true, operatorReason: 'AMOUNT_MISMATCH' },
    });
    expect(stepOf(attemptIn('UNKNOWN'), mismatch, NOW)).toEqual({ do: 'flag', reason: 'AMOUNT_MISMATCH' });
  });
});
