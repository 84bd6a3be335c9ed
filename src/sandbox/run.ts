import { once } from 'node:events';
import { randomInt } from 'node:crypto';
import type { Config } from '../platform/config/index.ts';
import { Misconfigured } from '../platform/errors.ts';
import { readFlags, type SandboxFlags } from './flags.ts';
import { startSandbox, type Sandbox } from './index.ts';

export interface RunSandbox extends SandboxFlags {
  host: string;
  port: number;
  seed?: number | undefined;
  strict: boolean;
}

interface Life {
  stop: AbortSignal;
  onListening: (said: { url: string; seed: number }) => void;
}

/** What --seed takes at most, so that a run can be repeated with the number it has told. */
const LARGEST_SEED = 10_000_000;

/** Runs the sandbox until told to stop. `Misconfigured` in production, and when its port is taken. */
export async function runSandbox(
  config: Pick<Config, 'env' | 'clock'>,
  options: RunSandbox,
  { stop, onListening }: Life,
): Promise<void> {
  if (config.env === 'production')
    throw new Misconfigured('NOT_IN_PRODUCTION', 'The sandbox does not run with env=production.');
  const seed = options.seed ?? randomInt(LARGEST_SEED);
  const sandbox = await start(config, { ...options, seed });
  onListening({ url: sandbox.url, seed });
  if (!stop.aborted) await once(stop, 'abort');
  await sandbox.close();
}

async function start({ clock }: Pick<Config, 'clock'>, options: RunSandbox & { seed: number }): Promise<Sandbox> {
  const { host, port, seed, strict } = options;
  const settings = await readFlags(options, clock.now);
  try {
    return await startSandbox({ host, port, seed, strict, ...settings });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    throw new Misconfigured('PORT_TAKEN', `Port ${port} is taken; give another with --port.`, { cause });
  }
}
