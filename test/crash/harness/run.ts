/**
 * Kills processes of a shop at random moments and at every named place, lets it recover, and audits it against the
 * provider's ledger. Usage: npm run crash -- --runs N --seed S [--engine sqlite|mysql|all] [--runners 1|3] [--json]
 */
import { parseArgs } from 'node:util';
import { combinationsOf } from './combinations.ts';
import { playAll } from './lanes.ts';
import { describe, summarise } from './summary.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '12' },
    seed: { type: 'string', default: '1' },
    engine: { type: 'string', default: 'all' },
    runners: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const combinations = combinationsOf(values.engine, values.runners);
const [runs, seed] = [Number(values.runs), Number(values.seed)];

if (combinations.length === 0 || !Number.isInteger(runs) || runs < 1 || !Number.isInteger(seed) || seed < 0) {
  process.stderr.write('Give --runs and --seed as whole numbers, --engine sqlite, mysql or all, --runners 1 or 3.\n');
  process.exitCode = 2;
} else {
  const startedMs = performance.now();
  const ended = await playAll({ combinations, runs, seed }, (line) => process.stderr.write(`${line}\n`));
  const summary = summarise(ended, (performance.now() - startedMs) / 1_000);
  process.stdout.write(values.json ? `${JSON.stringify(summary)}\n` : `${describe(summary)}\n`);
  process.exitCode = summary.failures.length > 0 ? 1 : 0;
}
