import { eq, inArray } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import { runBilling } from '../../src/billing/index.ts';
import { groupSettler } from '../../src/billing/settle-group.ts';
import { bundle } from '../support/bundle.ts';
import { ENGINES } from '../support/databases.ts';
import { given } from '../support/given.ts';

describe.each(ENGINES)('answers that are settled together on %s', (engine) => {
  it('are booked although one of them cannot be, and that one is kept on disk', async () => {
    const { app, sandbox } = await bundle({ engine });
    await given(app).subscriptions(5);
    sandbox.addFault({ match: { op: 'subscription' }, effect: { kind: 'commit_drop' } });
    await runBilling(app, { date: '2026-11-20' });
    const { paymentAttempts: t, billingCycles: c } = app.database.tables;
    const attempts = await app.database.select().from(t).where(eq(t.state, 'UNKNOWN'));
    expect(attempts).toHaveLength(5);
    const [poisoned, ...healthy] = attempts;
    // Nothing can be booked for an attempt whose cycle is gone.
    await app.database.delete(c).where(eq(c.subscriptionId, poisoned?.subscriptionId ?? ''));

    const settle = groupSettler(app);
    const approval = (amount: number, index: number) => ({
      kind: 'approved' as const,
      paymentId: `T000000000000000000${index}`,
      approvedAt: app.clock.now(),
      amounts: { total: amount, taxFree: 0 },
    });
    const settled = await Promise.allSettled(
      attempts.map((attempt, index) => settle({ attempt, outcome: approval(attempt.amount, index) })),
    );
    expect(settled.map(({ status }) => status).toSorted()).toEqual([...Array(4).fill('fulfilled'), 'rejected']);
    const ids = healthy.map(({ id }) => id);
    const booked = await app.database.select().from(t).where(inArray(t.id, ids));
    expect(booked.map(({ state }) => state)).toEqual(Array(4).fill('APPROVED'));
    expect(await app.payments.spool.waiting()).toHaveLength(1);
  });
});
