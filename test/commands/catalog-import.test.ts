import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundle, environmentFor } from '../support/bundle.ts';
import { runCli } from '../support/cli.ts';
import { tempDir } from '../support/databases.ts';

const FILE =
  'statementNumber,name,brand,originPrice\n1,루테인,푸른들,10000\n2,칼슘,푸른들,만원\n3,유산균,하늘팜,30000\n';

/** A shop in a SQLite file, and `pillivery catalog import` of a file in it. */
async function importer() {
  const { app, databaseUrl, sandbox } = await bundle({ engine: 'sqlite' });
  const folder = await tempDir();
  const run = async (name: string, text: string, ...words: string[]) => {
    await writeFile(join(folder, name), text);
    const environment = { NO_COLOR: '1', ...environmentFor({ databaseUrl, sandbox }) };
    return runCli(['catalog', 'import', join(folder, name), ...words], environment);
  };
  return { app, run };
}

describe('catalog import', () => {
  it('takes the good rows, names the bad ones, and says by its exit code that somebody must look', async () => {
    const { app, run } = await importer();
    const first = await run('items.csv', FILE, '--by', 'mina');
    expect([first.code, first.stdout]).toEqual([
      3,
      'row 2: originPrice: format\n2 created, 0 updated, 0 unchanged, 1 rejected\n',
    ]);
    expect(await app.database.select().from(app.database.tables.auditLog)).toMatchObject([
      { action: 'item.import', actorId: 'mina' },
    ]);
    const again = await run('items.csv', FILE);
    expect(again.stdout).toContain('0 created, 0 updated, 2 unchanged, 1 rejected');
  });

  it('says what it would do, and does it for a file without mistakes with exit code 0', async () => {
    const { app, run } = await importer();
    const rows = JSON.stringify([{ statementNumber: '1', name: '루테인', brand: '푸른들' }]);
    const words = ['--default-origin-price', '30000', '--json'];
    const dry = await run('items.json', rows, ...words, '--dry-run');
    expect(JSON.parse(dry.stdout)).toMatchObject({ schema: 'pillivery.catalog-import/1', dryRun: true, created: 1 });
    const { items } = app.database.tables;
    expect(await app.database.select().from(items)).toEqual([]);
    expect((await run('items.json', rows, ...words)).code).toBe(0);
    expect(await app.database.select().from(items)).toMatchObject([{ status: 'HIDDEN', originPrice: 30_000 }]);
  });

  it('refuses what is no import with exit code 2', async () => {
    const { run } = await importer();
    const { code, stderr } = await run('items.csv', 'statementNumber,nmae\n1,x\n');
    expect([code, stderr]).toEqual([2, expect.stringContaining('nmae (unknown_field)')]);
  });
});
