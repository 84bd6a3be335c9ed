import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openApp, type App } from '../../src/app.ts';
import { runBilling } from '../../src/billing/index.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { environmentFor, ROOT, START } from '../support/environment.ts';
import { given } from '../support/given.ts';
import { startMariaDb } from '../support/mariadb.ts';
import type { Figures } from './run.ts';

const LATENCY_MS = 50;
const CONCURRENCY = 16;
const DUE = 3_000;

/** Charges per second against concurrency / latency, the most that so many calls in flight can do. */
export async function measure(tell: (line: string) => void): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), 'pillivery-bench-'));
  const mariaDb = await startMariaDb();
  const figures: Figures = { latencyMs: LATENCY_MS, concurrency: CONCURRENCY, due: DUE };
  try {
    const sqlite = await bill(`sqlite:${join(folder, 'bench.db')}`);
    tell(`SQLite: ${sqlite} charges/s, ${share(sqlite)} of concurrency / latency`);
    Object.assign(figures, { sqliteChargesPerSecond: sqlite, sqliteRatio: share(sqlite) });
    if (mariaDb) {
      const mysql = await bill(await mariaDb.createDatabase('bench'));
      tell(`MariaDB: ${mysql} charges/s, ${share(mysql)} of concurrency / latency`);
      Object.assign(figures, { mysqlChargesPerSecond: mysql, mysqlRatio: share(mysql) });
    } else tell('MariaDB: not measured, there is no server on this machine');
    return { ...figures, limitPerSecond: LIMIT };
  } finally {
    await mariaDb?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const LIMIT = CONCURRENCY / (LATENCY_MS / 1_000);

const share = (perSecond: number): number => Math.round((1_000 * perSecond) / LIMIT) / 1_000;

/** One run over `DUE` subscriptions on a database of its own, runner and sandbox in this process. */
async function bill(databaseUrl: string): Promise<number> {
  const clock = systemClock(new Date(START));
  const sandbox = await startSandbox({ clock, latencyMs: LATENCY_MS });
  const settings = { PILLIVERY_BILLING__CONCURRENCY: String(CONCURRENCY) };
  const environment = environmentFor({ databaseUrl, sandbox, settings });
  const config = loadConfig({ root: ROOT, cwd: ROOT, environment });
  const app: App = await openApp(config, { root: ROOT, version: '0.0.0-bench', clock, migrateFirst: true });
  try {
    await given(app).subscriptions(DUE);
    const report = await runBilling(app, { date: '2026-11-20' });
    if (report.totals.approved !== DUE) throw new Error(`Bug: ${JSON.stringify(report.totals)}`);
    return report.performance.perSecond;
  } finally {
    await app.close();
    await sandbox.close();
  }
}
