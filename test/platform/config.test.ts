import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig, type Environment } from '../../src/platform/config/index.ts';
import { ROOT } from '../support/bundle.ts';
import { tempDir } from '../support/databases.ts';

/** Loads the configuration in a folder that holds the given files. */
async function load(
  files: Record<string, string> = {},
  environment: Environment = {},
  flags: Record<string, string> = {},
) {
  const cwd = await tempDir();
  await mkdir(join(cwd, 'config'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(cwd, 'config', name), text);
  return loadConfig({ root: ROOT, cwd, environment, flags });
}

describe('the configuration', () => {
  it('has a default for everything but secrets', async () => {
    expect(await load()).toMatchObject({ env: 'development', http: { port: 8080 }, billing: { concurrency: 16 } });
  });

  it('explains each key in a comment above it', async () => {
    const lines = (await readFile(join(ROOT, 'config', 'pillivery.yaml'), 'utf8')).split('\n');
    const silent = lines.filter((line, index) => /^\s*\w+: \S/.test(line) && !/^\s*#/.test(lines[index - 1] ?? ''));
    expect(silent).toEqual([]);
  });

  it('takes flags over variables over .env over the overlay over the file', async () => {
    const files = {
      'pillivery.yaml':
        'http:\n  port: 1\n  host: file\nlog:\n  level: warn\nshop:\n  timeZone: UTC\norders:\n  expireHours: 1\n',
      'pillivery.development.yaml': 'http:\n  host: overlay\nlog:\n  level: error\nshop:\n  timeZone: Asia/Tokyo\n',
      '.env': 'PILLIVERY_LOG__LEVEL=fatal\nPILLIVERY_SHOP__TIME_ZONE=Asia/Seoul\n',
    };
    const config = await load(files, { PILLIVERY_SHOP__TIME_ZONE: 'Europe/Paris' }, { 'http.port': '5' });
    expect([
      config.http.port,
      config.shop.timeZone,
      config.log.level,
      config.http.host,
      config.orders.expireHours,
    ]).toEqual([5, 'Europe/Paris', 'fatal', 'overlay', 1]);
  });

  it('reads a value from the file that a variable names', async () => {
    const file = join(await tempDir(), 'key');
    await writeFile(file, `${'k'.repeat(40)}\n`);
    const config = await load({}, { PILLIVERY_AUTH__JWT_KEY_FILE: file });
    expect(config.auth.jwtKey).toBe('k'.repeat(40));
  });

  it('names every mistake at once, with its place and the nearest known key', async () => {
    const files = { 'pillivery.yaml': 'http:\n  prt: 1\nshop:\n  timeZone: Mars/Base\n' };
    const loading = load(files, { PILLIVERY_LOG__LEVLE: 'warn' });
    await expect(loading).rejects.toMatchObject({ code: 'CONFIG_INVALID', kind: 'misconfigured' });
    await expect(loading).rejects.toThrow(
      /http\.prt \(.*pillivery\.yaml, line 2\) is no setting; did you mean http\.port\?/,
    );
    await expect(loading).rejects.toThrow(/PILLIVERY_LOG__LEVLE .* did you mean PILLIVERY_LOG__LEVEL\?/);
    await expect(loading).rejects.toThrow(/shop\.timeZone .* must be an IANA time zone/);
  });

  it.each([
    'auth:\n  jwtKey: 0123456789012345678901234567890123456789\n',
    'database:\n  url: mysql://shop:hush@db/shop\n',
  ])('refuses a secret in a file: %j', async (text) => {
    await expect(load({ 'pillivery.yaml': text })).rejects.toThrow(/set it by the variable PILLIVERY_/);
  });

  it('refuses the test clock and the sandbox in production', async () => {
    const environment = {
      PILLIVERY_ENV: 'production',
      PILLIVERY_CLOCK__NOW: '2026-11-20T09:00:00+09:00',
      PILLIVERY_PAYMENTS__ALLOW_SANDBOX: 'true',
    };
    await expect(load({}, environment)).rejects.toMatchObject({ code: 'NOT_IN_PRODUCTION' });
  });

  it('says so when the file it was told to read is not there', () => {
    const loading = () => loadConfig({ root: ROOT, cwd: ROOT, environment: { PILLIVERY_CONFIG: 'nowhere.yaml' } });
    expect(loading).toThrow(/There is no configuration file nowhere\.yaml/);
  });
});
