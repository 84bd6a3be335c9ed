import { asc, eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import { lookUpNow } from '../../src/payments/index.ts';
import type { PaymentAttempt } from '../../src/schema.ts';
import { openCheckout, pressOn } from '../support/checkout.ts';
import { ENGINES, type EngineName } from '../support/databases.ts';
import { MINUTE, shopInDoubt } from '../support/doubt.ts';

const ACTOR = { type: 'ADMIN', id: 'minji' } as const;
const LOST = { kind: 'commit_drop' } as const;

async function shop(engine: EngineName) {
  const doubt = await shopInDoubt({ engine });
  const { app } = doubt;
  const { auditLog } = app.database.tables;
  return {
    ...doubt,
    look: ({ publicId: attemptId }: PaymentAttempt) => lookUpNow(app, { attemptId, actor: ACTOR }),
    audit: () => app.database.select().from(auditLog).orderBy(asc(auditLog.id)),
  };
}

describe.each(ENGINES)('looking a payment up by hand on %s', (engine) => {
  it('settles one that was paid, in the name of who asked', async () => {
    const { audit, events, look, loseApproval, order } = await shop(engine);
    const { orderId, attempt } = await loseApproval(LOST);

    const looked = await look(attempt);

    expect(looked).toMatchObject({ applied: true, attempt: { state: 'APPROVED' }, found: { state: 'paid' } });
    expect(await order(orderId)).toMatchObject({ status: 'PAID' });
    expect((await events(attempt)).at(-1)).toMatchObject({
      toState: 'APPROVED',
      actor: 'ADMIN',
      data: { by: 'minji' },
    });
    expect(await audit()).toMatchObject([
      { action: 'payment.lookup', actorId: 'minji', before: { state: 'UNKNOWN' }, after: { state: 'APPROVED' } },
    ]);
  });

  it('releases one that the provider did not charge, at any age', async () => {
    const { app, look, set } = await shop(engine);
    const { attempt } = await openCheckout(app);
    await pressOn(attempt, 'cancel');
    await set(attempt, { state: 'UNKNOWN', sentAt: app.clock.now() });

    expect(await look(attempt)).toMatchObject({ applied: true, attempt: { state: 'NOT_CHARGED' } });
  });

  it('changes and notes nothing where nothing is proved', async () => {
    const { audit, given, look, attempt: read } = await shop(engine);
    const { attempt } = await given.orderInDoubt();

    expect(await look(attempt)).toMatchObject({ applied: false, found: { kind: 'inconclusive' } });

    expect(await read(attempt)).toMatchObject({ state: 'UNKNOWN', nextCheckAt: attempt.nextCheckAt });
    expect(await audit()).toEqual([]);
  });

  it('applies a finding once', async () => {
    const { audit, look, loseApproval } = await shop(engine);
    const { attempt } = await loseApproval(LOST);
    await look(attempt);

    expect(await look(attempt)).toMatchObject({ applied: false, attempt: { state: 'APPROVED' } });
    expect(await audit()).toHaveLength(1);
  });

  it('leaves a call alone whose answer may still come', async () => {
    const { look, loseApproval, set } = await shop(engine);
    const { attempt } = await loseApproval(LOST);
    await set(attempt, { state: 'SENT', nextCheckAt: new Date((attempt.sentAt?.getTime() ?? 0) + MINUTE) });

    expect(await look(attempt)).toMatchObject({ applied: false, attempt: { state: 'SENT' }, found: { state: 'paid' } });
  });

  it('takes up a call whose answer cannot come any more', async () => {
    const { look, loseApproval, moveTo, set } = await shop(engine);
    const { attempt } = await loseApproval(LOST);
    await set(attempt, { state: 'SENT', nextCheckAt: new Date((attempt.sentAt?.getTime() ?? 0) + MINUTE) });
    moveTo(attempt, 2 * MINUTE);

    expect(await look(attempt)).toMatchObject({ applied: true, attempt: { state: 'APPROVED' } });
  });

  it('finds an approval of what was closed, and calls a person instead of booking it', async () => {
    const { look, loseApproval, order, set } = await shop(engine);
    const { orderId, attempt } = await loseApproval(LOST);
    await set(attempt, { state: 'NOT_CHARGED', closeReason: 'RESOLVED_NOT_CHARGED' });

    const looked = await look(attempt);

    expect(looked.attempt).toMatchObject({ state: 'NOT_CHARGED', operatorReason: 'DUPLICATE_APPROVAL' });
    expect(await order(orderId)).toMatchObject({ status: 'PENDING_PAYMENT' });
  });

  it('finds that an approved payment was never made, and calls a person', async () => {
    const { app, look, set } = await shop(engine);
    const { attempt } = await openCheckout(app);
    await pressOn(attempt, 'cancel');
    await set(attempt, { state: 'APPROVED', sentAt: app.clock.now(), approvedAt: app.clock.now() });

    expect((await look(attempt)).attempt).toMatchObject({ state: 'APPROVED', operatorReason: 'AMOUNT_MISMATCH' });
  });

  it('is told when the provider is away', async () => {
    const { given, look, sandbox } = await shop(engine);
    const { attempt } = await given.orderInDoubt();
    await sandbox.close();

    await expect(look(attempt)).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
  });

  it('asks the mandate about a renewal', async () => {
    const { app, charge, given, look } = await shop(engine);
    const { attempt } = await given.renewalInDoubt();
    const { mandates: m } = app.database.tables;
    const monthAgo = new Date((attempt.sentAt?.getTime() ?? 0) - 30 * 24 * 60 * MINUTE);
    await app.database
      .update(m)
      .set({ lastApprovedAt: monthAgo })
      .where(eq(m.id, attempt.mandateId ?? ''));
    await charge(attempt);

    expect(await look(attempt)).toMatchObject({
      found: { kind: 'witnessed', moved: true },
      attempt: { state: 'APPROVED', operatorReason: 'REFERENCE_MISSING' },
    });
  });
});
