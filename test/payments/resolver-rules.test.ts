import { describe, expect, it } from 'vitest';
import { UNTOUCHED } from '../../src/payments/ledger/attempts.ts';
import type { Capabilities, Found, LookupOutcome } from '../../src/payments/provider.ts';
import { judge, type Look } from '../../src/payments/resolver/rules.ts';
import type { PaymentAttempt } from '../../src/schema.ts';

const SENT = new Date('2026-11-20T09:00:00+09:00');
const after = (seconds: number): Date => new Date(SENT.getTime() + seconds * 1_000);
const MINUTE = 60;

const ATTEMPT: PaymentAttempt = {
  ...UNTOUCHED,
  id: 'a1',
  publicId: 'pa_1',
  orderRef: 'pa_1',
  purpose: 'ORDER',
  state: 'UNKNOWN',
  userId: 'u1',
  orderId: 'o1',
  subscriptionId: null,
  cycle: null,
  attemptNumber: 1,
  idempotencyKey: 'order:o1:ORDER:1',
  liveKey: 'order:o1',
  provider: 'KAKAOPAY',
  merchantCode: 'TC0ONETIME',
  mandateId: null,
  customerRef: 'c1',
  amount: 27_000,
  taxFreeAmount: 0,
  title: '오메가3',
  quantity: 1,
  sentAt: SENT,
  sessionExpiresAt: after(15 * MINUTE),
  runId: null,
  createdAt: SENT,
  updatedAt: SENT,
};

const RENEWAL: Partial<PaymentAttempt> = { purpose: 'RENEWAL', sessionExpiresAt: null, mandateId: 'm1' };

const PARTS = { total: 27_000, taxFree: 0, vat: 2_455, point: 0, discount: 0 };
const FOUND: Found = {
  kind: 'found',
  state: 'paid',
  attemptId: 'pa_1',
  customerRef: 'c1',
  merchantCode: 'TC0ONETIME',
  paymentId: 'T1',
  amounts: { total: 27_000, taxFree: 0 },
  refunded: 0,
  refunds: [],
  approvedAt: after(3),
  method: { kind: 'CARD', label: '카드 신한' },
  record: {
    providerStatus: 'SUCCESS_PAYMENT',
    itemName: '오메가3',
    quantity: 1,
    amount: PARTS,
    canceledAmount: PARTS,
    cancelAvailableAmount: PARTS,
    actions: [],
  },
};

const CAPABILITIES: Capabilities = {
  lostCharge: 'witness',
  witness: 'approve',
  notChargedAfterMs: 30 * MINUTE * 1_000,
  sessionWindowMs: 15 * MINUTE * 1_000,
  mandateStatus: true,
};

interface Seen {
  attempt?: Partial<PaymentAttempt>;
  witness?: Capabilities['witness'];
  /** Seconds since the charge was sent. */
  age?: number;
  chargedSince?: boolean;
  refundedByUs?: number;
}

const verdictOn = (found: LookupOutcome, { attempt, witness = 'approve', age = 60, ...seen }: Seen = {}) => {
  const look: Look = {
    attempt: { ...ATTEMPT, ...attempt },
    found,
    capabilities: { ...CAPABILITIES, witness },
    now: after(age),
    chargedSince: false,
    refundedByUs: 0,
    ...seen,
  };
  return judge(look);
};

const NOT_CHARGED = { do: 'settle', outcome: { kind: 'not_charged', reason: 'RESOLVED_NOT_CHARGED' } };
const MISMATCH = { do: 'settle', outcome: { kind: 'unknown', why: 'mismatch' } };
const WAIT = { do: 'wait' };

describe('a lookup that finds the payment', () => {
  it('settles what was paid, with its id, time and method', () => {
    expect(verdictOn(FOUND)).toMatchObject({
      do: 'settle',
      outcome: {
        kind: 'approved',
        paymentId: 'T1',
        approvedAt: after(3),
        amounts: { total: 27_000 },
        method: { label: '카드 신한' },
      },
    });
  });

  it.each<[string, Partial<Found>]>([
    ['another amount', { amounts: { total: 26_999, taxFree: 0 } }],
    ['another attempt id', { attemptId: 'pa_2' }],
    ['another customer', { customerRef: 'c2' }],
    ['another merchant code', { merchantCode: 'TCSUBSCRIP' }],
  ])('never settles %s', (_, difference) => {
    expect(verdictOn({ ...FOUND, ...difference })).toMatchObject(MISMATCH);
  });

  it('never settles another payment than the one that is known', () => {
    expect(verdictOn(FOUND, { attempt: { providerPaymentId: 'T2' } })).toMatchObject(MISMATCH);
  });

  it('compares with the reference that the attempt inherited', () => {
    const heir = { orderRef: 'pa_0' };
    expect(verdictOn({ ...FOUND, attemptId: 'pa_0' }, { attempt: heir })).toMatchObject({
      outcome: { paymentId: 'T1' },
    });
    expect(verdictOn(FOUND, { attempt: heir })).toMatchObject(MISMATCH);
  });

  it('tells of a mismatch once', () => {
    const told = { needsOperator: true, operatorReason: 'AMOUNT_MISMATCH' } as const;
    expect(verdictOn({ ...FOUND, attemptId: 'pa_2' }, { attempt: told })).toEqual(WAIT);
  });

  it('settles what was paid and given back outside our books, and calls a person', () => {
    expect(verdictOn({ ...FOUND, state: 'refunded', refunded: 7_000 })).toMatchObject({
      do: 'settle',
      outcome: { kind: 'approved', paymentId: 'T1' },
      note: expect.stringContaining('7000 won were given back outside our books'),
      alarm: 'AMOUNT_MISMATCH',
    });
  });

  it('calls nobody for refunds of our own', () => {
    const verdict = verdictOn({ ...FOUND, state: 'refunded', refunded: 7_000 }, { refundedByUs: 7_000 });
    expect(verdict).not.toHaveProperty('alarm');
  });

  it('releases what was not charged', () => {
    expect(verdictOn({ ...FOUND, state: 'not_charged' }, { age: 15 })).toMatchObject(NOT_CHARGED);
  });

  it('books the decline that the record tells of', () => {
    const decline = { kind: 'declined_soft', group: 'LIMIT', codes: { code: '-780' } } as const;
    expect(verdictOn({ ...FOUND, state: 'not_charged', decline })).toMatchObject({ do: 'settle', outcome: decline });
  });

  it('releases an issued mandate, whose token is lost', () => {
    const attempt = { purpose: 'MANDATE_UPDATE', amount: 0 } as const;
    const issued = { ...FOUND, state: 'issued', amounts: { total: 0, taxFree: 0 } } as const;
    expect(verdictOn(issued, { attempt })).toMatchObject(NOT_CHARGED);
  });

  it('takes no issued mandate for the payment of an order', () => {
    expect(verdictOn({ ...FOUND, state: 'issued' })).toMatchObject(MISMATCH);
  });

  it.each([
    ['waits', 29 * MINUTE, WAIT],
    ['gives up on it', 30 * MINUTE, NOT_CHARGED],
  ])('%s when it is in progress after %i s', (_, age, verdict) => {
    expect(verdictOn({ ...FOUND, state: 'in_progress' }, { age })).toMatchObject(verdict);
  });

  it('waits for the end of the window, however late that is', () => {
    const attempt = { sessionExpiresAt: after(40 * MINUTE) };
    expect(verdictOn({ ...FOUND, state: 'in_progress' }, { attempt, age: 31 * MINUTE })).toEqual(WAIT);
  });
});

describe('a lookup that finds nothing', () => {
  it('releases what the provider says is absent', () => {
    expect(verdictOn({ kind: 'absent' })).toMatchObject(NOT_CHARGED);
  });

  it.each<LookupOutcome>([{ kind: 'inconclusive' }, { kind: 'provider_down', why: 'circuit_open', proof: 'local' }])(
    'proves nothing by $kind',
    (found) => {
      expect(verdictOn(found, { age: 10 * 60 * MINUTE })).toEqual(WAIT);
    },
  );
});

describe('a witness', () => {
  const MOVED: LookupOutcome = { kind: 'witnessed', moved: true, lastApprovedAt: after(2) };
  const UNMOVED: LookupOutcome = { kind: 'witnessed', moved: false, lastApprovedAt: after(-30 * 24 * 3_600) };
  const booked = { do: 'settle', outcome: { kind: 'approved', approvedAt: after(2), amounts: { total: 27_000 } } };

  it.each([
    ['off', WAIT],
    ['suggest', { do: 'propose', proposal: 'APPROVED' }],
    ['approve', booked],
    ['auto', booked],
  ] as const)('that moved is, with %s, %o', (witness, verdict) => {
    expect(verdictOn(MOVED, { attempt: RENEWAL, witness })).toMatchObject(verdict);
  });

  it.each([
    ['off', WAIT],
    ['suggest', { do: 'propose', proposal: 'NOT_CHARGED' }],
    ['approve', { do: 'propose', proposal: 'NOT_CHARGED' }],
    ['auto', NOT_CHARGED],
  ] as const)('that has not moved after 30 min is, with %s, %o', (witness, verdict) => {
    expect(verdictOn(UNMOVED, { attempt: RENEWAL, witness, age: 30 * MINUTE })).toMatchObject(verdict);
  });

  it('books an approval without a payment id', () => {
    expect(verdictOn(MOVED, { attempt: RENEWAL })).not.toHaveProperty('outcome.paymentId');
  });

  it('proves nothing at 29 min by not having moved', () => {
    expect(verdictOn(UNMOVED, { attempt: RENEWAL, witness: 'auto', age: 29 * MINUTE })).toEqual(WAIT);
  });

  it.each([MOVED, UNMOVED])('proves nothing once another charge was sent on the mandate', (found) => {
    const seen = { attempt: RENEWAL, witness: 'auto', age: 31 * MINUTE, chargedSince: true } as const;
    expect(verdictOn(found, seen)).toEqual(WAIT);
  });
});
