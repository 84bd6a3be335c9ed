import { describe, expect, it } from 'vitest';
import { runBilling } from '../../src/billing/index.ts';
import { addDays, dayIn } from '../../src/platform/calendar.ts';
import { bundle, type Bundle } from '../support/bundle.ts';
import { given } from '../support/given.ts';
import { billOn, cyclesOf, subscriptionOf } from './support.ts';

/** A shop in another zone; its customers pay by card, for which there is no night. */
async function shopIn(zone: string, now: string): Promise<Bundle> {
  const shop = await bundle({ settings: { PILLIVERY_SHOP__TIME_ZONE: zone }, sandbox: { blackout: false } });
  shop.clock.moveTo(new Date(now));
  return shop;
}

/** One subscription, paid by card. */
async function dueOn(shop: Bundle, nextBillingOn: string) {
  const subscription = await given(shop.app).subscription({ nextBillingOn });
  const { mandates } = shop.app.database.tables;
  await shop.app.database.update(mandates).set({ methodLabel: '카드 신한' }).where(undefined);
  return subscription;
}

const MINUTE_MS = 60_000;
const HALF_HOURS_AROUND = 8;

/** Runs every half hour from hours before a moment to hours after it; the dates that were billed, once each. */
async function runAround(shop: Bundle, moment: string): Promise<string[]> {
  const from = new Date(moment).getTime() - HALF_HOURS_AROUND * 30 * MINUTE_MS;
  const dates: string[] = [];
  for (let half = 0; half <= 2 * HALF_HOURS_AROUND; half += 1) {
    shop.clock.moveTo(new Date(from + half * 30 * MINUTE_MS));
    dates.push((await runBilling(shop.app)).businessDate);
  }
  return [...new Set(dates)];
}

/** When the clocks of a zone change, and the calendar day that it happens on. */
const CHANGES: [what: string, zone: string, moment: string, day: string][] = [
  ['midnight is left out', 'America/Havana', '2026-03-08T05:00:00Z', '2026-03-08'],
  ['the hour after midnight comes twice', 'America/Havana', '2026-11-01T05:00:00Z', '2026-11-01'],
  ['the last hour of the day comes twice', 'America/Santiago', '2026-04-05T03:00:00Z', '2026-04-04'],
  ['two in the night is left out', 'America/New_York', '2026-03-08T07:00:00Z', '2026-03-08'],
  ['the hour before two comes twice', 'America/New_York', '2026-11-01T06:00:00Z', '2026-11-01'],
  ['three in the night comes twice', 'Europe/Berlin', '2026-10-25T01:00:00Z', '2026-10-25'],
];

describe('where the clocks change', { timeout: 60_000 }, () => {
  it.each(CHANGES)('and %s, in %s, each date is billed once and keeps its rhythm', async (_what, zone, moment, day) => {
    const shop = await shopIn(zone, addDays(day, -2));
    const days = [addDays(day, -1), day, addDays(day, 1)];
    const lines = [];
    for (const due of days) lines.push(await dueOn(shop, due));
    const first = dayIn(zone, new Date(new Date(moment).getTime() - HALF_HOURS_AROUND * 30 * MINUTE_MS));
    const last = dayIn(zone, new Date(new Date(moment).getTime() + HALF_HOURS_AROUND * 30 * MINUTE_MS));
    expect(await runAround(shop, moment)).toEqual([...new Set([first, day, last])].toSorted());
    const due = lines.filter(({ nextBillingOn }) => (nextBillingOn ?? '') <= last);
    expect(shop.sandbox.ledger()).toHaveLength(due.length);
    for (const { id, nextBillingOn } of due) {
      const billingOn = nextBillingOn ?? '';
      expect(await cyclesOf(shop, id)).toMatchObject([{ status: 'PAID', billingOn, periodsMissed: 0 }]);
      expect(await subscriptionOf(shop, id)).toMatchObject({ nextBillingOn: addDays(billingOn, 30) });
    }
  });
});

describe('a leap day', { timeout: 60_000 }, () => {
  it('is a day like any other: due on it, declined before it, and counted in a rhythm over it', async () => {
    const shop = await shopIn('Asia/Seoul', '2028-02-01T00:00:00Z');
    const on = await dueOn(shop, '2028-02-29');
    const over = await given(shop.app).subscription({ nextBillingOn: '2028-02-25', periodDays: 7 });
    await billOn(shop, '2028-02-25');
    expect(await billOn(shop, '2028-02-29')).toMatchObject({ exitCode: 0, totals: { approved: 1 } });
    expect(await subscriptionOf(shop, on.id)).toMatchObject({ nextBillingOn: '2028-03-30' });
    expect(await subscriptionOf(shop, over.id)).toMatchObject({ nextBillingOn: '2028-03-03' });
  });
});

describe('new year', { timeout: 60_000 }, () => {
  it('separates no due date from its run, and a run after midnight bills the new year', async () => {
    const shop = await shopIn('Asia/Seoul', '2026-12-31T14:30:00Z'); // half an hour before midnight
    const old = await dueOn(shop, '2026-12-31');
    const fresh = await dueOn(shop, '2027-01-01');
    expect(await runBilling(shop.app)).toMatchObject({ businessDate: '2026-12-31', totals: { approved: 1 } });
    shop.clock.moveTo(new Date('2026-12-31T15:01:00Z'));
    expect(await runBilling(shop.app)).toMatchObject({ businessDate: '2027-01-01', totals: { approved: 1 } });
    expect(await subscriptionOf(shop, old.id)).toMatchObject({ nextBillingOn: '2027-01-30' });
    expect(await subscriptionOf(shop, fresh.id)).toMatchObject({ nextBillingOn: '2027-01-31' });
  });
});
