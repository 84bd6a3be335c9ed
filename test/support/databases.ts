import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { inject, onTestFinished } from 'vitest';

export type EngineName = 'sqlite-memory' | 'sqlite' | 'mysql';

/** The engines this run can prove something on; MariaDB is left out, loudly, where there is none. */
export const ENGINES: EngineName[] = inject('mysqlUrl') ? ['sqlite', 'mysql'] : ['sqlite'];

/** A temporary folder that is gone after the test. */
export async function tempDir(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pillivery-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The address of a new, empty database that is gone after the test. */
export async function freshDatabase(engine: EngineName): Promise<string> {
  if (engine === 'sqlite-memory') return 'sqlite::memory:';
  if (engine === 'sqlite') return `sqlite:${join(await tempDir(), 'test.db')}`;
  const server = inject('mysqlUrl');
  const name = `pv_${randomBytes(6).toString('hex')}`;
  await administer(server, `create database ${name} character set utf8mb4`);
  onTestFinished(() => administer(server, `drop database ${name}`));
  return `${server}/${name}`;
}

async function administer(server: string, statement: string): Promise<void> {
  const connection = await mysql.createConnection(server);
  await connection.query(statement);
  await connection.end();
}
