import { execFile } from 'node:child_process';
import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import Bill from '../../commands/bill/index.ts';
import { EXIT_CODES } from '../../src/cli/exit-codes.ts';
import { ROOT } from '../support/environment.ts';
import { tempDir } from '../support/databases.ts';

const UNITS = join(ROOT, 'templates', 'systemd');
const CRON = join(ROOT, 'templates', 'cron', 'pillivery-bill');

interface Output {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end; one that cannot be started fails the test. */
async function run(file: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Output> {
  try {
    const { stdout, stderr } = await promisify(execFile)(file, args, { env: { ...process.env, ...env } });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number | string; stdout: string; stderr: string };
    if (typeof code !== 'number') throw error;
    return { code, stdout, stderr };
  }
}

async function stub(file: string, script: string): Promise<string> {
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

/** The units as they are, in a folder of their own, with a stand-in for the installed binary. */
async function installed(change = (text: string): string => text): Promise<{ folder: string; units: string[] }> {
  const folder = await tempDir();
  const binary = await stub(join(folder, 'pillivery'), 'exit 0');
  const units = [];
  for (const name of await readdir(UNITS)) {
    const text = await readFile(join(UNITS, name), 'utf8');
    const unit = join(folder, name.replace('@.', '@pillivery-bill.service.'));
    await writeFile(join(folder, name), change(text).replaceAll('/usr/bin/pillivery', binary));
    if (name.includes('@')) await writeFile(unit, change(text));
    units.push(unit);
  }
  return { folder, units };
}

async function verify(change?: (text: string) => string): Promise<Output> {
  const { folder, units } = await installed(change);
  return run('systemd-analyze', ['verify', ...units], { SYSTEMD_UNIT_PATH: `${folder}:` });
}

/** Settings of a unit by key; one that is given twice would be a mistake. */
async function settingsOf(unit: string): Promise<Record<string, string>> {
  const lines = (await readFile(join(UNITS, unit), 'utf8')).split('\n').filter((line) => /^\w+=/.test(line));
  const pairs = lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const);
  expect(new Set(pairs.map(([key]) => key)).size).toBe(pairs.length);
  return Object.fromEntries(pairs);
}

const HOURS = { '1h': 1, '2h': 2, '6h': 6 } as const;
const hours = (text: string | undefined): number => HOURS[text as keyof typeof HOURS];

describe('the units of the billing run', () => {
  it('are what systemd accepts, without a warning', async () => {
    expect(await verify()).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('would not be accepted with a misspelt key or without the binary', async () => {
    expect((await verify((text) => text.replace('StartLimitBurst', 'StartLimitBurts'))).stderr).toContain(
      'Unknown key',
    );
    const elsewhere = await verify((text) => text.replace('/usr/bin/pillivery bill', '/usr/bin/pillivory bill'));
    expect(elsewhere.stderr).toContain('not executable');
  });

  it('start the run at two in Seoul, whatever the machine’s zone, and make up for a missed night', async () => {
    const { OnCalendar = '', Persistent, AccuracySec } = await settingsOf('pillivery-bill.timer');
    expect({ Persistent, AccuracySec }).toEqual({ Persistent: 'true', AccuracySec: '1s' });
    const base = ['--base-time=2026-11-19 12:00:00 UTC', '--iterations=2', OnCalendar];
    const { stdout } = await run('systemd-analyze', ['calendar', ...base], { TZ: 'UTC' });
    expect(stdout).toMatch(/Next elapse: Thu 2026-11-19 17:00:00 UTC/);
    expect(stdout).toMatch(/Iter\. #2: Fri 2026-11-20 17:00:00 UTC/);
  });

  it('repeat an incomplete run by the hour, three times, and then stop', async () => {
    const unit = await settingsOf('pillivery-bill.service');
    expect(unit).toMatchObject({ Type: 'oneshot', Restart: 'on-failure', RestartSec: '1h', StartLimitBurst: '4' });
    // Shorter, and the first start would be forgotten before the third repeat: it would go on for ever.
    expect(hours(unit['StartLimitIntervalSec'])).toBeGreaterThan(3 * hours(unit['RestartSec']));
    expect(unit).toMatchObject({
      TimeoutStartSec: '2h',
      TimeoutStopSec: '60',
      OnFailure: 'pillivery-alert@%n.service',
    });
  });

  it.each([
    ['done', 'nothing'],
    ['failed', 'restart'],
    ['usage', 'alert'],
    ['personNeeded', 'alert'],
    ['taken', 'nothing'],
    ['notFinished', 'restart'],
    ['configuration', 'alert'],
  ] as const)('answer the exit code "%s" with: %s', async (name, reaction) => {
    const unit = await settingsOf('pillivery-bill.service');
    const code = String(EXIT_CODES[name].code);
    const isIn = (list: string | undefined): boolean => (list ?? '').split(' ').includes(code);
    const isSuccess = code === '0' || isIn(unit['SuccessExitStatus']);
    const answer = isSuccess ? 'nothing' : isIn(unit['RestartPreventExitStatus']) ? 'alert' : 'restart';
    expect(answer).toBe(reaction);
  });

  it('call the shop’s own program with the name of the unit that failed, and write to the journal', async () => {
    const folder = await tempDir();
    const alert = await stub(join(folder, 'alert'), `echo "called for $1"`);
    const unit = await settingsOf('pillivery-alert@.service');
    const [, script = ''] = /-c '(.*)' alert %i$/.exec(unit['ExecStart'] ?? '') ?? [];
    const shown = script.replaceAll('$$', '$').replaceAll('%H', 'host').replaceAll('/etc/pillivery/alert', alert);
    const { code, stdout, stderr } = await run('/bin/sh', ['-c', shown, 'alert', 'pillivery-bill.service']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'called for pillivery-bill.service\n' });
    expect(stderr).toMatch(/^<1>pillivery-bill\.service has failed on host; look with: pillivery bill status/);
    const without = shown.replaceAll(alert, join(folder, 'nothing'));
    expect(await run('/bin/sh', ['-c', without, 'alert', 'x'])).toMatchObject({ code: 0, stdout: '' });
  });
});

describe('the cron line of the billing run', () => {
  /** The command of the line, on files of the test's own. */
  async function cronCommand(script: string) {
    const folder = await tempDir();
    const binary = await stub(join(folder, 'pillivery'), script);
    const line = (await readFile(CRON, 'utf8')).split('\n').find((text) => /^[\d*]/.test(text)) ?? '';
    const [, fields, user, command = ''] = /^((?:\S+ ){5})(\S+) (.*)$/.exec(line) ?? [];
    const log = join(folder, 'bill.jsonl');
    const own = command
      .replaceAll('/usr/bin/pillivery', binary)
      .replaceAll('/run/lock/pillivery-bill', join(folder, 'lock'))
      .replaceAll('/var/log/pillivery/bill.jsonl', log);
    return { fields, user, own, log };
  }

  it('runs at two in Seoul as the shop’s user, with hourly repeats of its own', async () => {
    const { fields, user, own, log } = await cronCommand('echo "$@"; echo trouble >&2; exit 3');
    expect({ fields, user }).toEqual({ fields: '0 2 * * * ', user: 'pillivery' });
    expect(await readFile(CRON, 'utf8')).toContain('\nCRON_TZ=Asia/Seoul\n');
    expect((await run('/bin/sh', ['-c', own])).code).toBe(3);
    expect(await readFile(log, 'utf8')).toBe('bill --json --retries 3 --retry-after 1h\ntrouble\n');
  });

  it('uses flags that the command has', async () => {
    const { own } = await cronCommand('exit 0');
    const flags = [...own.matchAll(/ --([a-z-]+)/g)].map(([, name = '']) => name);
    expect(flags).toEqual(['json', 'retries', 'retry-after']);
    expect(Object.keys({ ...Bill.flags, json: true })).toEqual(expect.arrayContaining(flags));
  });

  it('does not begin while an earlier one is at work', async () => {
    const { own, log } = await cronCommand('[ -n "$AGAIN" ] || { AGAIN=1 sh -c "$LINE"; echo "again: $?"; }');
    expect((await run('/bin/sh', ['-c', own], { LINE: own })).code).toBe(0);
    expect(await readFile(log, 'utf8')).toBe('again: 1\n');
  });
});
