import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Figures } from './run.ts';

const RUNS = 20;
const RUN_JS = join(import.meta.dirname, '..', '..', 'bin', 'run.js');

/** What `--version` and `--help` cost above a bare Node, started in turns so that a busy machine slows all alike. */
export async function measure(tell: (line: string) => void): Promise<Figures> {
  const commands = { bare: ['-e', '0'], version: [RUN_JS, '--version'], help: [RUN_JS, '--help'] };
  const times: Record<keyof typeof commands, number[]> = { bare: [], version: [], help: [] };
  for (let run = 0; run <= RUNS; run += 1) {
    for (const [name, args] of Object.entries(commands) as [keyof typeof commands, string[]][]) {
      const ms = timed(args);
      if (run > 0) times[name].push(ms); // the first round warms the disk and the compile cache
    }
  }
  const [bare, version, help] = [median(times.bare), median(times.version), median(times.help)];
  tell(`bare node ${bare} ms, --version +${version - bare} ms, --help +${help - bare} ms (aim: at most +150)`);
  return {
    bareMs: bare,
    versionAboveMs: version - bare,
    helpAboveMs: help - bare,
    versionRatio: ratio(version, bare),
    helpRatio: ratio(help, bare),
    runs: RUNS,
  };
}

function timed(args: string[]): number {
  const started = performance.now();
  execFileSync(process.execPath, args, { stdio: 'ignore' });
  return performance.now() - started;
}

const median = (values: number[]): number =>
  Math.round(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0);

const ratio = (value: number, bare: number): number => Math.round((100 * value) / bare) / 100;
