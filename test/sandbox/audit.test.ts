import { expect, it } from 'vitest';
import { auditLedger, type LedgerLine } from '../../src/sandbox/index.ts';

const line = (changes: Partial<LedgerLine>): LedgerLine => ({
  seq: 1,
  at: '2026-11-24T03:00:00.000Z',
  atVirtual: '2026-11-24T03:00:00.000Z',
  provider: 'KAKAOPAY',
  op: 'charge',
  ref: 'T1',
  orderRef: 'pa_1',
  mandateHash: null,
  customer: 'cu_1',
  amount: 1_000,
  answered: 'sent',
  requestId: 'R1',
  ...changes,
});

it('adds up what was charged and refunded, by order and by tid', () => {
  const { orders, refundedByRef, refundsByRef, summary } = auditLedger([
    line({}),
    line({ op: 'refund', amount: 300 }),
    line({ op: 'refund', amount: 200 }),
    line({ ref: 'T2', orderRef: 'pa_2', customer: 'cu_2' }),
  ]);
  expect(orders.get('pa_1')).toEqual({ charges: 1, charged: 1_000, refunded: 500, refs: ['T1'], customer: 'cu_1' });
  expect([refundedByRef.get('T1'), refundsByRef.get('T1'), refundedByRef.get('T2')]).toEqual([500, 2, undefined]);
  expect(summary).toEqual({
    charges: 2,
    chargedAmount: 2_000,
    refunds: 2,
    refundedAmount: 500,
    issues: 0,
    deactivations: 0,
    doubles: [],
    overRefunded: [],
  });
});

it('names what was charged twice, and what was given back beyond the charge', () => {
  const { summary, orders } = auditLedger([
    line({}),
    line({ ref: 'T2' }),
    line({ op: 'refund', ref: 'T2', amount: 1_001 }),
  ]);
  expect(summary).toMatchObject({ doubles: [{ orderRef: 'pa_1', charges: 2 }], overRefunded: ['T2'] });
  expect(orders.get('pa_1')?.refs).toEqual(['T1', 'T2']);
});

it('knows which mandates were issued and which were ended', () => {
  const { issuedMandates, deactivatedMandates, summary } = auditLedger([
    line({ op: 'issue', mandateHash: 'a', amount: 0 }),
    line({ op: 'issue', mandateHash: 'b', amount: 0 }),
    line({ op: 'deactivate', mandateHash: 'a', ref: 'a', orderRef: '', amount: 0 }),
  ]);
  expect([[...issuedMandates], [...deactivatedMandates]]).toEqual([['a', 'b'], ['a']]);
  expect(summary).toMatchObject({ issues: 2, deactivations: 1, charges: 0 });
});
