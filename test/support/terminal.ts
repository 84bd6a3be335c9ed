import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Environment } from '../../src/platform/config/index.ts';
import { plainEnvironment } from './cli.ts';
import { ROOT } from './environment.ts';

/** Lends a process a terminal; part of every Debian. */
const PROGRAM = '/usr/bin/script';
const COLUMNS = 200;
/** A step that has not begun, or is not over. */
const TURNS = /^\s*[\u2800-\u28ff❯]/;

/** Whether this machine can pretend to be a person's terminal; CI must. */
export const HAS_TERMINAL = existsSync(PROGRAM) || process.env['CI'] === 'true';

export interface Seen {
  code: number | null;
  /** Every line that stood on the screen at some time, without colours and what still turned, in order of appearance. */
  lines: string[];
}

/** Runs the built binary in front of a terminal, and tells what a person would have seen there. */
export async function runInTerminal(args: string[], environment: Environment = {}): Promise<Seen> {
  const words = [process.execPath, join(ROOT, 'bin', 'run.js'), ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn(PROGRAM, ['-qefc', `stty cols ${COLUMNS}; exec ${words}`, '/dev/null'], {
    env: { ...plainEnvironment(), TERM: 'xterm', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  const lines = stripVTControlCharacters(output).split(/[\r\n]+/);
  const stood = lines.map((line) => line.trimEnd()).filter((line) => line !== '' && !TURNS.test(line));
  return { code, lines: [...new Set(stood)] };
}
