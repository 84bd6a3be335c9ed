import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { openSpool } from '../../src/payments/ledger/spool.ts';
import { keepOnDisk } from '../../src/payments/ledger/settle-patiently.ts';
import { readyPayments } from '../../src/payments/start-up.ts';
import { bundle } from '../support/bundle.ts';
import { openCheckout } from '../support/checkout.ts';
import { ENGINES, tempDir } from '../support/databases.ts';

const TOKEN = 'SID0123456789abcdef0';

/** An attempt whose call was made, and the provider's answer that was never booked. */
async function answeredAttempt(app: App) {
  const { attempt, orderId } = await openCheckout(app, { kind: 'SUBSCRIPTION' });
  const { paymentAttempts: t } = app.database.tables;
  const sent = { state: 'SENT' as const, sentAt: app.clock.now() };
  await app.database.update(t).set(sent).where(eq(t.id, attempt.id));
  const outcome = {
    kind: 'approved' as const,
    paymentId: 'T0000000000000000001',
    approvedAt: app.clock.now(),
    amounts: { total: attempt.amount, taxFree: 0 },
    mandate: { token: TOKEN, merchantCode: attempt.merchantCode, customerRef: attempt.customerRef },
  };
  return { attempt: { ...attempt, ...sent }, outcome, orderId };
}

describe.each(ENGINES)('an answer that could not be booked, on %s', (engine) => {
  it('is kept on disk and booked by the next start, once', async () => {
    const { app } = await bundle({ engine });
    const { attempt, outcome, orderId } = await answeredAttempt(app);
    await keepOnDisk(app, attempt, outcome, new Error('the database is away'));
    expect(await app.payments.spool.waiting()).toHaveLength(1);

    expect(await readyPayments(app)).toEqual({ spooled: 1 });
    expect(await readyPayments(app)).toEqual({ spooled: 0 });
    const { paymentAttempts: t, orders, mandates } = app.database.tables;
    expect(await app.database.select().from(t)).toMatchObject([
      { state: 'APPROVED', providerPaymentId: outcome.paymentId },
    ]);
    expect(await app.database.select().from(orders).where(eq(orders.id, orderId))).toMatchObject([{ status: 'PAID' }]);
    const [mandate] = await app.database.select().from(mandates);
    expect(app.payments.vault().open(mandate?.tokenCipher ?? '')).toBe(TOKEN);
  });

  it('stays on disk while its attempt is not there', async () => {
    const { app } = await bundle({ engine });
    const { attempt, outcome } = await answeredAttempt(app);
    await keepOnDisk(app, { ...attempt, id: app.newId() }, outcome, new Error('away'));
    expect(await readyPayments(app)).toEqual({ spooled: 0 });
    expect(await app.payments.spool.waiting()).toHaveLength(1);
  });
});

describe('the spool', () => {
  it('holds no mandate in clear text, and nobody else may read it', async () => {
    const folder = await mkdtemp(join(await tempDir(), 'spool-'));
    const { app } = await bundle();
    const { attempt, outcome } = await answeredAttempt(app);
    const spool = openSpool(folder, app.payments.vault);
    await spool.keep(attempt, outcome);
    const [name = ''] = await readdir(folder);
    expect(await readFile(join(folder, name), 'utf8')).not.toContain(TOKEN);
    expect(await spool.read(name)).toEqual({ attemptId: attempt.id, outcome });
  });

  it('passes over a file that a killed process left unfinished', async () => {
    const folder = await tempDir();
    await writeFile(join(folder, 'pa_1-x.jsonl.part'), '{"attem');
    const { app } = await bundle();
    expect(await openSpool(folder, app.payments.vault).waiting()).toEqual([]);
  });
});
