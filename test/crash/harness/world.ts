import { mkdir, rm } from 'node:fs/promises';
import { openApp, type App } from '../../../src/app.ts';
import { systemClock, type MovableClock } from '../../../src/platform/clock.ts';
import { loadConfig, type Environment } from '../../../src/platform/config/index.ts';
import { startCli, type Ended, type Started } from '../../support/cli.ts';
import { environmentFor, ROOT, START } from '../../support/environment.ts';
import type { Databases } from './databases.ts';
import { READ_TIMEOUT_MS } from './faults.ts';
import type { Plan } from './plan.ts';
import type { Provider } from './provider.ts';

/** The business date of every run. */
export const TODAY = '2026-11-20';

/** Who was killed how often, and at which named places. */
export interface Kills {
  runner: number;
  server: number;
  sandbox: number;
  database: number;
  points: Record<string, number>;
}

/** Everything that one run plays with: a shop, the processes around it, and the time that they share. */
export interface World {
  plan: Plan;
  /** The same shop in this process, for what comes before and after the kills. */
  app: App;
  provider: Provider;
  databases: Databases;
  kills: Kills;
  /** Lets time pass for the shop, its provider, and every process that starts from now on. */
  pass(ms: number): Promise<void>;
  /** Starts the built binary in this world. */
  start(args: string[], settings?: Environment): Started;
  close(): Promise<void>;
}

export interface Stage {
  databases: Databases;
  provider: Provider;
  /** A folder that is there for this run alone. */
  folder: string;
  /** The package whose binary is run; ours unless said otherwise. */
  root?: string | undefined;
}

export async function openWorld(plan: Plan, { databases, provider, folder, root = ROOT }: Stage): Promise<World> {
  await mkdir(folder, { recursive: true });
  const clock = systemClock(new Date(START));
  const databaseUrl = await databases.fresh(plan.combination.engine, folder);
  await provider.begin(clock.now());
  const settings = settingsOf(plan, folder);
  const environment = environmentFor({ databaseUrl, sandbox: provider, settings });
  const app = await openShop(environment, clock);
  const pass = async (ms: number): Promise<void> => {
    clock.moveTo(new Date(clock.now().getTime() + ms));
    await provider.moveTo(clock.now());
  };
  return {
    plan,
    app,
    provider,
    databases,
    kills: { runner: 0, server: 0, sandbox: 0, database: 0, points: {} },
    pass,
    start: (args, more = {}) =>
      startCli(args, { ...environment, PILLIVERY_CLOCK__NOW: clock.now().toISOString(), ...more }, root),
    async close() {
      await app.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const openShop = (environment: Environment, clock: MovableClock): Promise<App> => {
  const config = loadConfig({ root: ROOT, cwd: ROOT, environment });
  return openApp(config, { root: ROOT, version: '0.0.0-crash', clock, migrateFirst: true });
};

/** What a shop does within minutes, done within seconds. */
const settingsOf = ({ witness, concurrency }: Plan, folder: string): Environment => ({
  PILLIVERY_DATA_DIR: folder,
  PILLIVERY_PAYMENTS__KAKAOPAY__WITNESS: witness,
  PILLIVERY_PAYMENTS__KAKAOPAY__CHARGE__READ_TIMEOUT_MS: String(READ_TIMEOUT_MS),
  PILLIVERY_PAYMENTS__KAKAOPAY__PAY__READ_TIMEOUT_MS: String(READ_TIMEOUT_MS),
  PILLIVERY_PAYMENTS__KAKAOPAY__REFUND__READ_TIMEOUT_MS: String(READ_TIMEOUT_MS),
  PILLIVERY_PAYMENTS__KAKAOPAY__BREAKER__OPEN_MS: '200',
  PILLIVERY_PAYMENTS__KEEP_ANSWERS_MS: '1500',
  PILLIVERY_PAYMENTS__RESOLVE_EVERY_MS: '100',
  PILLIVERY_OUTBOX__POLL_MS: '50',
  PILLIVERY_BILLING__CONCURRENCY: String(concurrency),
  PILLIVERY_BILLING__BREAKER_PATIENCE_SECONDS: '2',
});

/** Counts a process that has ended, if it was killed; `point` is the named place where it was to be. */
export function countKill({ kills }: World, who: 'runner' | 'server', ended: Ended, point?: string): void {
  if (ended.signal !== 'SIGKILL') return;
  kills[who] += 1;
  const [name] = point?.split('@') ?? [];
  if (name) kills.points[name] = (kills.points[name] ?? 0) + 1;
}
