import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Environment } from '../../src/platform/config/index.ts';
import { ROOT } from './environment.ts';

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Started {
  child: ChildProcess;
  ended: Promise<Ended>;
}

/** The machine's own variables without anything that configures us. */
export const plainEnvironment = (): Environment =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !name.startsWith('PILLIVERY_') && name !== 'NODE_ENV' && name !== 'VITEST',
    ),
  );

/** Starts the built binary as a person or a supervisor would; with `root` that of another copy of the package. */
export function startCli(args: string[], environment: Environment = {}, root = ROOT): Started {
  const child = spawn(process.execPath, [join(root, 'bin', 'run.js'), ...args], {
    env: { ...plainEnvironment(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { child, ended: endOf(child) };
}

function endOf(child: ChildProcess): Promise<Ended> {
  const output = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  return once(child, 'close').then(([code, signal]) => ({ code, signal, ...output }));
}

/** Runs the built binary with a text on its standard input. */
export function pipeToCli(text: string, args: string[], environment: Environment = {}): Promise<Ended> {
  const child = spawn(process.execPath, [join(ROOT, 'bin', 'run.js'), ...args], {
    env: { ...plainEnvironment(), ...environment },
  });
  child.stdin.end(text);
  return endOf(child);
}

export const runCli = (args: string[], environment: Environment = {}): Promise<Ended> =>
  startCli(args, environment).ended;
