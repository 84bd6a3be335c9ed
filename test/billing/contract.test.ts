import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runBilling, writeMetricsFile } from '../../src/billing/index.ts';
import { exitCodeOf, REASONS, type Reason } from '../../src/billing/reasons.ts';
import { bundle, type Bundle } from '../support/bundle.ts';
import { ENGINES, tempDir } from '../support/databases.ts';
import { given } from '../support/given.ts';
import { attemptsOf, billOn, declining, LACKS_BALANCE, moveTo, TODAY } from './support.ts';

/** All rows of all tables, to prove that nothing was written. */
async function everything({ app: { database } }: Bundle): Promise<string> {
  const rows = [];
  for (const table of Object.values(database.tables)) rows.push(await database.select().from(table));
  return JSON.stringify(rows);
}

describe.each(ENGINES)('the contract of a run on %s', { timeout: 60_000 }, (engine) => {
  it('dry: says what would happen and why not, and changes nothing anywhere', async () => {
    const shop = await bundle({ engine });
    await given(shop.app).subscriptions(3);
    const soldOut = await given(shop.app).subscription({ item: await given(shop.app).item({ status: 'SOLD_OUT' }) });
    const without = await given(shop.app).subscription({ mandateId: null });
    const again = await declining(shop, LACKS_BALANCE, { times: 1, nextBillingOn: '2026-11-19' });
    await billOn(shop, '2026-11-19');
    moveTo(shop, TODAY);
    const before = await everything(shop);
    const calls = shop.sandbox.requests().length;

    const dry = await runBilling(shop.app, { dryRun: true });
    expect(dry).toMatchObject({ dryRun: true, exitCode: 0, runId: null });
    expect(dry.wouldNotCharge).toEqual([
      { subscriptionId: soldOut.id, dueOn: TODAY, reason: 'SKIP_SOLD_OUT' },
      { subscriptionId: without.id, dueOn: TODAY, reason: 'HOLD_WITHOUT_METHOD' },
    ]);
    expect(await everything(shop)).toBe(before);
    expect(shop.sandbox.requests()).toHaveLength(calls);

    const real = await runBilling(shop.app);
    expect(real.steps).toEqual(dry.steps);
    expect(await attemptsOf(shop, again.id)).toHaveLength(2);
  });

  it('--only charges just these, under all the usual rules, and completes nothing', async () => {
    const shop = await bundle({ engine });
    const [first] = await given(shop.app).subscriptions(3);
    const later = await given(shop.app).subscription({ nextBillingOn: '2026-11-25' });
    const only = [first?.id ?? '', later.id, 'nobody'];
    expect(await billOn(shop, TODAY, { only })).toMatchObject({ exitCode: 0, totals: { selected: 1, approved: 1 } });
    const { billingRuns } = shop.app.database.tables;
    expect(await shop.app.database.select().from(billingRuns)).toMatchObject([{ status: 'INCOMPLETE' }]);
    expect(await runBilling(shop.app, { date: TODAY })).toMatchObject({ totals: { approved: 2 } });
    expect(await shop.app.database.select().from(billingRuns)).toMatchObject([{ status: 'COMPLETED' }]);
  });

  it('--limit sends so many and says that more remain', async () => {
    const shop = await bundle({ engine });
    await given(shop.app).subscriptions(20);
    const report = await billOn(shop, TODAY, { limit: 7 });
    expect(report).toMatchObject({ exitCode: 75, reasons: ['LIMIT'], totals: { approved: 7, left: 13 } });
    expect(shop.sandbox.ledger()).toHaveLength(7);
    expect(await runBilling(shop.app, { limit: 13 })).toMatchObject({ exitCode: 0, totals: { approved: 13 } });
  });

  it('takes no work after its deadline, and the same date can be finished later', async () => {
    const shop = await bundle({ engine, latencyMs: 50, settings: { PILLIVERY_BILLING__CONCURRENCY: '2' } });
    await given(shop.app).subscriptions(100);
    const report = await billOn(shop, TODAY, { deadline: '1s' });
    expect(report).toMatchObject({ exitCode: 75, reasons: ['DEADLINE'] });
    expect(report.totals.approved + report.totals.left).toBeLessThanOrEqual(100);
    expect(report.totals.approved).toBe(shop.sandbox.ledger().length);
    expect(report.totals.approved).toBeLessThan(100);
  });
});

it('a second run of a finished date selects nothing and sends nothing', async () => {
  const shop = await bundle();
  await given(shop.app).subscriptions(5);
  await billOn(shop, TODAY);
  const calls = shop.sandbox.requests().length;
  expect(await runBilling(shop.app, { date: TODAY })).toMatchObject({ exitCode: 0, totals: { selected: 0 } });
  expect(shop.sandbox.requests()).toHaveLength(calls);
});

it('--rate keeps to so many charges a second', async () => {
  const shop = await bundle();
  await given(shop.app).subscriptions(12);
  const started = performance.now();
  await billOn(shop, TODAY, { rate: 20 });
  expect(performance.now() - started).toBeGreaterThan((11 * 1_000) / 20);
});

it('--deadline takes a length or a time of day, and nothing else', async () => {
  const shop = await bundle();
  await expect(billOn(shop, TODAY, { deadline: 'soon' })).rejects.toMatchObject({ code: 'DEADLINE_INVALID' });
  await expect(billOn(shop, TODAY, { deadline: '25:00' })).rejects.toMatchObject({ code: 'DEADLINE_INVALID' });
  expect(await billOn(shop, TODAY, { deadline: '23:00' })).toMatchObject({ exitCode: 0 });
});

describe('the exit code', () => {
  it.each(Object.entries(REASONS))('of %s alone is its own', (reason, { exitCode }) => {
    expect(exitCodeOf([reason as Reason])).toBe(exitCode);
  });

  it('of two reasons is 1 before 75 before 3', () => {
    const reasons = Object.keys(REASONS) as Reason[];
    const rank = [1, 75, 3];
    for (const one of reasons) {
      for (const other of reasons) {
        const codes = [REASONS[one].exitCode, REASONS[other].exitCode] as number[];
        expect(exitCodeOf([one, other])).toBe(rank.find((code) => codes.includes(code)));
      }
    }
    expect(exitCodeOf([])).toBe(0);
  });
});

it('writes its figures for Prometheus whole or not at all, whoever reads them meanwhile', async () => {
  const shop = await bundle();
  await given(shop.app).subscription();
  const report = await billOn(shop, TODAY);
  const file = join(await tempDir(), 'bill.prom');
  await writeMetricsFile(shop.app, file, report);
  const whole = await readFile(file, 'utf8');
  const seen = new Set<string>();
  for (let write = 0; write < 100; write += 1) {
    const reads = Array.from({ length: 4 }, async () => seen.add(await readFile(file, 'utf8')));
    await Promise.all([writeMetricsFile(shop.app, file, report), ...reads]);
  }
  expect([...seen]).toEqual([whole]);
  expect(whole.endsWith('\n')).toBe(true);
});

it('counts the same in the report as in the books', async () => {
  const shop = await bundle();
  await given(shop.app).subscriptions(10);
  await declining(shop, LACKS_BALANCE);
  await declining(shop, { code: -751 });
  const { totals } = await billOn(shop, TODAY);
  const { paymentAttempts: t, orders } = shop.app.database.tables;
  const attempts = await shop.app.database.select().from(t);
  const outcomes = (outcome: string): number => attempts.filter((row) => row.outcome === outcome).length;
  expect(totals.approved).toBe(outcomes('APPROVED'));
  expect(totals.declinedSoft).toBe(outcomes('DECLINED_SOFT'));
  expect(totals.declinedHard).toBe(outcomes('DECLINED_HARD'));
  const paid = await shop.app.database.select().from(orders);
  expect(totals.amountApproved).toBe(paid.reduce((sum, { payAmount }) => sum + payAmount, 0));
});
