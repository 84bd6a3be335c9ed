import { eq } from '../../src/platform/database/sql.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { runBilling } from '../../src/billing/index.ts';
import { addDays, momentIn } from '../../src/platform/calendar.ts';
import { bundle } from '../support/bundle.ts';
import { ENGINES } from '../support/databases.ts';
import { given } from '../support/given.ts';
import {
  attemptsOf,
  billOn,
  cyclesOf,
  declining,
  eventsOf,
  LACKS_BALANCE,
  moveTo,
  subscriptionOf,
  TODAY,
} from './support.ts';

describe('the business date', () => {
  const zone = process.env['TZ'];
  afterEach(() => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });

  it.each(['UTC', 'Asia/Seoul', 'America/New_York'])(
    'is the shop’s, whatever the machine’s zone is: %s',
    async (machine) => {
      process.env['TZ'] = machine;
      const shop = await bundle();
      const { id } = await given(shop.app).subscription({ nextBillingOn: '2026-11-21' });
      moveTo(shop, TODAY, '23:20');
      expect(await runBilling(shop.app)).toMatchObject({ businessDate: TODAY, totals: { selected: 0 } });
      moveTo(shop, '2026-11-21', '00:40');
      expect(await runBilling(shop.app)).toMatchObject({ businessDate: '2026-11-21', totals: { approved: 1 } });
      expect(await subscriptionOf(shop, id)).toMatchObject({ nextBillingOn: '2026-12-21' });
    },
  );

  it('stays the one of the start when the run goes on past midnight', async () => {
    const shop = await bundle({
      latencyMs: 40,
      settings: { PILLIVERY_BILLING__CONCURRENCY: '1' },
      sandbox: { blackout: false },
    });
    const subscriptions = await given(shop.app).subscriptions(8);
    const { mandates } = shop.app.database.tables;
    await shop.app.database.update(mandates).set({ methodLabel: '카드 신한' }).where(undefined);
    shop.clock.moveTo(new Date(momentIn('Asia/Seoul', '2026-11-21', '00:00').getTime() - 150));
    const report = await runBilling(shop.app);
    expect(report).toMatchObject({ businessDate: TODAY, exitCode: 0, totals: { approved: 8 } });
    for (const { id } of subscriptions) {
      expect(await cyclesOf(shop, id)).toMatchObject([{ status: 'PAID', lastTryOn: TODAY }]);
    }
  });
});

describe.each(ENGINES)('dates on %s', { timeout: 60_000 }, (engine) => {
  it('keep their rhythm over many cycles, recovered on the ladder or not', async () => {
    const shop = await bundle({ engine });
    const lines = [];
    for (const [periodDays, times] of [
      [7, 1],
      [7, 2],
      [30, 3],
      [30, 0],
    ] as const) {
      lines.push({
        periodDays,
        times,
        subscription: await declining(shop, LACKS_BALANCE, { times: Math.max(times, 1), periodDays }),
      });
    }
    const calm = lines.at(-1)?.subscription;
    if (calm) shop.sandbox.changeCustomer(calm.customer, { declineNext: null });
    for (let day = 0; day <= 62; day += 1) {
      const date = addDays(TODAY, day);
      for (const { times, periodDays, subscription } of lines) {
        const falls = day > 0 && day % periodDays === 0 && times > 0;
        if (falls) shop.sandbox.changeCustomer(subscription.customer, { declineNext: { times, ...LACKS_BALANCE } });
      }
      await billOn(shop, date);
    }
    for (const { periodDays, subscription } of lines) {
      const cycles = await cyclesOf(shop, subscription.id);
      const due = cycles.map((_, index) => addDays(TODAY, index * periodDays));
      expect(cycles.map(({ billingOn }) => billingOn)).toEqual(due);
      expect(cycles.length).toBe(Math.floor(62 / periodDays) + 1);
    }
  });

  it('missed for three days are charged once each, and the ladder begins then', async () => {
    const shop = await bundle({ engine });
    await given(shop.app).subscriptions(2, { nextBillingOn: '2026-11-18' });
    const { id } = await declining(shop, LACKS_BALANCE, { nextBillingOn: '2026-11-17' });
    expect(await billOn(shop, TODAY)).toMatchObject({ exitCode: 0, totals: { approved: 2, declinedSoft: 1 } });
    expect(await cyclesOf(shop, id)).toMatchObject([
      { billingOn: '2026-11-17', firstTryOn: TODAY, nextTryOn: '2026-11-21' },
    ]);
  });

  it('missed for longer than the limit are reported and left, also when their cycle is open', async () => {
    const shop = await bundle({ engine });
    const old = await given(shop.app).subscription({ nextBillingOn: '2026-11-10' });
    const recent = await given(shop.app).subscription({ nextBillingOn: '2026-11-13' });
    const opened = await given(shop.app).subscription({ nextBillingOn: '2026-11-09' });
    moveTo(shop, '2026-11-09');
    await runBilling(shop.app, { date: '2026-11-09', limit: 0 });
    const report = await billOn(shop, TODAY);
    expect(report).toMatchObject({ exitCode: 3, reasons: ['OVERDUE'], totals: { approved: 1 } });
    expect(report.overdueBeyondCatchUp).toEqual({
      count: 2,
      first: [
        { subscriptionId: opened.id, dueOn: '2026-11-09' },
        { subscriptionId: old.id, dueOn: '2026-11-10' },
      ],
    });
    expect(await cyclesOf(shop, recent.id)).toMatchObject([{ status: 'PAID' }]);
    expect(shop.sandbox.ledger()).toHaveLength(1);
  });

  it('passed over for a whole period are told and not charged', async () => {
    const shop = await bundle({ engine, settings: { PILLIVERY_BILLING__CATCH_UP_DAYS: '30' } });
    const { id } = await given(shop.app).subscription({ periodDays: 7, nextBillingOn: '2026-11-01' });
    expect(await billOn(shop, TODAY)).toMatchObject({ exitCode: 0, periodsMissed: 2, totals: { approved: 1 } });
    expect(await subscriptionOf(shop, id)).toMatchObject({ nextBillingOn: '2026-11-22', lastBillingOn: '2026-11-01' });
    const [renewed] = await eventsOf(shop);
    expect(renewed).toMatchObject({ type: 'subscription.renewed', payload: { periodsMissed: 2 } });
  });
});

describe('at night, while banks rest', () => {
  it('charges cards, and the others once the night is over', async () => {
    const shop = await bundle();
    const money = await given(shop.app).subscription();
    const holder = await given(shop.app).user();
    const card = await given(shop.app).subscription({ user: holder });
    shop.sandbox.changeCustomer(holder.customerRef, { method: 'CARD' });
    const { mandates: m } = shop.app.database.tables;
    await shop.app.database
      .update(m)
      .set({ methodLabel: '카드 신한' })
      .where(eq(m.id, card.mandateId ?? ''));
    const night = momentIn('Asia/Seoul', TODAY, '00:35');
    shop.clock.moveTo(new Date(night.getTime() - 1_500));
    const report = await runBilling(shop.app);
    expect(report).toMatchObject({ exitCode: 0, totals: { selected: 2, approved: 2 } });
    const sentAt = async (id = '') => (await attemptsOf(shop, id))[0]?.sentAt?.getTime();
    expect(await sentAt(card.id)).toBeLessThan(night.getTime());
    expect(await sentAt(money.id)).toBeGreaterThanOrEqual(night.getTime());
  });

  it('ends with 75 when the night ends after its deadline', async () => {
    const shop = await bundle();
    await given(shop.app).subscription();
    moveTo(shop, TODAY, '00:10');
    expect(await runBilling(shop.app, { deadline: '10m' })).toMatchObject({
      exitCode: 75,
      reasons: ['BLACKOUT'],
      totals: { selected: 1, left: 1 },
    });
    expect(shop.sandbox.requests()).toEqual([]);
    moveTo(shop, TODAY, '02:00');
    expect(await runBilling(shop.app)).toMatchObject({ exitCode: 0, totals: { approved: 1 } });
  });
});
