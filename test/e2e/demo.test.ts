import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { addDays } from '../../src/platform/calendar.ts';
import { runCli } from '../support/cli.ts';
import { tempDir } from '../support/databases.ts';

const playDemo = (folder: string, ...more: string[]) =>
  runCli(['demo', '--once', '--data-dir', folder, '--items', '2000', ...more]);

it('tells the whole story of one customer and prints its numbers', async () => {
  const folder = await tempDir();

  const { code, stdout } = await playDemo(folder, '--json');

  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    schema: 'pillivery.demo/1',
    items: 2000,
    billed: 1,
    sandboxCharges: 2,
    subscription: { status: 'ACTIVE' },
    books: { charges: 2, approved: 2, differences: [] },
    dataDir: folder,
  });
});

it('leaves nothing to bill on the day that it billed', async () => {
  const folder = await tempDir();
  const { subscription } = JSON.parse((await playDemo(folder, '--json')).stdout);
  const billedOn = addDays(subscription.nextBillingOn, -30);

  const { code, stdout } = await runCli(['bill', '--date', billedOn, '--json', '--data-dir', folder]);

  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ totals: { selected: 0, approved: 0 } });
});

it('can be played again in the same folder, where the first customer is renewed too and the books still agree', async () => {
  const folder = await tempDir();
  await playDemo(folder, '--json');

  const { code, stdout } = await playDemo(folder, '--json');

  expect(code).toBe(0);
  // Two charges of each story's own, and the first customer's third, which fell due on the second story's day.
  expect(JSON.parse(stdout)).toMatchObject({ billed: 1, sandboxCharges: 2, books: { charges: 5, differences: [] } });
});

it('prints won amounts and its folder for people', async () => {
  const folder = await tempDir();

  const { code, stdout } = await playDemo(folder);

  expect(code).toBe(0);
  expect(stdout).toMatch(/1 approved, [\d,]+ won/);
  expect(stdout).toContain(folder);
});

it('keeps its secrets in a file that nobody else may read', async () => {
  const folder = await tempDir();
  await playDemo(folder);
  const secrets = join(folder, '.env');

  expect((await stat(secrets)).mode & 0o777).toBe(0o600);
  expect(await readFile(secrets, 'utf8')).toContain('PILLIVERY_AUTH__JWT_KEY=');
});
