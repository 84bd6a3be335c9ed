import { describe, expect, it } from 'vitest';
import { runBilling } from '../../src/billing/index.ts';
import { bundle } from '../support/bundle.ts';
import { ENGINES } from '../support/databases.ts';
import { given } from '../support/given.ts';

describe.each(ENGINES)('two mandates of one customer, due on one date, on %s', (engine) => {
  it('are charged one after the other: the provider takes one call of a customer at a time', async () => {
    const { app, sandbox } = await bundle({ engine, latencyMs: 60 });
    const user = await given(app).user();
    await given(app).subscriptions(2, { user });
    const report = await runBilling(app, { date: '2026-11-20' });
    expect(report).toMatchObject({ exitCode: 0, totals: { approved: 2, declinedSoft: 0, unknown: 0 } });
    const charges = sandbox.ledger().filter(({ op }) => op === 'charge');
    expect(charges.map(({ customer }) => customer)).toEqual([user.customerRef, user.customerRef]);
    const [first, second] = charges.map(({ at }) => Date.parse(at));
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(60);
  });
});
