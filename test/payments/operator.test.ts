import { and, asc, eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import { acknowledge, attachReference, resolveAttempt, type Resolution } from '../../src/payments/index.ts';
import type { PaymentAttempt } from '../../src/schema.ts';
import { bundle, START } from '../support/bundle.ts';
import { ENGINES } from '../support/databases.ts';
import { givenAttempts } from '../support/given-attempts.ts';

const ACTOR = { type: 'ADMIN', id: 'minji' } as const;
const NOTE = 'seen in the merchant console';
const after = (minutes: number): Date => new Date(new Date(START).getTime() + minutes * 60_000);

async function shop(engine: (typeof ENGINES)[number]) {
  const { app, clock } = await bundle({ engine });
  const {
    paymentAttempts: t,
    paymentAttemptEvents: e,
    auditLog,
    orders,
    outboxEvents,
    subscriptions,
  } = app.database.tables;
  const only = async <T>(rows: PromiseLike<T[]>): Promise<T> => {
    const [row] = await rows;
    if (row === undefined) throw new Error('Bug: no such row.');
    return row;
  };
  return {
    app,
    clock,
    given: givenAttempts(app),
    resolve: ({ publicId: attemptId }: PaymentAttempt, resolution: Resolution, note = NOTE) =>
      resolveAttempt(app, { attemptId, resolution, note, actor: ACTOR }),
    attach: ({ publicId: attemptId }: PaymentAttempt, providerPaymentId: string) =>
      attachReference(app, { attemptId, providerPaymentId, note: NOTE, actor: ACTOR }),
    acknowledge: ({ publicId: attemptId }: PaymentAttempt) => acknowledge(app, { attemptId, note: NOTE, actor: ACTOR }),
    attempt: ({ id }: PaymentAttempt) => only(app.database.select().from(t).where(eq(t.id, id))),
    order: ({ id }: { id: string }) => only(app.database.select().from(orders).where(eq(orders.id, id))),
    subscriptionsOf: ({ id }: { id: string }) =>
      app.database.select().from(subscriptions).where(eq(subscriptions.originOrderId, id)),
    lastEvent: async ({ id }: PaymentAttempt) =>
      (await app.database.select().from(e).where(eq(e.attemptId, id)).orderBy(asc(e.id))).at(-1),
    audit: ({ publicId }: PaymentAttempt) =>
      app.database.select().from(auditLog).where(eq(auditLog.targetId, publicId)).orderBy(asc(auditLog.id)),
    told: async ({ id }: PaymentAttempt) =>
      app.database
        .select()
        .from(outboxEvents)
        .where(and(eq(outboxEvents.type, 'payment.needs_operator'), eq(outboxEvents.orderingKey, id))),
    set: ({ id }: PaymentAttempt, columns: Partial<PaymentAttempt>) =>
      app.database.update(t).set(columns).where(eq(t.id, id)),
  };
}

describe.each(ENGINES)('a payment in doubt on %s that a person says was approved', (engine) => {
  it('pays its order as by settlement', async () => {
    const { given, resolve, order, attempt } = await shop(engine);
    const doubtful = await given.orderInDoubt();

    await resolve(doubtful.attempt, { result: 'APPROVED', providerPaymentId: 'T1' });

    expect(await order(doubtful.order)).toMatchObject({ status: 'PAID', paidAttemptId: doubtful.attempt.id });
    expect(await attempt(doubtful.attempt)).toMatchObject({
      state: 'APPROVED',
      providerPaymentId: 'T1',
      approvedAt: doubtful.attempt.sentAt,
      liveKey: null,
      needsOperator: false,
    });
  });

  it('is told with actor and note in the history and in the audit log', async () => {
    const { given, resolve, lastEvent, audit } = await shop(engine);
    const doubtful = await given.orderInDoubt();

    await resolve(doubtful.attempt, { result: 'APPROVED', providerPaymentId: 'T1' });

    expect(await lastEvent(doubtful.attempt)).toMatchObject({
      fromState: 'UNKNOWN',
      toState: 'APPROVED',
      actor: 'ADMIN',
      note: NOTE,
      data: { by: 'minji', paymentId: 'T1' },
    });
    expect(await audit(doubtful.attempt)).toMatchObject([
      {
        actorType: 'ADMIN',
        actorId: 'minji',
        action: 'payment.resolve',
        before: { state: 'UNKNOWN' },
        after: { state: 'APPROVED', providerPaymentId: 'T1' },
        reason: NOTE,
      },
    ]);
  });

  it('starts its subscriptions, which ask for a method', async () => {
    const { given, resolve, subscriptionsOf } = await shop(engine);
    const doubtful = await given.startInDoubt();

    await resolve(doubtful.attempt, { result: 'APPROVED', providerPaymentId: 'T1' });

    expect(await subscriptionsOf(doubtful.order)).toMatchObject([{ status: 'ACTIVE', mandateId: null }]);
  });

  it('asks for the reference that it lacks', async () => {
    const { given, resolve, attempt, told } = await shop(engine);
    const doubtful = await given.renewalInDoubt();

    await resolve(doubtful.attempt, { result: 'APPROVED' });

    expect(await attempt(doubtful.attempt)).toMatchObject({
      state: 'APPROVED',
      needsOperator: true,
      operatorReason: 'REFERENCE_MISSING',
      mandateFence: null,
    });
    expect(await told(doubtful.attempt)).toHaveLength(1);
  });

  it('pays nothing twice', async () => {
    const { app, given, resolve, attempt, order } = await shop(engine);
    const doubtful = await given.orderInDoubt();
    const { orders } = app.database.tables;
    await app.database.update(orders).set({ status: 'CANCELLED' }).where(eq(orders.id, doubtful.order.id));

    await resolve(doubtful.attempt, { result: 'APPROVED', providerPaymentId: 'T1' });

    expect(await attempt(doubtful.attempt)).toMatchObject({ state: 'APPROVED', operatorReason: 'DUPLICATE_APPROVAL' });
    expect(await order(doubtful.order)).toMatchObject({ status: 'CANCELLED' });
  });

  it('is resolved once', async () => {
    const { given, resolve, audit } = await shop(engine);
    const { attempt } = await given.orderInDoubt();
    await resolve(attempt, { result: 'APPROVED', providerPaymentId: 'T1' });

    await expect(resolve(attempt, { result: 'APPROVED', providerPaymentId: 'T1' })).rejects.toMatchObject({
      code: 'ATTEMPT_STATE',
      facts: { state: 'APPROVED' },
    });
    expect(await audit(attempt)).toHaveLength(1);
  });

  it('is resolved by one of two who try at once', async () => {
    const { given, resolve, audit } = await shop(engine);
    const { attempt } = await given.orderInDoubt();

    const tries = await Promise.allSettled([
      resolve(attempt, { result: 'APPROVED', providerPaymentId: 'T1' }),
      resolve(attempt, { result: 'REFUNDED_OUTSIDE' }),
    ]);

    expect(tries.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(await audit(attempt)).toHaveLength(1);
  });

  it('is not given the payment id of another', async () => {
    const { given, resolve, attempt: read } = await shop(engine);
    const [first, second] = [await given.orderInDoubt(), await given.orderInDoubt()];
    await resolve(first.attempt, { result: 'APPROVED', providerPaymentId: 'T1' });

    const taken = resolve(second.attempt, { result: 'APPROVED', providerPaymentId: 'T1' });

    await expect(taken).rejects.toMatchObject({ code: 'REFERENCE_TAKEN' });
    expect(await read(second.attempt)).toMatchObject({ state: 'UNKNOWN' });
  });

  it('was approved neither before it was sent nor in the future', async () => {
    const { given, resolve } = await shop(engine);
    const { attempt } = await given.orderInDoubt();

    for (const approvedAt of [after(-5), after(5)]) {
      await expect(resolve(attempt, { result: 'APPROVED', approvedAt })).rejects.toMatchObject({
        code: 'APPROVED_AT_INVALID',
      });
    }
  });
});

describe.each(ENGINES)('a payment in doubt on %s that a person says was not charged', (engine) => {
  it('is released, so that its order can be paid again', async () => {
    const { clock, given, resolve, attempt, order, audit } = await shop(engine);
    const doubtful = await given.orderInDoubt();
    clock.moveTo(after(31));

    await resolve(doubtful.attempt, { result: 'NOT_CHARGED' });

    expect(await attempt(doubtful.attempt)).toMatchObject({
      state: 'NOT_CHARGED',
      closeReason: 'RESOLVED_NOT_CHARGED',
      liveKey: null,
      nextCheckAt: null,
    });
    expect(await order(doubtful.order)).toMatchObject({ status: 'PENDING_PAYMENT' });
    expect(await audit(doubtful.attempt)).toMatchObject([{ after: { state: 'NOT_CHARGED' }, reason: NOTE }]);
  });

  it('leaves its cycle to the next billing run', async () => {
    const { app, clock, given, resolve } = await shop(engine);
    const { attempt, cycle } = await given.renewalInDoubt();
    clock.moveTo(after(31));

    await resolve(attempt, { result: 'NOT_CHARGED' });

    const { billingCycles: c } = app.database.tables;
    const [open] = await app.database.select().from(c).where(eq(c.id, cycle.id));
    expect(open).toMatchObject({ status: 'OPEN', liveAttemptId: null });
  });

  it('is refused while the charge may still come true', async () => {
    const { clock, given, resolve, attempt: read } = await shop(engine);
    const { attempt } = await given.orderInDoubt();
    clock.moveTo(after(29));

    await expect(resolve(attempt, { result: 'NOT_CHARGED' })).rejects.toMatchObject({ code: 'MAY_STILL_BE_CHARGED' });
    expect(await read(attempt)).toMatchObject({ state: 'UNKNOWN' });
  });

  it('may be said to be refunded outside our books at once', async () => {
    const { given, resolve, attempt: read } = await shop(engine);
    const { attempt } = await given.orderInDoubt();

    await resolve(attempt, { result: 'REFUNDED_OUTSIDE' });

    expect(await read(attempt)).toMatchObject({ state: 'NOT_CHARGED', closeReason: 'REFUNDED_OUTSIDE' });
  });

  it('needs nobody any more, although its amount had been in question', async () => {
    const { clock, given, resolve, attempt: read } = await shop(engine);
    const { attempt } = await given.orderInDoubt({ needsOperator: true, operatorReason: 'AMOUNT_MISMATCH' });
    clock.moveTo(after(31));

    await resolve(attempt, { result: 'NOT_CHARGED' });

    expect(await read(attempt)).toMatchObject({ needsOperator: false, operatorReason: null });
  });
});

describe.each(ENGINES)('what a person says on %s', (engine) => {
  it.each([
    ['too short to be understood', '  short   '],
    ['longer than its column', 'n'.repeat(301)],
  ])('is refused when the note is %s', async (_, note) => {
    const { given, resolve, audit } = await shop(engine);
    const { attempt } = await given.orderInDoubt();

    await expect(resolve(attempt, { result: 'REFUNDED_OUTSIDE' }, note)).rejects.toMatchObject({
      kind: 'input',
      code: 'NOTE_LENGTH',
    });
    expect(await audit(attempt)).toEqual([]);
  });

  it.each(['CREATED', 'SENT', 'APPROVED', 'DECLINED', 'NOT_CHARGED'] as const)(
    'resolves no attempt that is %s',
    async (state) => {
      const { given, resolve } = await shop(engine);
      const { attempt } = await given.orderInDoubt({ state });

      await expect(resolve(attempt, { result: 'REFUNDED_OUTSIDE' })).rejects.toMatchObject({
        code: 'ATTEMPT_STATE',
        facts: { state },
      });
    },
  );

  it('is about a payment that exists', async () => {
    const { app } = await shop(engine);
    const request = { attemptId: 'pa_none', note: NOTE, actor: ACTOR };

    await expect(acknowledge(app, request)).rejects.toMatchObject({ code: 'ATTEMPT_NOT_FOUND' });
  });
});

describe.each(ENGINES)('attaching a reference on %s', (engine) => {
  const approvedWithout = {
    state: 'APPROVED',
    approvedAt: new Date(START),
    needsOperator: true,
    operatorReason: 'REFERENCE_MISSING',
  } as const;

  it('gives the approval its payment id and clears the alarm', async () => {
    const { given, attach, attempt: read, audit } = await shop(engine);
    const { attempt } = await given.renewalInDoubt(approvedWithout);

    await attach(attempt, 'T7');

    expect(await read(attempt)).toMatchObject({ state: 'APPROVED', providerPaymentId: 'T7', needsOperator: false });
    expect(await audit(attempt)).toMatchObject([
      { action: 'payment.attach_reference', before: { providerPaymentId: null }, after: { providerPaymentId: 'T7' } },
    ]);
  });

  it('is done once', async () => {
    const { given, attach } = await shop(engine);
    const { attempt } = await given.renewalInDoubt(approvedWithout);
    await attach(attempt, 'T7');

    await expect(attach(attempt, 'T8')).rejects.toMatchObject({ code: 'ATTEMPT_STATE', facts: { state: 'APPROVED' } });
  });

  it('refuses the payment id of another', async () => {
    const { given, attach, attempt: read } = await shop(engine);
    const first = await given.renewalInDoubt(approvedWithout);
    const second = await given.renewalInDoubt(approvedWithout);
    await attach(first.attempt, 'T7');

    await expect(attach(second.attempt, 'T7')).rejects.toMatchObject({ code: 'REFERENCE_TAKEN' });
    expect(await read(second.attempt)).toMatchObject({ providerPaymentId: null, needsOperator: true });
  });

  it('leaves a payment in doubt to be resolved', async () => {
    const { given, attach } = await shop(engine);
    const { attempt } = await given.orderInDoubt();

    await expect(attach(attempt, 'T7')).rejects.toMatchObject({ code: 'ATTEMPT_STATE', facts: { state: 'UNKNOWN' } });
  });
});

describe.each(ENGINES)('acknowledging on %s', (engine) => {
  it('clears the alarm of a finished matter, and tells who did', async () => {
    const { given, set, acknowledge, attempt: read, lastEvent, audit } = await shop(engine);
    const { attempt } = await given.orderInDoubt();
    await set(attempt, { state: 'APPROVED', needsOperator: true, operatorReason: 'DUPLICATE_APPROVAL' });

    await acknowledge(attempt);

    expect(await read(attempt)).toMatchObject({ state: 'APPROVED', needsOperator: false, operatorReason: null });
    expect(await lastEvent(attempt)).toMatchObject({
      fromState: 'APPROVED',
      toState: 'APPROVED',
      actor: 'ADMIN',
      note: NOTE,
      data: { by: 'minji', acknowledged: 'DUPLICATE_APPROVAL' },
    });
    expect(await audit(attempt)).toMatchObject([
      {
        action: 'payment.acknowledge',
        before: { operatorReason: 'DUPLICATE_APPROVAL' },
        after: { operatorReason: null },
      },
    ]);
  });

  it('is done once', async () => {
    const { given, acknowledge } = await shop(engine);
    const { attempt } = await given.orderInDoubt({
      state: 'NOT_CHARGED',
      needsOperator: true,
      operatorReason: 'CONFIG_REJECTED',
    });
    await acknowledge(attempt);

    await expect(acknowledge(attempt)).rejects.toMatchObject({ code: 'ATTEMPT_STATE' });
  });

  it('does not silence a payment in doubt', async () => {
    const { given, acknowledge } = await shop(engine);
    const { attempt } = await given.orderInDoubt({ needsOperator: true, operatorReason: 'UNKNOWN_UNRESOLVED' });

    await expect(acknowledge(attempt)).rejects.toMatchObject({ code: 'ATTEMPT_STATE', facts: { state: 'UNKNOWN' } });
  });
});
