import { onTestFinished } from 'vitest';
import { openApp, type App } from '../../src/app.ts';
import { systemClock, type MovableClock } from '../../src/platform/clock.ts';
import { loadConfig, type Environment } from '../../src/platform/config/index.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { freshDatabase, type EngineName } from './databases.ts';
import { environmentFor, ROOT, START } from './environment.ts';

export { environmentFor, ROOT, START, TEST_SECRETS } from './environment.ts';

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
