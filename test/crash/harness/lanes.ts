import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nameOf, type Combination } from './combinations.ts';
import { openDatabases } from './databases.ts';
import { planOf } from './plan.ts';
import { play, type Played } from './play.ts';
import { startProvider } from './provider.ts';
import type { Stage } from './world.ts';

export interface Order {
  combinations: readonly Combination[];
  runs: number;
  seed: number;
}

interface Run {
  seed: number;
  combination: Combination;
}

/** A run that was played, or one that broke off, which is a failure too. */
export interface Ended extends Run {
  played?: Played;
  error?: string;
}

/** One more than the machine that checks has cores, for every run waits now and then. */
const LANES = 3;

/** Plays the seeds from `seed` on, each on all combinations, side by side. */
export async function playAll({ combinations, runs, seed }: Order, tell: (line: string) => void): Promise<Ended[]> {
  const turns = Array.from({ length: Math.ceil(runs / combinations.length) }, (_, turn) => seed + turn);
  const wanted = turns.flatMap((one) => combinations.map((combination): Run => ({ seed: one, combination })));
  const folder = await mkdtemp(join(tmpdir(), 'pillivery-crash-'));
  const queue = wanted.slice(0, runs).values();
  const ended: Ended[] = [];
  const lane = async (_: unknown, number: number): Promise<void> => {
    const home = join(folder, String(number));
    await mkdir(home);
    const databases = openDatabases();
    const provider = await startProvider(join(home, 'ledger.jsonl'));
    try {
      for (const run of queue) {
        const end = await playOne(run, { databases, provider, folder: join(home, 'shop') });
        ended.push(end);
        tell(progressOf(end, ended.length, runs));
      }
    } finally {
      await Promise.all([databases.close(), provider.kill()]);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  await rm(folder, { recursive: true, force: true });
  return ended;
}

async function playOne({ seed, combination }: Run, stage: Stage): Promise<Ended> {
  try {
    return { seed, combination, played: await play(planOf(seed, combination), stage) };
  } catch (error) {
    stage.databases.spoil(); // whatever runs on must not meet the next shop
    return { seed, combination, error: String(error instanceof Error ? error.stack : error) };
  }
}

function progressOf({ seed, combination, played, error }: Ended, count: number, runs: number): string {
  const name = `${count}/${runs} seed ${seed} on ${nameOf(combination)}`;
  if (!played) return `${name}: broke off: ${error}`;
  const { kills, charges, doubles, lost, stuck, unknownOpen, seconds } = played;
  const killed = kills.runner + kills.server + kills.sandbox + kills.database;
  const findings = [...doubles, ...lost, ...stuck].map((says) => `\n  ${says}`).join('');
  return `${name}: ${killed} kills, ${charges} charges, ${unknownOpen} unknown, ${seconds.toFixed(1)} s${findings}`;
}
