import { describe, expect, it, onTestFinished } from 'vitest';
import { openApp, type App } from '../../src/app.ts';
import { runBilling } from '../../src/billing/index.ts';
import { resealMandates } from '../../src/payments/index.ts';
import { loadConfig, type Environment } from '../../src/platform/config/index.ts';
import { bundle, environmentFor, ROOT, TEST_SECRETS, type Bundle } from '../support/bundle.ts';
import { ENGINES } from '../support/databases.ts';
import { given } from '../support/given.ts';

const OLD = TEST_SECRETS.PILLIVERY_PAYMENTS__TOKEN_KEY;
const NEW = 'another-token-key-of-more-than-thirty-two-bytes';
const BOTH = { PILLIVERY_PAYMENTS__TOKEN_KEY: NEW, PILLIVERY_PAYMENTS__OLD_TOKEN_KEYS: OLD };
const ONLY_NEW = { PILLIVERY_PAYMENTS__TOKEN_KEY: NEW };
const DATE = '2026-11-20';

/** Another process of the same shop, with settings of its own. */
async function reopened({ databaseUrl, sandbox, clock }: Bundle, settings: Environment): Promise<App> {
  const config = loadConfig({ root: ROOT, cwd: ROOT, environment: environmentFor({ databaseUrl, sandbox, settings }) });
  const app = await openApp(config, { root: ROOT, version: '0.0.0-test', clock });
  onTestFinished(() => app.close());
  return app;
}

describe.each(ENGINES)('changing the key of mandate tokens on %s', (engine) => {
  it('goes on charging with what the earlier key has encrypted', async () => {
    const shop = await bundle({ engine });
    await given(shop.app).subscriptions(3);
    const app = await reopened(shop, BOTH);
    expect(await runBilling(app, { date: DATE })).toMatchObject({ totals: { approved: 3 } });
  });

  it('encrypts all anew, once, after which the earlier key may go', async () => {
    const shop = await bundle({ engine });
    const subscriptions = await given(shop.app).subscriptions(3);
    const rekeying = await reopened(shop, BOTH);
    const before = await hashes(shop);
    expect(await resealMandates(rekeying)).toEqual({ schema: 'pillivery.payments-rekey/1', sealed: 3, left: 0 });
    expect(await resealMandates(rekeying)).toMatchObject({ sealed: 0, left: 0 });
    expect((await hashes(shop)).filter((hash) => before.includes(hash))).toEqual([]);

    const app = await reopened(shop, ONLY_NEW);
    expect(await runBilling(app, { date: DATE })).toMatchObject({ totals: { approved: subscriptions.length } });
  });

  it('gives equal tokens equal hashes again, so that one is still stored once', async () => {
    const shop = await bundle({ engine });
    await given(shop.app).subscription();
    const { mandates: m } = shop.app.database.tables;
    const [mandate] = await shop.app.database.select().from(m);
    const token = shop.app.payments.vault().open(mandate?.tokenCipher ?? '');
    const app = await reopened(shop, BOTH);
    await resealMandates(app);
    const [after] = await app.database.select().from(m);
    expect(app.payments.vault().seal(token).hash).toBe(after?.tokenHash);
  });

  it('run twice at the same moment seals each token once', async () => {
    const shop = await bundle({ engine });
    await given(shop.app).subscriptions(20);
    const [one, other] = [await reopened(shop, BOTH), await reopened(shop, BOTH)];
    const runs = await Promise.all([resealMandates(one), resealMandates(other)]);
    expect(runs.map(({ left }) => left)).toEqual([0, 0]);
    expect(runs[0].sealed + runs[1].sealed).toBe(20);
    const app = await reopened(shop, ONLY_NEW);
    expect(await runBilling(app, { date: DATE })).toMatchObject({ totals: { approved: 20 } });
  });

  it('counts what no configured key opens as left, and touches none of it', async () => {
    const shop = await bundle({ engine });
    await given(shop.app).subscriptions(2);
    const before = await hashes(shop);
    const app = await reopened(shop, ONLY_NEW);
    expect(await resealMandates(app)).toMatchObject({ sealed: 0, left: 2 });
    expect(await hashes(shop)).toEqual(before);
  });
});

async function hashes({ app }: Bundle): Promise<string[]> {
  const { mandates: m } = app.database.tables;
  const rows = await app.database.select({ hash: m.tokenHash }).from(m).orderBy(m.id);
  return rows.map(({ hash }) => hash);
}
