import { eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import { resolveDue } from '../../src/payments/index.ts';
import type { Mandate, PaymentAttempt } from '../../src/schema.ts';
import { ENGINES, type EngineName } from '../support/databases.ts';
import { afterStart, MINUTE, shopInDoubt, type ShopInDoubt } from '../support/doubt.ts';

const SECOND = 1_000;
const MONTH_AGO = afterStart(-30 * 24 * 60 * MINUTE);
const SWITCHES = ['off', 'suggest', 'approve', 'auto'] as const;

type Switch = (typeof SWITCHES)[number];

type Told = { mode: 'stale' | 'missing' } | { mode: 'late' | 'stranger'; seconds: number };

interface Witnessed extends ShopInDoubt {
  /** A renewal in doubt, sent at the start, on a mandate that was charged a month ago. */
  lostRenewal(columns?: Partial<PaymentAttempt>): Promise<PaymentAttempt>;
  /** Charges the mandate at a moment, for whatever reason. */
  chargeAt(attempt: PaymentAttempt, moment: Date): Promise<void>;
  /** What the mandate's status says from now on instead of the truth. */
  testify(attempt: PaymentAttempt, told: Told): Promise<void>;
  mandate(attempt: PaymentAttempt): Promise<Mandate>;
}

async function shopWith(engine: EngineName, witness: Switch): Promise<Witnessed> {
  const shop = await shopInDoubt({ engine, settings: { PILLIVERY_PAYMENTS__KAKAOPAY__WITNESS: witness } });
  const { app, charge, clock, given, sandbox } = shop;
  const { mandates: m } = app.database.tables;
  const chargeAt: Witnessed['chargeAt'] = async (attempt, moment) => {
    clock.moveTo(moment);
    await charge(attempt);
    clock.moveTo(afterStart(0));
  };
  const mandate: Witnessed['mandate'] = async ({ mandateId }) => {
    const [row] = await app.database
      .select()
      .from(m)
      .where(eq(m.id, mandateId ?? ''));
    if (!row) throw new Error('Bug: no such mandate.');
    return row;
  };
  return {
    ...shop,
    chargeAt,
    mandate,
    async lostRenewal(columns) {
      const { attempt } = await given.renewalInDoubt({ sentAt: afterStart(0), ...columns });
      await chargeAt(attempt, MONTH_AGO);
      await app.database
        .update(m)
        .set({ lastApprovedAt: MONTH_AGO })
        .where(eq(m.id, attempt.mandateId ?? ''));
      return attempt;
    },
    async testify(attempt, lastApprovedAt) {
      const { tokenCipher } = await mandate(attempt);
      sandbox.changeMandate(app.payments.vault().open(tokenCipher), { lastApprovedAt });
    },
  };
}

const RELEASED = {
  state: 'NOT_CHARGED',
  closeReason: 'RESOLVED_NOT_CHARGED',
  mandateFence: null,
  needsOperator: false,
};
const BOOKED = {
  state: 'APPROVED',
  providerPaymentId: null,
  needsOperator: true,
  operatorReason: 'REFERENCE_MISSING',
  mandateFence: null,
};
const UNTOLD = { state: 'UNKNOWN', proposal: null, needsOperator: false };
const proposed = (proposal: 'APPROVED' | 'NOT_CHARGED') => ({
  state: 'UNKNOWN',
  proposal,
  needsOperator: true,
  operatorReason: 'UNKNOWN_UNRESOLVED',
});

describe.each(ENGINES)('a lost renewal on %s that was charged', (engine) => {
  it.each([
    ['off', UNTOLD],
    ['suggest', proposed('APPROVED')],
    ['approve', BOOKED],
    ['auto', BOOKED],
  ] as const)('is, with %s, %o', async (witness, row) => {
    const { app, charge, lostRenewal, moveTo, attempt: read } = await shopWith(engine, witness);
    const attempt = await lostRenewal();
    await charge(attempt);

    moveTo(attempt, MINUTE);
    await resolveDue(app);

    expect(await read(attempt)).toMatchObject(row);
  });

  it('pays its cycle with a renewal order, at the time that the witness tells', async () => {
    const { app, charge, lostRenewal, moveTo, attempt: read, events } = await shopWith(engine, 'approve');
    const attempt = await lostRenewal();
    await charge(attempt);

    moveTo(attempt, MINUTE);
    expect(await resolveDue(app)).toMatchObject({ looked: 1, approved: 1 });

    const { billingCycles: c, orders } = app.database.tables;
    const [cycle] = await app.database.select().from(c).where(eq(c.liveAttemptId, attempt.id));
    expect(cycle).toBeUndefined();
    const [order] = await app.database.select().from(orders).where(eq(orders.paidAttemptId, attempt.id));
    expect(order).toMatchObject({ kind: 'RENEWAL', status: 'PAID', payAmount: 27_000 });
    const { approvedAt } = await read(attempt);
    expect(Math.abs((approvedAt?.getTime() ?? 0) - (attempt.sentAt?.getTime() ?? 0))).toBeLessThan(10 * SECOND);
    expect((await events(attempt)).at(-1)).toMatchObject({
      toState: 'APPROVED',
      data: {
        lookup: { kind: 'witnessed', moved: true, lastApprovedAt: approvedAt?.toISOString() },
        witness: { baseline: MONTH_AGO.toISOString(), baselineFrom: 'ledger', sentAt: attempt.sentAt?.toISOString() },
      },
    });
  });

  it('is proposed once, however often it is looked at', async () => {
    const { app, charge, lostRenewal, moveTo, events, told } = await shopWith(engine, 'suggest');
    const attempt = await lostRenewal();
    await charge(attempt);

    moveTo(attempt, MINUTE);
    expect(await resolveDue(app)).toMatchObject({ looked: 1, proposed: 1 });
    moveTo(attempt, 5 * MINUTE);
    expect(await resolveDue(app)).toMatchObject({ looked: 1, proposed: 0, operator: 0 });

    expect(await told(attempt)).toHaveLength(1);
    expect(await events(attempt)).toHaveLength(2);
  });
});

describe.each(ENGINES)('a lost renewal on %s that was not charged', (engine) => {
  it.each([
    ['off', UNTOLD],
    ['suggest', proposed('NOT_CHARGED')],
    ['approve', proposed('NOT_CHARGED')],
    ['auto', RELEASED],
  ] as const)('is after 31 min, with %s, %o', async (witness, row) => {
    const { app, lostRenewal, moveTo, attempt: read } = await shopWith(engine, witness);
    const attempt = await lostRenewal();

    moveTo(attempt, 31 * MINUTE);
    await resolveDue(app);

    expect(await read(attempt)).toMatchObject(row);
  });

  it.each(SWITCHES)('is nothing after 29 min with %s', async (witness) => {
    const { app, lostRenewal, moveTo, attempt: read } = await shopWith(engine, witness);
    const attempt = await lostRenewal();

    moveTo(attempt, 29 * MINUTE);
    await resolveDue(app);

    expect(await read(attempt)).toMatchObject(UNTOLD);
  });

  it('is not judged once another charge was sent on its mandate', async () => {
    const { app, given, lostRenewal, moveTo, attempt: read, set } = await shopWith(engine, 'auto');
    const attempt = await lostRenewal();
    const other = await given.orderInDoubt({ state: 'APPROVED' });
    await set(other.attempt, { mandateId: attempt.mandateId });

    moveTo(attempt, 31 * MINUTE);
    await resolveDue(app);

    expect(await read(attempt)).toMatchObject(UNTOLD);
  });
});

describe.each(ENGINES)('siblings on one mandate on %s', (engine) => {
  /** One is charged, the other is sent 2 s later; the status tells the charge's time a second later than its answer. */
  async function siblings(): Promise<Witnessed & { second: PaymentAttempt; status: Date }> {
    const shop = await shopWith(engine, 'auto');
    const second = await shop.lostRenewal({ sentAt: afterStart(2 * SECOND) });
    await shop.chargeAt(second, afterStart(0));
    const { tokenCipher, merchantCode, customerRef } = await shop.mandate(second);
    const token = shop.app.payments.vault().open(tokenCipher);
    const told = await shop.app.payments.provider('KAKAOPAY').mandateStatus({ token, merchantCode, customerRef });
    const status = told.kind === 'status' ? told.lastApprovedAt : undefined;
    if (!status) throw new Error('Bug: the status tells of no approval.');
    const { mandates: m } = shop.app.database.tables;
    const lastApprovedAt = new Date(status.getTime() - SECOND);
    await shop.app.database
      .update(m)
      .set({ lastApprovedAt })
      .where(eq(m.id, second.mandateId ?? ''));
    return { ...shop, second, status };
  }

  it('are not taken for each other when the status was read between them', async () => {
    const { app, moveTo, second, set, status, attempt: read } = await siblings();
    await set(second, { witnessBaseline: status });

    moveTo(second, 31 * MINUTE);
    expect(await resolveDue(app)).toMatchObject({ looked: 1, approved: 0 });

    expect(await read(second)).toMatchObject(RELEASED);
  });

  it('are left to a person when it was not', async () => {
    const { app, moveTo, second, attempt: read } = await siblings();

    moveTo(second, 31 * MINUTE);
    expect(await resolveDue(app)).toMatchObject({ looked: 1, approved: 0, notCharged: 0 });

    expect(await read(second)).toMatchObject(UNTOLD);
  });
});

describe.each(ENGINES)('a witness on %s that', (engine) => {
  it('is stale never books what was charged as not charged by default', async () => {
    const { app, charge, lostRenewal, moveTo, testify, attempt: read } = await shopWith(engine, 'approve');
    const attempt = await lostRenewal();
    await testify(attempt, { mode: 'stale' });
    await charge(attempt);

    moveTo(attempt, 31 * MINUTE);
    await resolveDue(app);

    expect(await read(attempt)).toMatchObject(proposed('NOT_CHARGED'));
  });

  it('is late books the charge when it tells of it', async () => {
    const { app, charge, lostRenewal, moveTo, testify, attempt: read } = await shopWith(engine, 'auto');
    const attempt = await lostRenewal();
    await charge(attempt);
    await testify(attempt, { mode: 'late', seconds: 600 });

    moveTo(attempt, MINUTE);
    expect(await resolveDue(app)).toMatchObject({ looked: 1, approved: 0 });
    moveTo(attempt, 20 * MINUTE);
    expect(await resolveDue(app)).toMatchObject({ looked: 1, approved: 1 });

    expect(await read(attempt)).toMatchObject(BOOKED);
  });

  it('tells of no approval at all proves nothing, and a person is asked after an hour', async () => {
    const { app, charge, lostRenewal, moveTo, testify, attempt: read } = await shopWith(engine, 'auto');
    const attempt = await lostRenewal();
    await charge(attempt);
    await testify(attempt, { mode: 'missing' });

    moveTo(attempt, 31 * MINUTE);
    await resolveDue(app);
    expect(await read(attempt)).toMatchObject(UNTOLD);
    moveTo(attempt, 60 * MINUTE);
    await resolveDue(app);

    expect(await read(attempt)).toMatchObject({ ...UNTOLD, needsOperator: true, operatorReason: 'UNKNOWN_UNRESOLVED' });
  });

  it('moved before the charge was sent proves nothing', async () => {
    const { app, chargeAt, lostRenewal, moveTo, attempt: read } = await shopWith(engine, 'auto');
    const attempt = await lostRenewal();
    await chargeAt(attempt, afterStart(-3 * 60 * MINUTE));

    moveTo(attempt, 31 * MINUTE);
    await resolveDue(app);

    expect(await read(attempt)).toMatchObject(UNTOLD);
  });

  it.each([
    ['off', UNTOLD],
    ['suggest', proposed('APPROVED')],
    ['approve', BOOKED],
    ['auto', BOOKED],
  ] as const)('was moved by a stranger is, with %s, %o', async (witness, row) => {
    const { app, lostRenewal, moveTo, testify, attempt: read } = await shopWith(engine, witness);
    const attempt = await lostRenewal();
    await testify(attempt, { mode: 'stranger', seconds: 10 });

    moveTo(attempt, MINUTE);
    await resolveDue(app);

    expect(await read(attempt)).toMatchObject(row);
  });
});
