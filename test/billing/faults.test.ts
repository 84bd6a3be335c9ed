import { eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import { runBilling } from '../../src/billing/index.ts';
import { bundle } from '../support/bundle.ts';
import { ENGINES } from '../support/databases.ts';
import { given } from '../support/given.ts';
import { attemptsOf, billOn, cyclesOf, declining, LACKS_BALANCE, mandateOf, subscriptionOf, TODAY } from './support.ts';

/** A breaker that opens soon and tries again soon. */
const BREAKER = {
  PILLIVERY_PAYMENTS__KAKAOPAY__BREAKER__OPEN_MS: '300',
  PILLIVERY_BILLING__CONCURRENCY: '4',
};
const FAILS = { match: { op: 'subscription' as const }, effect: { kind: 'fail' as const, status: 503 as const } };
const IN_MAINTENANCE = { match: { op: 'subscription' as const }, effect: { kind: 'maintenance' as const } };

describe.each(ENGINES)('a run against a troubled provider on %s', { timeout: 60_000 }, (engine) => {
  it('settles 18 of 20 when one is declined and one answers with an error', async () => {
    const shop = await bundle({ engine });
    await given(shop.app).subscriptions(18);
    await declining(shop, LACKS_BALANCE);
    const user = await given(shop.app).user();
    const lost = await given(shop.app).subscription({ user });
    shop.sandbox.addFault({
      match: { op: 'subscription', customer: user.customerRef },
      effect: { kind: 'fail', status: 500 },
    });
    const report = await billOn(shop, TODAY);
    expect(report).toMatchObject({ exitCode: 3, reasons: ['UNKNOWN'] });
    expect(report.totals).toMatchObject({ selected: 20, approved: 18, declinedSoft: 1, unknown: 1 });
    expect(await attemptsOf(shop, lost.id)).toMatchObject([{ state: 'UNKNOWN' }]);
  });

  it('waits for an open circuit and charges everybody once the provider is well again', async () => {
    const shop = await bundle({ engine, settings: BREAKER });
    await given(shop.app).subscriptions(60);
    shop.sandbox.addFault({ ...IN_MAINTENANCE, times: 40 });
    const report = await billOn(shop, TODAY);
    expect(report.exitCode).toBe(0);
    expect(report.totals).toMatchObject({ approved: 60, left: 0 });
    expect(report.performance.breakerOpenedTimes).toBeGreaterThan(0);
    expect(report.performance.breakerWaitSeconds).toBeGreaterThan(0.2);
    expect(shop.sandbox.ledger()).toHaveLength(60);
  });

  it('gives up when its patience is used up, leaves what it did not send as it was, and tries no more than the breaker', async () => {
    const shop = await bundle({ engine, settings: { ...BREAKER, PILLIVERY_BILLING__BREAKER_PATIENCE_SECONDS: '1' } });
    await given(shop.app).subscriptions(60);
    shop.sandbox.addFault(IN_MAINTENANCE);
    const report = await billOn(shop, TODAY);
    expect(report).toMatchObject({
      exitCode: 75,
      reasons: ['PROVIDER_DOWN'],
      totals: { selected: 60, approved: 0, left: 60 },
    });
    const { paymentAttempts: t } = shop.app.database.tables;
    const sent = await shop.app.database.select().from(t).where(eq(t.state, 'SENT'));
    expect(sent).toEqual([]);
    const calls = shop.sandbox.requests().filter(({ op }) => op === 'subscription');
    const trials = 10 * report.performance.breakerOpenedTimes; // ten in each of its open periods
    expect(calls.length).toBeLessThanOrEqual(20 + 4 + trials);

    shop.sandbox.clearFaults();
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(await runBilling(shop.app, { date: TODAY })).toMatchObject({ exitCode: 0, totals: { approved: 60 } });
    expect(shop.sandbox.ledger()).toHaveLength(60);
  });

  it('repeats a charge that certainly did not happen three times, then leaves it to the next run', async () => {
    const shop = await bundle({ engine });
    const { id } = await given(shop.app).subscription();
    shop.sandbox.addFault({ ...IN_MAINTENANCE, times: 4 });
    expect(await billOn(shop, TODAY)).toMatchObject({ exitCode: 75, reasons: ['PROVIDER_DOWN'], totals: { left: 1 } });
    expect((await attemptsOf(shop, id)).map(({ state }) => state)).toEqual(Array(4).fill('NOT_CHARGED'));
    expect(await cyclesOf(shop, id)).toMatchObject([{ status: 'OPEN', step: 1, liveAttemptId: null }]);
    expect(await runBilling(shop.app, { date: TODAY })).toMatchObject({ exitCode: 0, totals: { approved: 1 } });
  });

  it('gives up at once when the daily quota is used up', async () => {
    const shop = await bundle({ engine });
    await given(shop.app).subscription();
    shop.sandbox.addFault({ match: { op: 'subscription' }, effect: { kind: 'throttle' } });
    const report = await billOn(shop, TODAY);
    expect(report).toMatchObject({ exitCode: 75, reasons: ['PROVIDER_DOWN'], totals: { left: 1 } });
    expect(shop.sandbox.requests().filter(({ op }) => op === 'subscription')).toHaveLength(1);
  });

  it('sends none again whose answer was lost, and fences them until they are known', async () => {
    const shop = await bundle({ engine });
    await given(shop.app).subscriptions(40);
    shop.sandbox.addFault({ match: { op: 'subscription', every: 20 }, effect: { kind: 'commit_drop' } });
    const report = await billOn(shop, TODAY);
    expect(report).toMatchObject({ exitCode: 3, reasons: ['UNKNOWN'], totals: { approved: 38, unknown: 2 } });
    expect(report.needsOperator).toHaveLength(2);
    shop.sandbox.clearFaults();
    expect(await billOn(shop, TODAY)).toMatchObject({ totals: { selected: 0 } });
    shop.clock.moveTo(new Date(shop.clock.now().getTime() + 5 * 60_000));
    const next = await runBilling(shop.app, { date: TODAY }); // the mandates' last approvals have moved: booked
    expect(next).toMatchObject({ exitCode: 3, reasons: ['REFERENCE_MISSING'], recovered: { resolvedApproved: 2 } });
    expect(shop.sandbox.ledger()).toHaveLength(40);
  });

  it('stops at once when the provider rejects our key', async () => {
    const shop = await bundle({ engine, settings: { PILLIVERY_BILLING__CONCURRENCY: '4' } });
    await given(shop.app).subscriptions(30);
    shop.sandbox.addFault({ match: { op: 'subscription' }, effect: { kind: 'decline', code: -401, status: 401 } });
    const report = await billOn(shop, TODAY);
    expect(report).toMatchObject({ exitCode: 3, outcome: 'needs-operator' });
    expect(report.reasons).toContain('CONFIG_REJECTED');
    expect(shop.sandbox.requests().filter(({ op }) => op === 'subscription').length).toBeLessThanOrEqual(4);
    expect(report.totals.left).toBeGreaterThanOrEqual(22);
  });

  it('goes on when one item alone is rejected', async () => {
    const shop = await bundle({ engine });
    await given(shop.app).subscriptions(10);
    const { id } = await declining(shop, { code: -703 });
    const report = await billOn(shop, TODAY);
    expect(report).toMatchObject({
      exitCode: 3,
      reasons: ['CONFIG_REJECTED'],
      totals: { approved: 10, notCharged: 1 },
    });
    expect(await attemptsOf(shop, id)).toMatchObject([{ state: 'NOT_CHARGED', needsOperator: true }]);
    expect(await subscriptionOf(shop, id)).toMatchObject({ status: 'ACTIVE' });
    // It waits for a person, and is not tried again by itself.
    expect(await runBilling(shop.app, { date: TODAY })).toMatchObject({ exitCode: 0, totals: { selected: 0 } });
  });

  it('charges two lines of one mandate one after the other, and none past a charge in doubt', async () => {
    const shop = await bundle({ engine });
    const user = await given(shop.app).user();
    const first = await given(shop.app).subscription({ user });
    const item = await given(shop.app).item();
    const second = await given(shop.app).subscription({ user, item, mandateId: first.mandateId });
    shop.sandbox.addFault({ ...FAILS, times: 1 });
    const report = await billOn(shop, TODAY);
    expect(report).toMatchObject({ exitCode: 3, totals: { unknown: 1, fenced: 1 } });
    expect((await mandateOf(shop, first.mandateId))?.status).toBe('ACTIVE');
    const states = [...(await attemptsOf(shop, first.id)), ...(await attemptsOf(shop, second.id))].map(
      ({ state }) => state,
    );
    expect(states.toSorted()).toEqual(['CREATED', 'UNKNOWN']);
  });
});
