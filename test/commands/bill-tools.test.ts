import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import {
  BillReportSchema,
  ExplainDocument,
  ReconcileDocument,
  StatusDocument,
  VerifyDocument,
} from '../../src/billing/index.ts';
import { bundle, environmentFor, START, type Bundle } from '../support/bundle.ts';
import { runCli, startCli } from '../support/cli.ts';
import { given } from '../support/given.ts';
import { givenAttempts } from '../support/given-attempts.ts';
import { attemptsOf, billOn, declining, LACKS_BALANCE, TODAY } from '../billing/support.ts';

const NOTE = ['--note', 'seen in the merchant console'];

async function shopOnDisk() {
  const shop = await bundle({ engine: 'sqlite' });
  const environment = { ...environmentFor(shop), PILLIVERY_CLOCK__NOW: START, NO_COLOR: '1', COLUMNS: '100' };
  const run = (...words: string[]) => runCli(words, environment);
  return { ...shop, environment, run };
}

/** What differs from run to run. */
const plain = (text: string): string =>
  text
    .replaceAll(/pa_[0-9a-z]{26}/g, 'pa_…')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
    .replaceAll(/\d{2}:\d{2}:\d{2}/g, 'HH:MM:SS')
    .replaceAll(/[\d.]+ s\b/g, 'N s')
    .replaceAll(/(?<=\S) {2,}/g, '  '); // columns are as wide as what stands in them

async function declinedShop() {
  const shop = await shopOnDisk();
  await given(shop.app).subscriptions(2);
  const declined = await declining(shop, LACKS_BALANCE);
  await billOn(shop, TODAY);
  return { ...shop, declined };
}

describe('bill status', { timeout: 60_000 }, () => {
  it('shows a person how billing stands', async () => {
    const { run } = await declinedShop();
    const { code, stdout } = await run('bill', 'status');
    expect(code).toBe(0);
    expect(plain(stdout)).toMatchInlineSnapshot(`
      "2026-11-20 HH:MM:SS, Asia/Seoul

      date  status  exit  took  due  approved  declined  unknown  amount
      2026-11-20  COMPLETED  0  N s  3  2  1  0  54,000 won

      unknown  none
      for a person  nothing
      open cycles  1 at step 2
      due  11-20: 0 · 11-21: 0 and 1 again · 11-22: 0 · 11-23: 0 · 11-24: 0 · 11-25: 0 · 11-26: 0

      healthy
      "
    `);
  });

  it('leaves with the code of its check, and tells a machine why', async () => {
    const { run } = await shopOnDisk();
    expect(await run('bill', 'status')).toMatchObject({ code: 0 });
    const { code, stdout } = await run('bill', 'status', '--check', '--max-age', '26h', '--json');
    expect(code).toBe(75);
    expect(StatusDocument.parse(JSON.parse(stdout)).health.problems).toHaveLength(2);
  });
});

describe('bill explain', { timeout: 60_000 }, () => {
  it('tells a person the story and its end', async () => {
    const { run, declined } = await declinedShop();
    const { code, stdout } = await run('bill', 'explain', declined.id);
    expect(code).toBe(0);
    expect(plain(stdout)).toMatchInlineSnapshot(`
      "subscription  ID, PAST_DUE
      item  오메가3 골드 60캡슐 × 1, every 30 days
      next date  2026-11-20
      paid with  카카오페이머니, ACTIVE

      2026-11-20 HH:MM:SS  cycle 2 opened: 27,000 won due on 2026-11-20
      2026-11-20 HH:MM:SS  attempt pa_… – → CREATED, RENEWAL try 1 of 27,000 won, SYSTEM
      2026-11-20 HH:MM:SS  attempt pa_… CREATED → SENT, SYSTEM
        {"runner":"ID"}
      2026-11-20 HH:MM:SS  attempt pa_… SENT → DECLINED, PROVIDER
        {"kind":"declined_soft","group":"INSUFFICIENT_FUNDS","codes":{"code":"-782/LACK_BALANCE","message":"scripted: LACK_BALANCE"}}
      2026-11-20 HH:MM:SS  notice payment.failed, PENDING
        {"subscriptionId":"ID","userId":"ID","cycle":2,"attemptId":"pa_…","reasonGroup":"INSUFFICIENT_FUNDS","notice":"FIRST","nextTryOn":"2026-11-21"}
      2026-11-20 HH:MM:SS  subscription ID began: 오메가3 골드 60캡슐 × 1 every 30 days

      Not charged: try 1 for cycle 2, due on 2026-11-20, was declined on 2026-11-20 (INSUFFICIENT_FUNDS, -782/LACK_BALANCE); it is tried again on 2026-11-21, step 2 of 4.
      "
    `);
  });

  it('tells a machine the same, and does not find what is not there', async () => {
    const { run, declined } = await declinedShop();
    const { stdout } = await run('bill', 'explain', declined.id, '--json');
    expect(ExplainDocument.parse(JSON.parse(stdout))).toMatchObject({ about: 'subscription', reference: declined.id });
    expect(await run('bill', 'explain', 'pa_nothing')).toMatchObject({ code: 1 });
  });
});

describe('bill reconcile', { timeout: 60_000 }, () => {
  it('tells a person what was compared, and leaves with 0 when nothing differs', async () => {
    const { run } = await declinedShop();
    const { code, stdout } = await run('bill', 'reconcile');
    expect(code).toBe(0);
    expect(plain(stdout)).toMatchInlineSnapshot(`
      "compared 2026-11-17 to 2026-11-20
      R2  approved payments against the provider: 2 looked at, none differs
      R4  rules that the books keep: 6 looked at, none differs
      clean
      "
    `);
  });

  it('leaves with 3 and names what is in doubt, and does what it is told', async () => {
    const shop = await shopOnDisk();
    const { run } = shop;
    const { id } = await given(shop.app).subscription();
    shop.sandbox.addFault({ match: { op: 'subscription' }, effect: { kind: 'drop' } });
    await billOn(shop, TODAY);
    const [attempt] = await attemptsOf(shop, id);
    if (!attempt) throw new Error('Bug: nothing was tried.');
    const asked = await run('bill', 'reconcile', '--unknown-only', '--json');
    expect(asked.code).toBe(3);
    expect(ReconcileDocument.parse(JSON.parse(asked.stdout)).differences).toMatchObject([{ id: attempt.publicId }]);

    const decided = await run(
      'bill',
      'reconcile',
      '--resolve',
      `${attempt.publicId}=not-charged`,
      ...NOTE,
      '--by',
      'kim',
    );
    expect(decided.code).toBe(0);
    expect(plain(decided.stdout)).toContain('resolve  pa_…  done: NOT_CHARGED');
  });

  it('refuses words that make no sense before it does anything', async () => {
    const { run } = await shopOnDisk();
    const codeOf = async (...words: string[]) => {
      const { code, stdout } = await run('bill', 'reconcile', '--json', ...words);
      return [code, JSON.parse(stdout).error.code];
    };
    expect(await codeOf('--after-restore')).toEqual([2, 'NOTE_MISSING']);
    expect(await codeOf('--resolve', 'pa_1=maybe', ...NOTE)).toEqual([2, 'RESOLUTION_INVALID']);
    expect(await codeOf('--from', '2026-11-20', '--to', '2026-11-19')).toEqual([2, 'WINDOW_INVALID']);
    expect(await codeOf('--audit', '/nowhere/ledger.jsonl')).toEqual([2, 'TEXT_NOT_FOUND']);
    expect(await codeOf('--attempt', 'pa_nothing')).toEqual([1, 'ATTEMPT_NOT_FOUND']);
  });
});

describe('verify', { timeout: 60_000 }, () => {
  it('tells a person what holds', async () => {
    const { run } = await declinedShop();
    const { code, stdout } = await run('verify');
    expect(code).toBe(0);
    expect(plain(stdout)).toMatchInlineSnapshot(`
      "V1  holds  the totals of an order are the sums of its lines
      V2  holds  a paid order has exactly one approved payment of its amount
      V3  holds  a paid cycle has exactly one approved payment and one order
      V4  holds  what was given back is what the refunds say, and never more than was paid
      V5  holds  statuses and dates of a subscription fit its cycles
      V6  holds  live keys and fences stand exactly where a payment is under way
      V8  holds  copies of an item equal the item
      V9  holds  nothing waits longer than it may
      V10  holds  the history of a payment leads to its state
      V12  holds  migrations were applied as this release has them
      V13  holds  a mandate stands exactly as long as a subscription needs it
      V14  holds  an open cycle knows its payment, and a closed one has none under way

      the books are in order, N s
      "
    `);
  });

  it('leaves with 3 and names the rows that break something', async () => {
    const { run, app } = await shopOnDisk();
    const { attempt } = await givenAttempts(app).renewalInDoubt({ mandateFence: null });
    const { code, stdout } = await run('verify', '--only', 'v6', '--json');
    expect(code).toBe(3);
    expect(VerifyDocument.parse(JSON.parse(stdout)).breaches).toMatchObject([{ check: 'V6', id: attempt.publicId }]);
    expect(await run('verify', '--only', 'V77')).toMatchObject({ code: 2 });
  });

  it('names a changed migration, for which every other command refuses to work', async () => {
    const { run, app } = await shopOnDisk();
    await app.database.raw('update schema_migrations set checksum = ? where number = 2', ['0'.repeat(64)]);
    const { code, stdout } = await run('verify', '--json');
    expect(code).toBe(3);
    expect(VerifyDocument.parse(JSON.parse(stdout)).breaches).toMatchObject([{ check: 'V12', id: '0002_payments' }]);
    expect(await run('bill')).toMatchObject({ code: 78 });
  });
});

describe('bill --daemon', { timeout: 60_000 }, () => {
  const firstReport = async ({ environment }: { environment: Record<string, string | undefined> }, words: string[]) => {
    const started = startCli(['bill', '--json', ...words], environment);
    const { stdout } = started.child;
    if (!stdout) throw new Error('Bug: nothing is heard of the process.');
    const [line] = (await once(stdout, 'data')) as [Buffer];
    return { ...started, report: BillReportSchema.parse(JSON.parse(line.toString())) };
  };

  it('makes up for the slot that passed, stays, and leaves with 0 when it is told to', async () => {
    const shop = await shopOnDisk();
    await given(shop.app).subscriptions(2);
    const { child, ended, report } = await firstReport(shop, ['--cron', '30 8 * * *']);
    expect(report).toMatchObject({ businessDate: TODAY, totals: { approved: 2 } });
    expect(child.exitCode).toBeNull();
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, signal: null });
  });

  it('ends a run under way as incomplete when it is told to leave', async () => {
    const shop = await shopOnDisk();
    await given(shop.app).subscriptions(40);
    shop.sandbox.addFault({ match: { op: 'subscription' }, effect: { kind: 'delay', wait: 500 } });
    const { child, ended } = startCli(['bill', '--daemon', '--json', '--concurrency', '1'], shop.environment);
    await untilCharged(shop);
    child.kill('SIGTERM');
    const { code, stdout } = await ended;
    expect(code).toBe(75);
    expect(BillReportSchema.parse(JSON.parse(stdout))).toMatchObject({ reasons: ['INTERRUPTED'] });
  });

  it.each([
    [['--cron', 'soon'], 'CRON_INVALID'],
    [['--daemon', '--date', '2026-11-20'], 'USAGE'],
  ])('refuses %j', async (words, code) => {
    const { run } = await shopOnDisk();
    const { code: exit, stdout } = await run('bill', '--json', ...words);
    expect([exit, JSON.parse(stdout).error.code]).toEqual([2, code]);
  });
});

async function untilCharged({ sandbox }: Bundle): Promise<void> {
  while (sandbox.ledger().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
}
