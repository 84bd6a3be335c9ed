import { describe, expect, it } from 'vitest';
import { readyPayments } from '../../src/payments/index.ts';
import { findForgetfulness } from '../../src/platform/database/index.ts';
import { bundle } from '../support/bundle.ts';
import { ENGINES } from '../support/databases.ts';

describe.each(ENGINES)('a database that holds payments, on %s', (engine) => {
  it('writes every commit to the disk', async () => {
    const { app } = await bundle({ engine });
    expect(await findForgetfulness(app.database)).toEqual([]);
  });
});

describe('a SQLite connection that may forget commits', () => {
  it('is told from one that does not', async () => {
    const { app } = await bundle({ engine: 'sqlite' });
    await app.database.raw('pragma synchronous = normal');
    expect(await findForgetfulness(app.database)).toEqual(['synchronous is below FULL']);
  });
});

describe.runIf(ENGINES.includes('mysql'))('a server that may forget commits', () => {
  it('is named, and in production no payment starts on it', async () => {
    const { app } = await bundle({ engine: 'mysql' });
    await app.database.raw('set global innodb_flush_log_at_trx_commit = 2');
    try {
      expect(await findForgetfulness(app.database)).toEqual(['innodb_flush_log_at_trx_commit is not 1']);
      await expect(readyPayments(app)).resolves.toEqual({ spooled: 0 });
      const production = { ...app, config: { ...app.config, env: 'production' as const } };
      await expect(readyPayments(production)).rejects.toMatchObject({ code: 'DATABASE_FORGETFUL' });
    } finally {
      await app.database.raw('set global innodb_flush_log_at_trx_commit = 1');
    }
  });
});
