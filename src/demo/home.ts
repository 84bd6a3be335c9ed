import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadConfig, variableOf, type Config } from '../platform/config/index.ts';

/** What the demo keeps in its folder, and nothing else. */
const FILES = [
  'pillivery.db',
  'pillivery.db-wal',
  'pillivery.db-shm',
  'sandbox-ledger.jsonl',
  'pillivery.yaml',
  '.env',
];

/** The given folder, else one under the user's data directory (XDG Base Directory Specification). */
export function demoFolder(given: string | undefined): string {
  if (given) return resolve(given);
  const data = process.env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share');
  return join(data, 'pillivery', 'demo');
}

export interface Addresses {
  api: string;
  sandbox: string;
}

/** The demo's folder: its settings and secrets lie where every other command finds them with --data-dir. */
export class DemoHome {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  get ledgerFile(): string {
    return join(this.folder, 'sandbox-ledger.jsonl');
  }

  get #settings(): string {
    return join(this.folder, 'pillivery.yaml');
  }

  async prepare({ fresh }: { fresh: boolean }): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    if (fresh) await Promise.all(FILES.map((file) => rm(join(this.folder, file), { force: true })));
    const secrets = join(this.folder, '.env');
    if (!existsSync(secrets)) await writeFile(secrets, newSecrets(), { mode: 0o600 });
  }

  /** Where the clock stood when the last demo in this folder ended. */
  async lastMoment(): Promise<Date | undefined> {
    if (!existsSync(this.#settings)) return undefined;
    const [, now] = /^ {2}now: '(.+)'$/m.exec(await readFile(this.#settings, 'utf8')) ?? [];
    return now ? new Date(now) : undefined;
  }

  /** Writes the settings down, so that `pillivery bill --data-dir …` and the others see the same shop and day. */
  async remember({ api, sandbox }: Addresses, now: Date): Promise<void> {
    const settings = [
      '# Written by: pillivery demo',
      'shop:',
      `  storefrontUrl: ${api}`,
      `  publicUrl: ${api}`,
      'payments:',
      '  allowSandbox: true',
      '  kakaopay:',
      `    baseUrl: ${sandbox}`,
      'clock:',
      `  now: '${now.toISOString()}'`,
    ];
    await writeFile(this.#settings, `${settings.join('\n')}\n`);
  }

  /** The demo's own settings; variables of the shell take no part, so that it works everywhere. */
  config(root: string): Config {
    const environment = { PILLIVERY_LOG__LEVEL: 'warn' };
    return loadConfig({ root, environment, cwd: this.folder, flags: { dataDir: this.folder } });
  }
}

const newSecrets = (): string =>
  [
    ['auth.jwtKey', randomBytes(36).toString('base64')],
    ['payments.tokenKey', randomBytes(36).toString('base64')],
    ['payments.kakaopay.secretKey', `SANDBOX${randomBytes(12).toString('hex')}`],
  ]
    .map(([key = '', secret]) => `${variableOf(key)}=${secret}\n`)
    .join('');
