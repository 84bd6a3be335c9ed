import { describe, expect, it } from 'vitest';
import { bundle, environmentFor, START } from '../support/bundle.ts';
import { runCli } from '../support/cli.ts';
import { ENGINES } from '../support/databases.ts';
import { given } from '../support/given.ts';

describe.each(ENGINES)('two bill processes started at once on %s', (engine) => {
  it('work one after the other: one bills all 500, the other finds the lease taken', async () => {
    const { app, sandbox, databaseUrl } = await bundle({ engine, latencyMs: 5 });
    await given(app).subscriptions(500);
    const environment = { ...environmentFor({ databaseUrl, sandbox }), PILLIVERY_CLOCK__NOW: START };
    const bill = ['bill', '--date', '2026-11-20', '--json'];

    const ended = await Promise.all([runCli(bill, environment), runCli(bill, environment)]);

    expect(ended.map(({ code }) => code).toSorted((a, b) => Number(a) - Number(b))).toEqual([0, 4]);
    const [winner, loser] = ended[0].code === 0 ? ended : ended.toReversed();
    expect(JSON.parse(winner?.stdout ?? '')).toMatchObject({
      outcome: 'completed',
      totals: { selected: 500, approved: 500 },
    });
    expect(JSON.parse(loser?.stdout ?? '')).toMatchObject({ error: { code: 'BILLING_RUNNING', exitCode: 4 } });
    expect(sandbox.ledger()).toHaveLength(500);
    expect(new Set(sandbox.ledger().map(({ customer }) => customer)).size).toBe(500);
  });
});
