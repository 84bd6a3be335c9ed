import { openApp, type App } from '../../src/app.ts';
import { systemClock, type MovableClock } from '../../src/platform/clock.ts';
import { loadConfig, type Environment } from '../../src/platform/config/index.ts';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/index.ts';
import { environmentFor, ROOT, START } from './environment.ts';

export interface Shop {
  app: App;
  clock: MovableClock;
  sandbox: Sandbox;
  databaseUrl: string;
}

export interface ShopOptions {
  databaseUrl: string;
  dataDir: string;
  latencyMs?: number;
  /** Settings by variable name. */
  settings?: Environment;
  sandbox?: Partial<SandboxOptions>;
}

/** An app on a migrated database, with a clock that can be moved and a sandbox that moves with it. */
export async function openShop({ databaseUrl, dataDir, latencyMs = 0, settings = {}, ...rest }: ShopOptions) {
  const clock = systemClock(new Date(START));
  const sandbox = await startSandbox({ clock, latencyMs, ...rest.sandbox });
  const environment = environmentFor({
    databaseUrl,
    sandbox,
    settings: { PILLIVERY_DATA_DIR: dataDir, ...settings },
  });
  const config = loadConfig({ root: ROOT, cwd: ROOT, environment });
  const app = await openApp(config, { root: ROOT, version: '0.0.0-test', clock, migrateFirst: true });
  const close = async (): Promise<void> => {
    await app.close();
    await sandbox.close();
  };
  return { app, clock, sandbox, databaseUrl, close };
}
