import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { casesOf, playCase, type Case, type Played } from '../support/fault-matrix/play.ts';
import type { Figures } from './run.ts';

const SEED = 1;
/** Cases side by side; most of their time is waiting for calls that hang. */
const WIDTH = 4;

/** Every fault of the sandbox under every call of ours: in the end the books equal its ledger, or say where they do not. */
export async function measure(tell: (line: string) => void): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), 'pillivery-bench-'));
  const played: Played[] = [];
  const cases = casesOf(SEED);
  const rest = cases.entries();
  const worker = async (): Promise<void> => {
    for (const [index, one] of rest) {
      played.push(await playIn(join(folder, String(index)), one));
      if (played.length % 50 === 0) tell(`${played.length} of ${cases.length} cases`);
    }
  };
  try {
    await Promise.all(Array.from({ length: WIDTH }, worker));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  for (const { name, needsOperator } of played) if (needsOperator) tell(`needs a person: ${name}`);
  for (const { name, unexplained } of played) for (const says of unexplained) tell(`UNEXPLAINED ${name}: ${says}`);
  const figures = {
    cases: played.length,
    equal: played.filter(({ equal }) => equal).length,
    needsOperator: played.filter(({ needsOperator }) => needsOperator).length,
    unexplained: played.filter(({ unexplained }) => unexplained.length > 0).length,
    seed: SEED,
  };
  if (figures.unexplained > 0) process.exitCode = 1;
  return figures;
}

const playIn = (dataDir: string, one: Case): Promise<Played> =>
  playCase(one, { databaseUrl: 'sqlite::memory:', dataDir, seed: SEED });
