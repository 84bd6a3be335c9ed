import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram, freePort } from './mariadb.ts';

/** A private Redis: own port, loopback only, nothing on disk, gone when stopped. */
export interface RedisServer {
  url: string;
  /** Ends it as by kill -9; everything in it is lost. */
  kill(): Promise<void>;
  /** Does nothing while it runs. */
  startAgain(): Promise<void>;
  /** Stops it where it stands: connections stay open, nothing is answered. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

const PROGRAM = findProgram('redis-server');
const READY_WITHIN_MS = 10_000;

/** Whether this machine has one. With CI set a missing server is a failure, else its tests are left out, loudly. */
export const HAS_REDIS = PROGRAM !== undefined;
if (!HAS_REDIS) {
  const message = 'no redis-server: its tests cannot run (install redis-server)';
  if (process.env['CI']) throw new Error(message);
  process.stderr.write(`SKIPPED: ${message}\n`);
}

export async function startRedis(): Promise<RedisServer> {
  if (!PROGRAM) throw new Error('Bug: asked for Redis on a machine without it.');
  const folder = await mkdtemp(join(tmpdir(), 'pillivery-redis-'));
  const port = await freePort();
  const start = async (): Promise<ChildProcess> => {
    const child = spawn(PROGRAM, ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', folder], {
      stdio: 'ignore',
    });
    await ready(port);
    return child;
  };
  let child = await start();
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const kill = async (): Promise<void> => {
    if (ended()) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    kill,
    async startAgain() {
      if (ended()) child = await start();
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async stop() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function ready(port: number): Promise<void> {
  const until = performance.now() + READY_WITHIN_MS;
  while (performance.now() < until) {
    if (await answers(port)) return;
    await sleep(20);
  }
  throw new Error(`Redis did not start on port ${port}.`);
}

async function answers(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  try {
    await once(socket, 'connect');
    socket.write('PING\r\n');
    const [reply] = (await once(socket, 'data')) as [Buffer];
    return reply.toString() === '+PONG\r\n';
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
