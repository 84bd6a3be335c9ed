import type { TestProject } from 'vitest/node';
import { startMariaDb } from './mariadb.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of a MySQL-protocol server, without a database; empty when the machine has none. */
    mysqlUrl: string;
  }
}

/** One private MariaDB for the whole run; each test makes databases of its own in it. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env['PILLIVERY_TEST_MYSQL_URL'];
  const server = given ? undefined : await startMariaDb();
  const url = given ?? server?.url ?? '';
  if (!url) {
    const message =
      'no MySQL-protocol server: its tests cannot run (install mariadb-server, or set PILLIVERY_TEST_MYSQL_URL)';
    if (process.env['CI']) throw new Error(message);
    process.stderr.write(`SKIPPED: ${message}\n`);
  }
  project.provide('mysqlUrl', url);
  return server && (() => server.stop());
}
