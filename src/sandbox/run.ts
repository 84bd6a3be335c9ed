import { once } from 'node:events';
import { systemClock } from '../platform/clock.ts';
import type { Config } from '../platform/config/index.ts';
import { Misconfigured } from '../platform/errors.ts';
import { startSandbox, type Sandbox } from './index.ts';

export interface RunSandbox {
  host: string;
  port: number;
  latencyMs: number;
  ledgerFile?: string | undefined;
  stop: AbortSignal;
  onListening: (url: string) => void;
}

/** Runs the sandbox until told to stop. `Misconfigured` in production, and when its port is taken. */
export async function runSandbox(config: Pick<Config, 'env' | 'clock'>, options: RunSandbox): Promise<void> {
  if (config.env === 'production')
    throw new Misconfigured('NOT_IN_PRODUCTION', 'The sandbox does not run with env=production.');
  const sandbox = await start(config, options);
  options.onListening(sandbox.url);
  if (!options.stop.aborted) await once(options.stop, 'abort');
  await sandbox.close();
}

async function start({ clock }: Pick<Config, 'clock'>, { ledgerFile, ...options }: RunSandbox): Promise<Sandbox> {
  try {
    return await startSandbox({
      host: options.host,
      port: options.port,
      latencyMs: options.latencyMs,
      clock: systemClock(clock.now ? new Date(clock.now) : undefined),
      ...(ledgerFile !== undefined && { ledgerFile }),
    });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    throw new Misconfigured('PORT_TAKEN', `Port ${options.port} is taken; give another with --port.`, { cause });
  }
}
