import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openApp } from '../../src/app.ts';
import type { BillReport } from '../../src/billing/index.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { loadConfig, type Environment } from '../../src/platform/config/index.ts';
import { environmentFor, ROOT, START } from '../support/environment.ts';
import { given } from '../support/given.ts';
import { startListening, type Listening } from '../support/listening.ts';
import { startMariaDb } from '../support/mariadb.ts';

/** One moment of a runner, as the system sees its process. */
export interface Sample {
  ms: number;
  cpuSeconds: number;
  rssMb: number;
}

/** What one runner did, seen from outside. */
export interface Billed {
  report: BillReport;
  samples: Sample[];
}

/** A database server and a sandbox, each a process of its own, for runners that are the built binary. */
export interface BillingStage {
  sandbox: string;
  /** A new database with so many subscriptions due; returns the variables of its runners. */
  shop(due: number): Promise<Environment>;
  bill(environment: Environment, flags: string[]): Promise<Billed>;
  /** When the sandbox executed each charge, in milliseconds, in order; empties its ledger. */
  chargeTimes(): Promise<number[]>;
  latency(ms: number): Promise<void>;
  close(): Promise<void>;
}

const DATE = '2026-11-20';
const AT_ONCE = 10_000;
const SAMPLE_EVERY_MS = 100;
/** Of Linux: /proc counts CPU time in these. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4_096;
const MEGABYTE = 1_048_576;

export async function openBillingStage(): Promise<BillingStage> {
  const mariaDb = await startMariaDb();
  if (!mariaDb) throw new Error('This benchmark needs a MySQL-protocol server: install mariadb-server.');
  const folder = await mkdtemp(join(tmpdir(), 'pillivery-bench-'));
  const sandbox = await startListening(['sandbox', '--port', '0'], { PILLIVERY_CLOCK__NOW: START });
  let shops = 0;
  return {
    sandbox: sandbox.url,
    async shop(due) {
      const databaseUrl = await mariaDb.createDatabase(`bench${(shops += 1)}`);
      const settings = { PILLIVERY_DATA_DIR: join(folder, String(shops)) };
      const environment = environmentFor({ databaseUrl, sandbox, settings });
      await seed(environment, due);
      return { ...environment, PILLIVERY_CLOCK__NOW: START };
    },
    bill,
    async chargeTimes() {
      const { lines } = (await ask(sandbox, 'ledger')) as { lines: { op: string; at: string }[] };
      await ask(sandbox, 'reset', 'POST', { ledger: true });
      const charges = lines.filter(({ op }) => op === 'charge');
      return charges.map(({ at }) => Date.parse(at)).toSorted((a, b) => a - b);
    },
    async latency(ms) {
      await ask(sandbox, 'faults', 'DELETE');
      const effect = { kind: 'delay', wait: ms, when: 'before' };
      if (ms > 0) await ask(sandbox, 'faults', 'POST', { match: {}, effect });
    },
    async close() {
      sandbox.child.kill('SIGTERM');
      await sandbox.ended;
      await mariaDb.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function seed(environment: Environment, due: number): Promise<void> {
  const config = loadConfig({ root: ROOT, cwd: ROOT, environment });
  const clock = systemClock(new Date(START));
  const app = await openApp(config, { root: ROOT, version: '0.0.0-bench', clock, migrateFirst: true });
  const item = await given(app).item();
  for (let made = 0; made < due; made += AT_ONCE) {
    await given(app).subscriptions(Math.min(AT_ONCE, due - made), { item });
  }
  await app.close();
}

async function ask(sandbox: Listening, path: string, method = 'GET', body?: object): Promise<unknown> {
  const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(`${sandbox.url}/sandbox/${path}`, { method, ...(body && json) });
  const text = await response.text();
  if (!response.ok) throw new Error(`The sandbox answered ${response.status}: ${text}`);
  return text ? JSON.parse(text) : undefined;
}

/** Runs the built binary to its end and watches its process meanwhile. */
async function bill(environment: Environment, flags: string[]): Promise<Billed> {
  const words = [join(ROOT, 'bin', 'run.js'), 'bill', '--date', DATE, '--json', '--quiet', ...flags];
  const child = spawn(process.execPath, words, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  const closed = once(child, 'close');
  const samples: Sample[] = [];
  while (child.exitCode === null && child.pid) {
    const sample = await sampleOf(child.pid);
    if (sample) samples.push(sample);
    await sleep(SAMPLE_EVERY_MS);
  }
  await closed;
  const report = JSON.parse(stdout) as BillReport;
  if (report.exitCode !== 0) throw new Error(`The run ended with ${report.exitCode}: ${stdout.slice(0, 2_000)}`);
  return { report, samples };
}

async function sampleOf(pid: number): Promise<Sample | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const [, , , , , , , , , , , user, system, , , , , , , , , , rssPages] = stat
      .slice(stat.indexOf(')') + 1)
      .split(' ');
    const cpuSeconds = (Number(user) + Number(system)) / TICKS_PER_SECOND;
    return { ms: Date.now(), cpuSeconds, rssMb: (Number(rssPages) * PAGE_BYTES) / MEGABYTE };
  } catch {
    return undefined; // it has just ended
  }
}
