import { onTestFinished } from 'vitest';
import { openApp, type App } from '../../src/app.ts';
import { systemClock, type MovableClock } from '../../src/platform/clock.ts';
import { loadConfig, type Environment } from '../../src/platform/config/index.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { freshDatabase, type EngineName } from './databases.ts';

export const ROOT = new URL('../..', import.meta.url).pathname.replace(/\/$/, '');

/** Secrets of the tests; long enough for the checks, known to nobody who matters. */
export const TEST_SECRETS = {
  PILLIVERY_AUTH__JWT_KEY: 'test-only-jwt-key-of-more-than-32-bytes',
  PILLIVERY_PAYMENTS__TOKEN_KEY: 'test-only-token-key-of-more-than-32-bytes',
  PILLIVERY_PAYMENTS__KAKAOPAY__SECRET_KEY: 'SANDBOX-test-only',
};

/** A Friday morning in Seoul; every test's clock begins here. */
export const START = '2026-11-20T09:00:00+09:00';

export interface Bundle {
  app: App;
  clock: MovableClock;
  sandbox: Sandbox;
  databaseUrl: string;
}

export interface BundleOptions {
  engine?: EngineName;
  latencyMs?: number;
  /** Settings by variable name. */
  settings?: Environment;
}

/** An app on a database of its own, with a clock that can be moved and a sandbox that moves with it. */
export async function bundle({
  engine = 'sqlite-memory',
  latencyMs = 0,
  settings = {},
}: BundleOptions = {}): Promise<Bundle> {
  const clock = systemClock(new Date(START));
  const sandbox = await startSandbox({ clock, latencyMs });
  const databaseUrl = await freshDatabase(engine);
  const config = loadConfig({ root: ROOT, cwd: ROOT, environment: environmentFor({ databaseUrl, sandbox, settings }) });
  const app = await openApp(config, { root: ROOT, version: '0.0.0-test', clock, migrateFirst: true });
  onTestFinished(async () => {
    await app.close();
    await sandbox.close();
  });
  return { app, clock, sandbox, databaseUrl };
}

export const environmentFor = ({
  databaseUrl,
  sandbox,
  settings = {},
}: {
  databaseUrl: string;
  sandbox: Pick<Sandbox, 'url'>;
  settings?: Environment;
}): Environment => ({
  ...TEST_SECRETS,
  PILLIVERY_ENV: 'test',
  PILLIVERY_LOG__LEVEL: 'silent',
  PILLIVERY_DATABASE__URL: databaseUrl,
  PILLIVERY_PAYMENTS__ALLOW_SANDBOX: 'true',
  PILLIVERY_PAYMENTS__KAKAOPAY__BASE_URL: sandbox.url,
  ...settings,
});
