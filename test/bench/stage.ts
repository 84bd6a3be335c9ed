import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openApp, type App } from '../../src/app.ts';
import { loadConfig, type Environment } from '../../src/platform/config/index.ts';
import { environmentFor, ROOT } from '../support/environment.ts';
import { startListening, type Listening } from '../support/listening.ts';
import { startMariaDb } from '../support/mariadb.ts';

/** A whole shop as it runs in production: server, sandbox and database each a process of its own. */
export interface Stage {
  /** The same shop in this process, for what comes before and after the measurement. */
  app: App;
  /** Address of the server. */
  api: string;
  sandbox: string;
  databaseUrl: string;
  addFault(rule: object): Promise<void>;
  /** Plays a named or given scenario. */
  play(scenario: object): Promise<void>;
  clearFaults(): Promise<void>;
  ledger<T>(): Promise<T[]>;
  close(): Promise<void>;
}

export interface StageOptions {
  settings?: Environment;
  /** Of the sandbox's command line. */
  sandboxFlags?: string[];
}

/** Sets everything up on a private MariaDB; the built binary must be there (npm run build). */
export async function openStage({ settings = {}, sandboxFlags = [] }: StageOptions = {}): Promise<Stage> {
  const mariaDb = await startMariaDb();
  if (!mariaDb) throw new Error('This benchmark needs a MySQL-protocol server: install mariadb-server.');
  const dataDir = await mkdtemp(join(tmpdir(), 'pillivery-bench-'));
  const databaseUrl = await mariaDb.createDatabase('bench');
  const sandbox = await startListening(['sandbox', '--port', '0', ...sandboxFlags]);
  const environment = environmentFor({
    databaseUrl,
    sandbox,
    settings: { PILLIVERY_DATA_DIR: dataDir, ...settings },
  });
  const config = loadConfig({ root: ROOT, cwd: ROOT, environment });
  const app = await openApp(config, { root: ROOT, version: '0.0.0-bench', migrateFirst: true });
  const server = await startListening(['serve', '--port', '0'], environment);
  return {
    app,
    api: server.url,
    sandbox: sandbox.url,
    databaseUrl,
    addFault: (rule) => tell(`${sandbox.url}/sandbox/faults`, 'POST', rule),
    play: (scenario) => tell(`${sandbox.url}/sandbox/scenario`, 'POST', scenario),
    clearFaults: () => tell(`${sandbox.url}/sandbox/faults`, 'DELETE'),
    async ledger<T>() {
      const response = await fetch(`${sandbox.url}/sandbox/ledger`);
      return ((await response.json()) as { lines: T[] }).lines;
    },
    async close() {
      await Promise.all([end(server), app.close()]);
      await end(sandbox);
      await mariaDb.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function tell(url: string, method: string, body?: object): Promise<void> {
  const response = await fetch(url, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`The sandbox answered ${response.status}: ${await response.text()}`);
}

async function end({ child, ended }: Listening): Promise<void> {
  child.kill('SIGTERM');
  await ended;
}
