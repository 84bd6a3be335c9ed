import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TEST_SECRETS } from '../support/bundle.ts';
import { runCli, startCli } from '../support/cli.ts';
import { tempDir } from '../support/databases.ts';

const PLAIN = { COLUMNS: '100', NO_COLOR: '1' };
const READY = { ...PLAIN, ...TEST_SECRETS };

/** A data folder whose database is at the level of this release. */
async function migratedFolder(): Promise<string> {
  const folder = await tempDir();
  expect(await runCli(['migrate', '--data-dir', folder], PLAIN)).toMatchObject({ code: 0 });
  return folder;
}

/** A port that somebody else listens on until the test is over. */
async function takenPort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return String((server.address() as AddressInfo).port);
}

/** The address that a server says it listens on. */
async function listeningUrl({ stdout }: ChildProcess): Promise<string> {
  if (!stdout) throw new Error('Bug: the process was started without a pipe.');
  const [said] = await once(stdout, 'data');
  return /http:\/\/\S+/.exec(String(said))?.[0] ?? '';
}

const withoutVersion = (help: string): string => help.replace(/^ {2}pillivery\/.*$/m, '  pillivery/…');

describe('--help', () => {
  it('lists the commands', async () => {
    const { code, stdout } = await runCli(['--help'], PLAIN);

    expect(code).toBe(0);
    expect(withoutVersion(stdout)).toMatchInlineSnapshot(`
      "CLI-managed, self-hosted commerce toolkit: orders, subscriptions and recurring billing through Korean payment providers

      VERSION
        pillivery/…

      USAGE
        $ pillivery [COMMAND]

      TOPICS
        bill      charge what is due, and look after what was charged
        catalog   what the shop sells
        events    events waiting to be delivered
        migrate   bring the database to the level of this release
        payments  look at payments, and settle what is in doubt
        user      people with an account

      COMMANDS
        bill     charge every subscription due on a day
        demo     see a customer subscribe, pay and be billed again, without any server
        events   list events that are not delivered
        migrate  bring the database to the level of this release
        openapi  print the OpenAPI 3.1 document of the HTTP API
        sandbox  run a stand-in for the payment providers
        seed     fill the database with a shop made up from a number
        serve    serve the HTTP API
        verify   look for rows that break what must always hold

      "
    `);
  });

  it('explains bill with its flags and exit codes', async () => {
    const { code, stdout } = await runCli(['bill', '--help'], PLAIN);

    expect(code).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "charge every subscription due on a day

      USAGE
        $ pillivery bill [--json] [--config FILE] [--data-dir DIR]
          [--debug] [--date YYYY-MM-DD] [--dry-run] [--only ID,…|@FILE] [--limit N]
          [--concurrency N] [--rate N] [--catch-up-days N] [--deadline 90m|HH:MM]
          [--breaker-patience 90s|5m|1h] [--join] [--retries N] [--retry-after
          90s|5m|1h] [--daemon] [--cron EXPR] [--quiet] [--metrics-file FILE]

      FLAGS
        --breaker-patience=90s|5m|1h  time in all to wait while a provider is down
        --catch-up-days=N             charge due dates up to so many days old;
                                      billing.catchUpDays if left out
        --concurrency=N               provider calls in flight; billing.concurrency if
                                      left out
        --cron=EXPR                   stay, and bill by this schedule
        --daemon                      stay, and bill every day at two in the night
        --date=YYYY-MM-DD             billing date; today in the shop time zone if
                                      left out
        --deadline=90m|HH:MM          take no more work after this
        --dry-run                     show what would be charged and what not, write
                                      and charge nothing
        --join                        work beside a live runner of the same date
        --limit=N                     charges to send at most; 75 when more remain
        --metrics-file=FILE           figures for Prometheus' textfile collector
        --only=ID,…|@FILE             just these subscriptions; such a run never
                                      completes the date
        --quiet                       no progress
        --rate=N                      charges per second at most
        --retries=N                   run again so often after exit 75
        --retry-after=90s|5m|1h       [default: 1h] time between such runs

      GLOBAL FLAGS
        --config=FILE   configuration file
        --data-dir=DIR  folder for the files of this machine
        --debug         show the stack of an error
        --json          Format output as json.

      DESCRIPTION
        charge every subscription due on a day

        Each billing cycle is charged at most once, however often this runs and
        wherever it was killed. There is
        nothing to resume: every start takes up what an earlier one has left. Charges
        whose answer was lost are
        unknown and are never sent again.

        Exit codes: 0 all settled, 1 a bug, 2 wrong words, 3 a person must look, 4
        another runner is at it, 75 run again,
        78 not set up. Several at once: 1, then 75, then 3.

      EXAMPLES
        $ pillivery bill

        $ pillivery bill --date 2026-11-22 --dry-run

        $ pillivery bill --concurrency 32 --deadline 04:30 --json

        $ pillivery bill --cron "0 2 * * *"

      COMMANDS
        bill explain    tell why something was or was not charged
        bill reconcile  compare the books with the provider and with themselves
        bill status     show how billing stands

      "
    `);
  });
});

describe('bill', () => {
  it('names a day that does not exist and leaves with 2', async () => {
    const ended = await runCli(['bill', '--date', '2026-02-30', '--data-dir', await migratedFolder()], READY);

    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain('2026-02-30 is no calendar day');
  });

  it('takes no words for a day and leaves with 2', async () => {
    const ended = await runCli(['bill', '--date', 'tomorrow', '--data-dir', await migratedFolder()], READY);

    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain('tomorrow is no calendar day');
  });

  it('bills no day that has not come, and leaves with 2', async () => {
    const ended = await runCli(['bill', '--date', '2999-01-01', '--data-dir', await migratedFolder()], READY);

    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain('DATE_IN_FUTURE');
  });

  it('leaves with 2 at a flag that it does not know', async () => {
    const ended = await runCli(['bill', '--no-such-flag'], PLAIN);

    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain('Nonexistent flag: --no-such-flag');
  });

  it('asks for pillivery migrate where the database has no tables, and leaves with 78', async () => {
    const ended = await runCli(['bill', '--data-dir', await tempDir()], READY);

    expect(ended).toMatchObject({ code: 78, stdout: '' });
    expect(ended.stderr).toContain('pillivery migrate');
  });

  it('names the variable of a missing provider key and leaves with 78', async () => {
    const ended = await runCli(['bill', '--data-dir', await migratedFolder()], PLAIN);

    expect(ended).toMatchObject({ code: 78, stdout: '' });
    expect(ended.stderr).toContain('PILLIVERY_PAYMENTS__KAKAOPAY__SECRET_KEY');
  });

  it('says an error as one JSON document with --json', async () => {
    const { code, stdout } = await runCli(['bill', '--json', '--data-dir', await migratedFolder()], PLAIN);

    expect(code).toBe(78);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'pillivery.error/1',
      error: { code: 'SECRET_MISSING', exitCode: 78, facts: { key: 'payments.kakaopay.secretKey' } },
    });
  });
});

describe('migrate', () => {
  it('applies what is missing the first time', async () => {
    const { code, stdout } = await runCli(['migrate', '--json', '--data-dir', await tempDir()], PLAIN);

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'pillivery.migrate/1',
      applied: expect.arrayContaining([expect.objectContaining({ number: 1 })]),
    });
  });

  it('does nothing the second time', async () => {
    const { code, stdout } = await runCli(['migrate', '--json', '--data-dir', await migratedFolder()], PLAIN);

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ applied: [] });
  });
});

describe('migrate status', () => {
  it('shows a migration as applied after migrate', async () => {
    const { code, stdout } = await runCli(['migrate', 'status', '--json', '--data-dir', await migratedFolder()], PLAIN);

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'pillivery.migrate-status/1',
      migrations: expect.arrayContaining([expect.objectContaining({ number: 1, state: 'applied' })]),
    });
  });

  it('shows a migration as pending before migrate', async () => {
    const { code, stdout } = await runCli(['migrate', 'status', '--json', '--data-dir', await tempDir()], PLAIN);

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      level: 0,
      migrations: expect.arrayContaining([expect.objectContaining({ number: 1, state: 'pending' })]),
    });
  });
});

describe('seed', () => {
  const sizes = '--items 500 --users 3 --orders 5 --subscriptions 2 --due-subscriptions 1 --due 2026-11-20';

  it('writes what it is asked for, and nothing when it is asked again', async () => {
    const args = ['seed', ...sizes.split(' '), '--json', '--data-dir', await migratedFolder()];
    const first = await runCli(args, READY);
    const second = await runCli(args, READY);

    expect([first.code, second.code]).toEqual([0, 0]);
    expect(JSON.parse(first.stdout)).toMatchObject({ schema: 'pillivery.seed/1', written: 510, items: 500 });
    expect(JSON.parse(second.stdout)).toMatchObject({ schema: 'pillivery.seed/1', written: 0, items: 500 });
  });

  it('leaves with 2 at a number that is none', async () => {
    const ended = await runCli(['seed', '--items', 'many'], READY);

    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain('Expected an integer but received: many');
  });
});

describe('serve', () => {
  it('leaves with 78 when its port is taken', async () => {
    const ended = await runCli(['serve', '--port', await takenPort(), '--data-dir', await migratedFolder()], READY);

    expect(ended).toMatchObject({ code: 78 });
    expect(ended.stderr).toContain('PORT_TAKEN');
  });

  it('answers /health/ready, and ends with 0 when it is asked to stop', async () => {
    const { child, ended } = startCli(['serve', '--port', '0', '--data-dir', await migratedFolder()], READY);
    onTestFinished(() => void child.kill('SIGKILL'));
    const url = await listeningUrl(child);
    const ready = await fetch(`${url}/health/ready`, { headers: { connection: 'close' } });
    expect(await ready.json()).toMatchObject({ status: 'ok', checks: { database: true, accepting: true } });

    child.kill('SIGTERM');

    expect(await ended).toMatchObject({ code: 0, signal: null });
  });
});

describe('sandbox', () => {
  it('leaves with 78 when its port is taken', async () => {
    const ended = await runCli(['sandbox', '--port', await takenPort()], PLAIN);

    expect(ended).toMatchObject({ code: 78, stdout: '' });
    expect(ended.stderr).toContain('PORT_TAKEN');
  });

  it('does not run in production', async () => {
    const ended = await runCli(['sandbox', '--port', '0'], { ...PLAIN, PILLIVERY_ENV: 'production' });

    expect(ended).toMatchObject({ code: 78, stdout: '' });
    expect(ended.stderr).toContain('NOT_IN_PRODUCTION');
  });

  it.each([
    [['--latency', 'slow'], '--latency does not understand slow'],
    [['--seed', 'x'], 'Expected an integer but received: x'],
    [['--fail-kind', 'http-500'], '--fail-kind needs --fail-rate or --ramp'],
    [['--colour', 'red'], 'Nonexistent flag: --colour'],
  ])('leaves with 2 at %j', async (words, sentence) => {
    const ended = await runCli(['sandbox', '--port', '0', ...words], PLAIN);

    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr.replaceAll(/\s+(›\s+)?/g, ' ')).toContain(sentence);
  });

  it('does what its flags say, tells its seed, and ends with 0 when it is asked to stop', async () => {
    const flags = '--port 0 --clock virtual=2026-11-24T12:00:00+09:00 --seed 7 --latency 5 --fail-rate 100%';
    const { child, ended } = startCli(['sandbox', ...flags.split(' '), '--fail-kind', 'decline:-797'], PLAIN);
    onTestFinished(() => void child.kill('SIGKILL'));
    const url = await listeningUrl(child);
    const headers = { connection: 'close' };
    const clock = await fetch(`${url}/sandbox/clock`, { headers });
    expect(await clock.json()).toMatchObject({ virtual: true, seoul: expect.stringMatching(/^2026-11-24T12:00/) });
    expect(await (await fetch(`${url}/sandbox/faults`, { headers })).json()).toMatchObject({
      faults: [{ id: 'fail-rate', effect: { kind: 'decline', code: -797 } }],
    });

    child.kill('SIGTERM');

    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(stdout).toContain(`control page ${url}/sandbox, seed 7`);
  });
});

describe('wrong words', () => {
  it('suggests the command that was meant and leaves with 2', async () => {
    const ended = await runCli(['bil'], PLAIN);

    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain('Try this: pillivery bill');
  });

  it('suggests the variable that was meant and leaves with 78', async () => {
    const ended = await runCli(['migrate', '--data-dir', await tempDir()], { ...PLAIN, PILLIVERY_HTTP__PROT: '80' });

    expect(ended).toMatchObject({ code: 78, stdout: '' });
    expect(ended.stderr).toContain('did you mean PILLIVERY_HTTP__PORT?');
  });
});

describe('wrong words', () => {
  it.each([
    ['bill', '--no-such-flag'],
    ['seed', '--items=-1'],
    ['bill', '--date', '2026-02-30'],
  ])('are told in one JSON document with exit 2, before any database is opened: %s %s', async (...words) => {
    const { code, stdout } = await runCli([...words, '--json', '--data-dir', await tempDir()], PLAIN);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'pillivery.error/1', error: { exitCode: 2, facts: {} } });
  });
});
