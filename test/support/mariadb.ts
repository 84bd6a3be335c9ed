import { spawn, execFile, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import mysql from 'mysql2/promise';

/** A private MySQL-protocol server: own folder, own port, loopback only, gone when stopped. */
export interface MysqlServer {
  /** `mysql://user@127.0.0.1:port` without a database. */
  url: string;
  /** Makes a database and returns its address. */
  createDatabase(name: string): Promise<string>;
  /** Ends it as by kill -9: nothing is flushed, nothing is said to its clients. */
  kill(): Promise<void>;
  /** Starts it on what it has on disk, at the same address. */
  startAgain(): Promise<void>;
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 30_000;

/** The machine's own binaries; Debian keeps servers in sbin. */
export function findProgram(...names: string[]): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin', '/usr/bin'];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

/** Starts MariaDB from the machine's binaries; undefined when there is none. Durability is the server's default: full. */
export async function startMariaDb(): Promise<MysqlServer | undefined> {
  const program = findProgram('mariadbd', 'mysqld');
  const install = findProgram('mariadb-install-db', 'mysql_install_db');
  if (!program || !install) return undefined;

  const folder = await mkdtemp(join(tmpdir(), 'pillivery-mariadb-'));
  await installInto(folder, install);
  const url = `mysql://pv@127.0.0.1:${await freePort()}`;
  let child = launch(program, folder, url);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };
  const stop = async (): Promise<void> => {
    await end('SIGTERM');
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await ready(child, url);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    stop,
    createDatabase: (name) => createDatabase(url, name),
    kill: () => end('SIGKILL'),
    async startAgain() {
      child = launch(program, folder, url);
      await ready(child, url);
    },
  };
}

const asRoot = (): string[] => (process.getuid?.() === 0 ? ['--user=root'] : []);

async function installInto(folder: string, install: string): Promise<void> {
  const rootMethod = '--auth-root-authentication-method=normal';
  const data = `--datadir=${join(folder, 'data')}`;
  // Servers started at the same time name their temporary tables alike, and must not meet in one folder.
  await promisify(execFile)(install, [
    '--no-defaults',
    data,
    `--tmpdir=${folder}`,
    rootMethod,
    '--skip-test-db',
    ...asRoot(),
  ]);
  const user = `create user if not exists pv@'127.0.0.1';\ngrant all on *.* to pv@'127.0.0.1';\n`;
  await writeFile(join(folder, 'init.sql'), user);
}

const launch = (program: string, folder: string, url: string): ChildProcess =>
  spawn(
    program,
    [
      '--no-defaults',
      `--datadir=${join(folder, 'data')}`,
      `--tmpdir=${folder}`,
      `--socket=${join(folder, 'socket')}`,
      `--pid-file=${join(folder, 'pid')}`,
      `--port=${new URL(url).port}`,
      '--bind-address=127.0.0.1',
      '--skip-name-resolve',
      `--init-file=${join(folder, 'init.sql')}`,
      '--innodb-buffer-pool-size=256M',
      '--max-connections=400',
      ...asRoot(),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );

async function createDatabase(url: string, name: string): Promise<string> {
  const connection = await mysql.createConnection(url);
  await connection.query(`create database ${name} character set utf8mb4`);
  await connection.end();
  return `${url}/${name}`;
}

async function ready(child: ChildProcess, url: string): Promise<void> {
  let complaints = '';
  child.stderr?.on('data', (chunk: Buffer) => (complaints = `${complaints}${chunk.toString()}`.slice(-4_000)));
  const until = performance.now() + READY_WITHIN_MS;
  for (;;) {
    try {
      const connection = await mysql.createConnection(url);
      await connection.end();
      return;
    } catch (cause) {
      if (child.exitCode !== null || performance.now() > until)
        throw new Error(`MariaDB did not start:\n${complaints}`, { cause });
    }
    await sleep(100);
  }
}
