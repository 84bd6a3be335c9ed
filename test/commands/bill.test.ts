import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BillReportSchema } from '../../src/billing/index.ts';
import { bundle, environmentFor, START, type Bundle } from '../support/bundle.ts';
import { runCli, startCli } from '../support/cli.ts';
import { tempDir } from '../support/databases.ts';
import { given } from '../support/given.ts';
import { HAS_TERMINAL, runInTerminal } from '../support/terminal.ts';
import { declining, LACKS_BALANCE } from '../billing/support.ts';

const environmentOf = (shop: Bundle) => ({ ...environmentFor(shop), PILLIVERY_CLOCK__NOW: START, NO_COLOR: '1' });

const shopOnDisk = () => bundle({ engine: 'sqlite' });

describe('pillivery bill', { timeout: 60_000 }, () => {
  it.each([
    [['--date', '2026-02-30'], 'DATE_INVALID'],
    [['--date', '2099-01-01'], 'DATE_IN_FUTURE'],
    [['--deadline', 'soon'], 'DEADLINE_INVALID'],
    [['--breaker-patience', '5'], 'LENGTH_INVALID'],
    [['--retry-after', 'later'], 'LENGTH_INVALID'],
    [['--only', ','], 'ONLY_EMPTY'],
    [['--only', '@/nowhere/ids.txt'], 'ONLY_UNREADABLE'],
    [['--limit', '0'], 'USAGE'],
    [['--concurrency', '257'], 'USAGE'],
    [['--rate', 'fast'], 'USAGE'],
    [['--resume'], 'USAGE'],
  ])('refuses %j with exit 2 and %s', async (words, code) => {
    const shop = await shopOnDisk();
    const { code: exit, stdout } = await runCli(['bill', '--json', ...words], environmentOf(shop));
    expect({ exit, code: JSON.parse(stdout).error.code }).toEqual({ exit: 2, code });
  });

  it('prints one report on stdout, progress as JSON lines on stderr, and figures for Prometheus', async () => {
    const shop = await shopOnDisk();
    await given(shop.app).subscriptions(30);
    const file = join(await tempDir(), 'bill.prom');
    const words = ['bill', '--date', '2026-11-20', '--json', '--concurrency', '4', '--metrics-file', file];
    const { code, stdout, stderr } = await runCli(words, environmentOf(shop));
    expect({ code, stderr: stderr.includes('Error') }).toEqual({ code: 0, stderr: false });
    expect(BillReportSchema.parse(JSON.parse(stdout))).toMatchObject({ totals: { approved: 30 }, runners: 1 });
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.at(-1)).toMatchObject({ event: 'bill.progress', businessDate: '2026-11-20', approved: 30 });
    const figures = await readFile(file, 'utf8');
    expect(figures).toContain('pillivery_bill_last_exit_code{job="renewal",business_zone="Asia/Seoul"} 0');
    expect(figures).toContain('outcome="approved",step="due"} 30');
    expect(figures).toContain('pillivery_bill_last_complete_timestamp_seconds');
  });

  it.skipIf(!HAS_TERMINAL)('shows a person at a terminal one line for each step, with what it counts', async () => {
    const shop = await shopOnDisk();
    await given(shop.app).subscriptions(30);
    await declining(shop, LACKS_BALANCE);
    const { code, lines } = await runInTerminal(['bill', '--date', '2026-11-20'], environmentOf(shop));
    expect(code).toBe(0);
    expect(lines.map((line) => line.replace(/[\d.]+(?=\/s| s$)/, 'N')).join('\n')).toMatchInlineSnapshot(`
      "✔ recover 0/≈31 · approved 0 · declined 0 · unknown 0 · N/s · circuit closed
      ✔ due 31/≈31 · approved 30 · declined 1 · unknown 0 · N/s · circuit closed
      ✔ retry-1 31/≈31 · approved 30 · declined 1 · unknown 0 · N/s · circuit closed
      ✔ retry-2 31/≈31 · approved 30 · declined 1 · unknown 0 · N/s · circuit closed
      ✔ retry-3 31/≈31 · approved 30 · declined 1 · unknown 0 · N/s · circuit closed
      ✔ notices 31/≈31 · approved 30 · declined 1 · unknown 0 · N/s · circuit closed
      ✔ resolve 31/≈31 · approved 30 · declined 1 · unknown 0 · N/s · circuit closed
      billed 2026-11-20: 31 due, 30 approved, 810,000 won
        1 declined, tried again on a later day
          1 × -782/LACK_BALANCE INSUFFICIENT_FUNDS
      completed in N s"
    `);
  });

  it('says what it did in words, and nothing else when it is to be quiet', async () => {
    const shop = await shopOnDisk();
    await given(shop.app).subscriptions(3);
    const { stdout, stderr } = await runCli(['bill', '--date', '2026-11-20', '--quiet'], environmentOf(shop));
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^billed 2026-11-20: 3 due, 3 approved, 81,000 won\ncompleted in [\d.]+ s\n$/);
  });

  it('looks back as far as it is told, and no further', async () => {
    const shop = await shopOnDisk();
    await given(shop.app).subscription({ nextBillingOn: '2026-11-10' });
    const bill = async (...words: string[]) => {
      const { code, stdout } = await runCli(['bill', '--json', '--quiet', ...words], environmentOf(shop));
      const { totals, overdueBeyondCatchUp } = BillReportSchema.parse(JSON.parse(stdout));
      return { code, approved: totals.approved, overdue: overdueBeyondCatchUp.count };
    };
    expect(await bill('--catch-up-days', '9')).toEqual({ code: 3, approved: 0, overdue: 1 });
    expect(await bill('--catch-up-days', '10')).toEqual({ code: 0, approved: 1, overdue: 0 });
  });

  it('ends soon after SIGTERM, leaves nothing SENT, and can be started again', async () => {
    const shop = await bundle({ engine: 'sqlite', latencyMs: 300 });
    await given(shop.app).subscriptions(200);
    const words = ['bill', '--date', '2026-11-20', '--json', '--quiet', '--concurrency', '8'];
    const { child, ended } = startCli(words, environmentOf(shop));
    await expect.poll(() => shop.sandbox.ledger().length, { timeout: 20_000 }).toBeGreaterThan(8);
    const asked = performance.now();
    child.kill('SIGTERM');
    const { code, stdout } = await ended;
    expect(code).toBe(75);
    expect(performance.now() - asked).toBeLessThan(10_000);
    expect(JSON.parse(stdout)).toMatchObject({ reasons: ['INTERRUPTED'] });
    const { paymentAttempts: t } = shop.app.database.tables;
    const attempts = await shop.app.database.select().from(t);
    expect(attempts.filter(({ state }) => state === 'SENT' || state === 'UNKNOWN')).toEqual([]);
    expect(attempts.filter(({ state }) => state === 'APPROVED')).toHaveLength(shop.sandbox.ledger().length);
  });

  it('leaves at once at a second signal, still with 75', async () => {
    const shop = await bundle({ engine: 'sqlite', latencyMs: 5_000 });
    await given(shop.app).subscriptions(20);
    const { child, ended } = startCli(['bill', '--date', '2026-11-20', '--json', '--quiet'], environmentOf(shop));
    await expect.poll(() => shop.sandbox.stats().inFlight, { timeout: 20_000 }).toBeGreaterThan(4);
    const asked = performance.now();
    child.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 100));
    child.kill('SIGTERM');
    expect((await ended).code).toBe(75);
    expect(performance.now() - asked).toBeLessThan(3_000);
  });

  it('runs again after an incomplete end, as often as told', async () => {
    const shop = await shopOnDisk();
    await given(shop.app).subscriptions(9);
    const words = [
      'bill',
      '--date',
      '2026-11-20',
      '--json',
      '--quiet',
      '--limit',
      '4',
      '--retries',
      '1',
      '--retry-after',
      '1s',
    ];
    const { code, stdout } = await runCli(words, environmentOf(shop));
    expect(code).toBe(75);
    expect(JSON.parse(stdout)).toMatchObject({ reasons: ['LIMIT'], runners: 1 });
    expect(shop.sandbox.ledger()).toHaveLength(8);
  });
});
