import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { ENGINES } from '../support/databases.ts';
import { ROOT } from '../support/environment.ts';
import { BILL_POINTS, SERVER_POINTS } from './harness/plan.ts';
import type { Summary } from './harness/summary.ts';

const LONG = process.env['PILLIVERY_TEST_SIZE'] === 'long';
const RUNS = LONG ? 1_000 : 100;
const HOUR_MS = 60 * 60_000;

const HAS_SERVER = ENGINES.includes('mysql');
const COMBINATIONS = HAS_SERVER ? ['mysql-1', 'mysql-3', 'sqlite-1'] : ['sqlite-1'];

/** Plays the runs as a person would; what became of each is told on the way. */
async function crash(...words: string[]): Promise<{ code: number; summary: Summary }> {
  const harness = join(ROOT, 'test', 'crash', 'harness', 'run.ts');
  const child = spawn(process.execPath, [harness, ...words, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, summary: JSON.parse(said) as Summary };
}

/** Every place of the code at which a process can be killed by name. */
async function namedPlaces(): Promise<string[]> {
  const names = new Set<string>();
  for await (const file of glob('src/**/*.ts', { cwd: ROOT })) {
    const code = await readFile(join(ROOT, file), 'utf8');
    for (const [, name] of code.matchAll(/failPoint\('([^']+)'\)/g)) names.add(name ?? '');
  }
  return [...names].toSorted();
}

describe('a shop killed with -9', () => {
  it('is killed at every named place that there is', async () => {
    expect(Object.keys({ ...BILL_POINTS, ...SERVER_POINTS }).toSorted()).toEqual(await namedPlaces());
  });

  it(`charges nobody twice and forgets nobody in ${RUNS} runs`, { timeout: (LONG ? 8 : 1) * HOUR_MS }, async () => {
    const engine = HAS_SERVER ? 'all' : 'sqlite';
    const { code, summary } = await crash('--runs', String(RUNS), '--seed', '1', '--engine', engine);
    expect(summary.failures).toEqual([]);
    expect(summary).toMatchObject({ runs: RUNS, doubleCharges: 0, lostCycles: 0 });
    expect(summary.kills).toBeGreaterThan(RUNS);
    expect(Object.keys(summary.byEngine).toSorted()).toEqual(COMBINATIONS);
    // On SQLite alone a server takes part too seldom to die at each of its places.
    const places = HAS_SERVER ? await namedPlaces() : Object.keys(BILL_POINTS);
    expect(Object.keys(summary.points)).toEqual(expect.arrayContaining(places));
    expect(code).toBe(0);
  });
});
