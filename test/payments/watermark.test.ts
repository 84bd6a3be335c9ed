import { copyFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { openApp } from '../../src/app.ts';
import { runBilling } from '../../src/billing/index.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { startCheckout } from '../../src/payments/checkout/start-checkout.ts';
import { readyPayments } from '../../src/payments/start-up.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { openCheckout } from '../support/checkout.ts';
import { tempDir } from '../support/databases.ts';
import { environmentFor, ROOT, START } from '../support/environment.ts';
import { given } from '../support/given.ts';

/** A shop in a folder, whose database can be copied aside and put back while it is closed. */
async function shopIn(folder: string) {
  const clock = systemClock(new Date(START));
  const sandbox = await startSandbox({ clock });
  const environment = environmentFor({
    databaseUrl: `sqlite:${folder}/shop.db`,
    sandbox,
    settings: { PILLIVERY_DATA_DIR: folder },
  });
  const config = loadConfig({ root: ROOT, cwd: ROOT, environment });
  const app = await openApp(config, { root: ROOT, version: '0.0.0-test', clock, migrateFirst: true });
  return {
    app,
    sandbox,
    close: async () => {
      await app.close();
      await sandbox.close();
    },
  };
}

describe('a database restored from an older backup', () => {
  it('is told from the one that charged last, and nothing is charged with it', async () => {
    const folder = await tempDir();
    const before = await shopIn(folder);
    await (await openCheckout(before.app)).return(); // the ledger has its identity from the first charge on
    const due = await given(before.app).subscription();
    await before.close();
    await copyFile(`${folder}/shop.db`, `${folder}/backup.db`);

    const after = await shopIn(folder);
    expect((await runBilling(after.app, { date: '2026-11-20' })).totals.approved).toBe(1);
    await after.close();
    await copyFile(`${folder}/backup.db`, `${folder}/shop.db`);

    const restored = await shopIn(folder);
    const report = await runBilling(restored.app, { date: '2026-11-20' });
    expect(report).toMatchObject({ exitCode: 3, reasons: ['LEDGER_OLDER'], totals: { approved: 0 } });
    const user = await given(restored.app).user();
    const starting = startCheckout(restored.app, { user, orderId: due.originOrderId });
    await expect(starting).rejects.toMatchObject({ code: 'PAYMENTS_HALTED', kind: 'unavailable' });
    expect(restored.sandbox.ledger()).toEqual([]);
    await restored.close();
  });

  it('is not confused with a new one at the same place', async () => {
    const folder = await tempDir();
    const first = await shopIn(folder);
    await (await openCheckout(first.app)).return();
    await first.close();
    const other = await tempDir();
    await copyFile(`${folder}/ledger-watermark`, `${other}/ledger-watermark`);
    const second = await shopIn(other);
    await readyPayments(second.app);
    expect(second.app.payments.halted()).toBe(false);
    await second.close();
  });
});
