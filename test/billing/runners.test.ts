import { and, eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import { runBilling } from '../../src/billing/index.ts';
import { openApp, type App } from '../../src/app.ts';
import { bundle, ROOT, type Bundle } from '../support/bundle.ts';
import { ENGINES } from '../support/databases.ts';
import { given } from '../support/given.ts';
import { TODAY } from './support.ts';

const runsOf = ({ app: { database } }: Bundle) => database.select().from(database.tables.billingRuns);
const runnersOf = ({ app: { database } }: Bundle) => database.select().from(database.tables.billingRunners);

/** Another process with the same database and provider. */
const anotherProcess = ({ app, clock }: Bundle): Promise<App> =>
  openApp(app.config, { root: ROOT, version: '0.0.0-test', clock });

const customersCharged = ({ sandbox }: Bundle): number =>
  new Set(sandbox.ledger().map(({ customer }) => customer)).size;

describe.each(ENGINES)('runners on %s', { timeout: 60_000 }, (engine) => {
  it('join each other on one date and charge each cycle once', async () => {
    const shop = await bundle({ engine, latencyMs: 5, settings: { PILLIVERY_BILLING__CONCURRENCY: '4' } });
    await given(shop.app).subscriptions(400);
    const others = await Promise.all(Array.from({ length: 3 }, () => anotherProcess(shop)));
    const reports = await Promise.all([shop.app, ...others].map((app) => runBilling(app, { date: TODAY, join: true })));
    await Promise.all(others.map((app) => app.close()));
    expect(reports.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
    expect(reports.reduce((sum, { totals }) => sum + totals.approved, 0)).toBe(400);
    expect(shop.sandbox.ledger()).toHaveLength(400);
    expect(customersCharged(shop)).toBe(400);
    expect(await runsOf(shop)).toMatchObject([
      { status: 'COMPLETED', fence: 4, report: { runners: 4, totals: { approved: 400 } } },
    ]);
    expect((await runnersOf(shop)).map(({ status }) => status)).toEqual(Array(4).fill('ENDED'));
  });

  it('refuse to work beside each other without being told to, and on different dates', async () => {
    const shop = await bundle({ engine, latencyMs: 20, settings: { PILLIVERY_BILLING__CONCURRENCY: '2' } });
    await given(shop.app).subscriptions(40);
    const running = runBilling(shop.app, { date: TODAY });
    await expect.poll(() => shop.sandbox.ledger().length).toBeGreaterThan(2);
    await expect(runBilling(shop.app, { date: TODAY })).rejects.toMatchObject({ code: 'BILLING_RUNNING', held: true });
    const yesterday = { date: '2026-11-19', join: true };
    await expect(runBilling(shop.app, yesterday)).rejects.toMatchObject({ code: 'BILLING_RUNNING' });
    expect(await running).toMatchObject({ exitCode: 0, totals: { approved: 40 } });
  });

  it('take over what a dead one has created, once its lease has run out', async () => {
    const shop = await bundle({ engine, latencyMs: 10, settings: { PILLIVERY_BILLING__CONCURRENCY: '2' } });
    await given(shop.app).subscriptions(30);
    const stop = new AbortController();
    const dying = runBilling(shop.app, { date: TODAY, stop: stop.signal });
    await expect.poll(() => shop.sandbox.ledger().length).toBeGreaterThan(3);
    stop.abort();
    const first = await dying;
    expect(first).toMatchObject({ exitCode: 75, reasons: ['INTERRUPTED'] });
    expect(first.totals.approved + first.totals.left).toBe(30);
    const { paymentAttempts: t } = shop.app.database.tables;
    expect((await shop.app.database.select().from(t).where(eq(t.state, 'SENT'))).length).toBe(0);
    const second = await runBilling(shop.app, { date: TODAY });
    expect(second).toMatchObject({ exitCode: 0, totals: { approved: 30 - first.totals.approved } });
    expect(shop.sandbox.ledger()).toHaveLength(30);
    expect(await runsOf(shop)).toMatchObject([{ status: 'COMPLETED', report: { totals: { approved: 30 } } }]);
  });

  it('take nothing more once they were declared lost', async () => {
    const shop = await bundle({ engine, latencyMs: 20, settings: { PILLIVERY_BILLING__CONCURRENCY: '2' } });
    await given(shop.app).subscriptions(40);
    const running = runBilling(shop.app, { date: TODAY });
    await expect.poll(() => shop.sandbox.ledger().length).toBeGreaterThan(3);
    const { billingRunners: r } = shop.app.database.tables;
    await shop.app.database.update(r).set({ status: 'LOST' }).where(eq(r.status, 'RUNNING'));
    const report = await running;
    expect(report).toMatchObject({ exitCode: 75, reasons: ['LEASE_LOST'] });
    expect(report.totals.approved).toBe(shop.sandbox.ledger().length);
    expect(report.totals.approved).toBeLessThan(40);
    expect(await runBilling(shop.app, { date: TODAY })).toMatchObject({ exitCode: 0 });
    expect(customersCharged(shop)).toBe(40);
    expect(shop.sandbox.ledger()).toHaveLength(40);
  });

  it('leave a cancelled subscription alone, its attempt created or not', async () => {
    const shop = await bundle({ engine });
    const [first, second] = await given(shop.app).subscriptions(2);
    const { subscriptions: s, paymentAttempts: t } = shop.app.database.tables;
    await runBilling(shop.app, { date: TODAY, stop: AbortSignal.timeout(0) });
    const cancel = (id = ''): Promise<unknown> =>
      shop.app.database.update(s).set({ status: 'CANCELLED' }).where(eq(s.id, id));
    await cancel(first?.id);
    const report = await runBilling(shop.app, { date: TODAY });
    expect(report).toMatchObject({ exitCode: 0, totals: { approved: 1 } });
    const left = and(eq(t.subscriptionId, first?.id ?? ''), eq(t.state, 'SENT'));
    expect(await shop.app.database.select().from(t).where(left)).toEqual([]);
    expect(shop.sandbox.ledger()).toHaveLength(1);
    expect(second).toBeDefined();
  });
});
