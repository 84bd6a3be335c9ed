import { eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import { BillReportSchema, runBilling } from '../../src/billing/index.ts';
import type { App } from '../../src/app.ts';
import { bundle, type Bundle } from '../support/bundle.ts';
import { freePort } from '../support/mariadb.ts';
import { given } from '../support/given.ts';

const TODAY = '2026-11-20';

const subscriptionRow = async ({ database }: App, id: string) => {
  const { subscriptions } = database.tables;
  return (await database.select().from(subscriptions).where(eq(subscriptions.id, id)))[0];
};

const attemptsOf = async ({ database }: App, subscriptionId: string) => {
  const { paymentAttempts: t } = database.tables;
  return database.select().from(t).where(eq(t.subscriptionId, subscriptionId));
};

/** Makes a customer's next recurring charge decline, through the sandbox's control API. */
async function declineNext({ sandbox }: Bundle, customer: string, decline: object): Promise<void> {
  const response = await fetch(`${sandbox.url}/sandbox/customers/${customer}`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ declineNext: decline }),
  });
  expect(response.status).toBe(200);
}

describe('runBilling', () => {
  it('charges what is due and leaves what is not', async () => {
    const { app, sandbox } = await bundle();
    const due = await given(app).subscription();
    await given(app).subscription({ nextBillingOn: '2026-11-21' });
    const report = await runBilling(app, { date: TODAY });
    expect(report).toMatchObject({ exitCode: 0, outcome: 'completed', totals: { selected: 1, approved: 1 } });
    expect(sandbox.ledger()).toHaveLength(1);
    expect(await subscriptionRow(app, due.id)).toMatchObject({ lastCycle: 2, nextBillingOn: '2026-12-20' });
  });

  it('prints a report that its own schema accepts', async () => {
    const { app } = await bundle();
    await given(app).subscription();
    const report = await runBilling(app, { date: TODAY });
    expect(BillReportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
  });

  it('records a soft decline and calls the subscription past due', async () => {
    const shop = await bundle();
    const user = await given(shop.app).user();
    const { id } = await given(shop.app).subscription({ user });
    await declineNext(shop, user.customerRef, { times: 1, code: -782, result: 'LACK_BALANCE' });
    const report = await runBilling(shop.app, { date: TODAY });
    expect(report).toMatchObject({ exitCode: 0, totals: { declinedSoft: 1, approved: 0 } });
    expect(report.codes).toEqual([
      { provider: 'KAKAOPAY', code: '-782/LACK_BALANCE', group: 'INSUFFICIENT_FUNDS', count: 1 },
    ]);
    expect(await subscriptionRow(shop.app, id)).toMatchObject({ status: 'PAST_DUE', nextBillingOn: TODAY });
    expect(await attemptsOf(shop.app, id)).toMatchObject([
      { state: 'DECLINED', reasonGroup: 'INSUFFICIENT_FUNDS', liveKey: null, mandateFence: null },
    ]);
  });

  it('does not charge a declined cycle again on the same day', async () => {
    const shop = await bundle();
    const user = await given(shop.app).user();
    await given(shop.app).subscription({ user });
    await declineNext(shop, user.customerRef, { times: 1, code: -782, result: 'LACK_BALANCE' });
    await runBilling(shop.app, { date: TODAY });
    expect(await runBilling(shop.app, { date: TODAY })).toMatchObject({ exitCode: 0, totals: { selected: 0 } });
    expect(shop.sandbox.ledger()).toHaveLength(0);
  });

  it('settles the others when one is declined', async () => {
    const shop = await bundle();
    const user = await given(shop.app).user();
    await given(shop.app).subscriptions(10);
    await given(shop.app).subscription({ user });
    await declineNext(shop, user.customerRef, { times: 1, code: -751 });
    const report = await runBilling(shop.app, { date: TODAY });
    expect(report.totals).toMatchObject({ selected: 11, approved: 10, declinedHard: 1 });
  });

  it('charges two subscriptions on one mandate one after the other, both in one run', async () => {
    const { app, sandbox } = await bundle({ latencyMs: 20 });
    const first = await given(app).subscription();
    const item = await given(app).item();
    await given(app).subscription({ mandateId: first.mandateId, item });
    const { mandates, users } = app.database.tables;
    const [mandate] = await app.database
      .select()
      .from(mandates)
      .where(eq(mandates.id, first.mandateId ?? ''));
    await app.database.update(users).set({ displayName: 'same' }).where(eq(users.id, first.userId));
    const report = await runBilling(app, { date: TODAY });
    expect(report).toMatchObject({ exitCode: 0, totals: { approved: 2, fenced: 0 } });
    expect(sandbox.ledger().map(({ customer }) => customer)).toEqual([mandate?.customerRef, mandate?.customerRef]);
  });

  it('is repeated safely after the provider was down: nothing charged, then charged once', async () => {
    const { app, sandbox } = await bundle();
    const { id } = await given(app).subscription();
    const real = app.config.payments.kakaopay.baseUrl;
    const away = await bundle({
      settings: { PILLIVERY_PAYMENTS__KAKAOPAY__BASE_URL: `http://127.0.0.1:${await freePort()}` },
    });
    const down = await runBilling({ ...app, payments: away.app.payments }, { date: TODAY });
    expect(down).toMatchObject({
      exitCode: 75,
      outcome: 'incomplete',
      reasons: ['PROVIDER_DOWN'],
      totals: { left: 1 },
    });
    expect(await attemptsOf(app, id)).toMatchObject([{ state: 'NOT_CHARGED', closeReason: 'PROVIDER_DOWN' }]);
    expect(real).toBe(sandbox.url);
  });

  it('writes nothing and calls nobody in a dry run', async () => {
    const { app, sandbox } = await bundle();
    const { id } = await given(app).subscription();
    const report = await runBilling(app, { date: TODAY, dryRun: true });
    expect(report).toMatchObject({
      dryRun: true,
      exitCode: 0,
      totals: { selected: 1, approved: 1, amountApproved: 27_000 },
    });
    expect(await attemptsOf(app, id)).toEqual([]);
    expect(await app.database.select().from(app.database.tables.billingRuns)).toEqual([]);
    expect(sandbox.ledger()).toEqual([]);
  });

  it('passes over an item that is sold out and goes on with the rhythm', async () => {
    const { app, sandbox } = await bundle();
    const item = await given(app).item({ status: 'SOLD_OUT' });
    const { id } = await given(app).subscription({ item });
    expect(await runBilling(app, { date: TODAY })).toMatchObject({ exitCode: 0, totals: { skipped: 1, approved: 0 } });
    expect(await subscriptionRow(app, id)).toMatchObject({
      nextBillingOn: '2026-12-20',
      lastCycle: 2,
      status: 'ACTIVE',
    });
    expect(sandbox.ledger()).toEqual([]);
  });

  it('holds the cycle of a due subscription without a usable mandate, and asks for one', async () => {
    const { app, sandbox } = await bundle();
    await given(app).subscription({ mandateId: null });
    expect(await runBilling(app, { date: TODAY })).toMatchObject({
      exitCode: 0,
      totals: { held: 1, approved: 0 },
    });
    expect(sandbox.ledger()).toEqual([]);
  });

  it('charges a date missed by three days once, and leaves one older than the catch-up limit', async () => {
    const { app, sandbox } = await bundle();
    await given(app).subscription({ nextBillingOn: '2026-11-17' });
    await given(app).subscription({ nextBillingOn: '2026-11-10' });
    const report = await runBilling(app, { date: TODAY });
    expect(report).toMatchObject({
      exitCode: 3,
      reasons: ['OVERDUE'],
      totals: { approved: 1 },
      overdueBeyondCatchUp: { count: 1 },
    });
    expect(sandbox.ledger()).toHaveLength(1);
  });

  it('refuses a date that lies ahead, and one that does not exist', async () => {
    const { app } = await bundle();
    await expect(runBilling(app, { date: '2026-11-21' })).rejects.toMatchObject({ code: 'DATE_IN_FUTURE' });
    await expect(runBilling(app, { date: '2026-02-30' })).rejects.toMatchObject({ code: 'DATE_INVALID' });
  });

  it('stops taking work when told to, books what it holds, and the next run finishes', async () => {
    const { app, sandbox } = await bundle({ latencyMs: 30, settings: { PILLIVERY_BILLING__CONCURRENCY: '4' } });
    await given(app).subscriptions(40);
    const stop = AbortSignal.timeout(120);
    const report = await runBilling(app, { date: TODAY, stop });
    expect(report).toMatchObject({ exitCode: 75, reasons: ['INTERRUPTED'] });
    const rest = await runBilling(app, { date: TODAY });
    expect(report.totals.approved + rest.totals.approved).toBe(40);
    expect(new Set(sandbox.ledger().map(({ customer }) => customer)).size).toBe(40);
    expect(sandbox.ledger()).toHaveLength(40);
  });

  it('finds the lease of a live runner taken, and takes it over once it has run out', async () => {
    const { app, clock } = await bundle();
    await given(app).subscription();
    const { billingRuns, billingRunners } = app.database.tables;
    const now = clock.now();
    const stamps = { startedAt: now, createdAt: now, updatedAt: now };
    const runId = app.newId();
    await app.database
      .insert(billingRuns)
      .values({ id: runId, job: 'renewal', businessOn: TODAY, status: 'RUNNING', fence: 1, ...stamps });
    const lease = { heartbeatAt: now, leaseUntil: new Date(now.getTime() + 60_000) };
    const runner = { id: app.newId(), runId, fence: 1, host: 'elsewhere', pid: 1, version: '0', ...lease, ...stamps };
    await app.database.insert(billingRunners).values({ ...runner, status: 'RUNNING' });
    await expect(runBilling(app, { date: TODAY })).rejects.toMatchObject({ code: 'BILLING_RUNNING', held: true });
    clock.moveTo(new Date(now.getTime() + 61_000));
    expect(await runBilling(app, { date: TODAY })).toMatchObject({ exitCode: 0, totals: { approved: 1 } });
  });
});
