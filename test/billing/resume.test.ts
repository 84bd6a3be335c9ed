import { and, eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import { verifyBooks } from '../../src/billing/index.ts';
import { addDays } from '../../src/platform/calendar.ts';
import type { Subscription } from '../../src/schema.ts';
import { bundle, type Bundle } from '../support/bundle.ts';
import { ENGINES } from '../support/databases.ts';
import { given } from '../support/given.ts';
import { subscribed } from '../support/mandates.ts';
import { billOn, chargesOf, cyclesOf, eventsOf, subscriptionOf, TODAY } from './support.ts';

/** As its customer pauses it: the date is kept, and an open cycle without a charge under way is held. */
async function pause(shop: Bundle, id: string, resumeOn: string | null): Promise<void> {
  const { app } = shop;
  const { subscriptions: s, billingCycles: c } = app.database.tables;
  const paused = { status: 'PAUSED', pausedAt: app.clock.now(), resumeOn } as const;
  await app.database.update(s).set(paused).where(eq(s.id, id));
  const open = and(eq(c.subscriptionId, id), eq(c.status, 'OPEN'));
  await app.database.update(c).set({ hold: 'PAUSED', liveAttemptId: null }).where(open);
}

const paused = (shop: Bundle, columns: Partial<Subscription> = {}): Promise<Subscription> =>
  given(shop.app).subscription({ status: 'PAUSED', pausedAt: shop.app.clock.now(), ...columns });

const TOMORROW = addDays(TODAY, 1);

describe.each(ENGINES)('a paused subscription on %s', { timeout: 60_000 }, (engine) => {
  it('is resumed by the run of its day, told, and charged on the next', async () => {
    const shop = await bundle({ engine });
    const { id, userId } = await paused(shop, { nextBillingOn: '2026-11-15', resumeOn: TODAY });
    expect(await billOn(shop, TODAY)).toMatchObject({
      exitCode: 0,
      totals: { selected: 0 },
      recovered: { resumed: 1 },
    });
    expect(await subscriptionOf(shop, id)).toMatchObject({
      status: 'ACTIVE',
      nextBillingOn: TOMORROW,
      resumeOn: null,
    });
    const payload = { subscriptionId: id, userId, nextBillingOn: TOMORROW };
    expect(await eventsOf(shop)).toEqual([{ type: 'subscription.resumed', payload }]);
    expect(await billOn(shop, TOMORROW)).toMatchObject({ totals: { approved: 1 }, recovered: { resumed: 0 } });
    expect(await subscriptionOf(shop, id)).toMatchObject({ nextBillingOn: '2026-12-21' });
  });

  it('keeps a date that has not passed', async () => {
    const shop = await bundle({ engine });
    const { id } = await paused(shop, { nextBillingOn: '2026-12-03', resumeOn: '2026-11-18' });
    expect(await billOn(shop, TODAY)).toMatchObject({ recovered: { resumed: 1 } });
    expect(await subscriptionOf(shop, id)).toMatchObject({ status: 'ACTIVE', nextBillingOn: '2026-12-03' });
  });

  it('stays paused before its day, without one, and in a run for others only', async () => {
    const shop = await bundle({ engine });
    const early = await paused(shop, { resumeOn: TOMORROW });
    const open = await paused(shop, { resumeOn: null });
    const other = await paused(shop, { resumeOn: TODAY });
    expect(await billOn(shop, TODAY, { only: [early.id, open.id] })).toMatchObject({ recovered: { resumed: 0 } });
    for (const { id } of [early, open, other]) {
      expect(await subscriptionOf(shop, id)).toMatchObject({ status: 'PAUSED' });
    }
    expect(await eventsOf(shop)).toEqual([]);
  });

  it('is left alone by a dry run', async () => {
    const shop = await bundle({ engine });
    const { id } = await paused(shop, { resumeOn: TODAY });
    expect(await billOn(shop, TODAY, { dryRun: true })).toMatchObject({ recovered: { resumed: 0 } });
    expect(await subscriptionOf(shop, id)).toMatchObject({ status: 'PAUSED' });
  });

  it('goes on with the cycle that was open, which falls due anew', async () => {
    const shop = await bundle({ engine });
    const { id } = await given(shop.app).subscription();
    await billOn(shop, TODAY, { limit: 0 });
    await pause(shop, id, addDays(TODAY, 10));
    await billOn(shop, addDays(TODAY, 10));
    const due = addDays(TODAY, 11);
    expect(await cyclesOf(shop, id)).toMatchObject([{ hold: null, billingOn: due, nextTryOn: due, firstTryOn: null }]);
    expect(await billOn(shop, due)).toMatchObject({ exitCode: 0, totals: { approved: 1 } });
    expect(await cyclesOf(shop, id)).toMatchObject([{ cycle: 2, status: 'PAID', billingOn: due }]);
    expect(await subscriptionOf(shop, id)).toMatchObject({ nextBillingOn: addDays(due, 30) });
  });

  it('is told of each of its pauses, once', async () => {
    const shop = await bundle({ engine });
    const { id } = await given(shop.app).subscription({ nextBillingOn: '2027-01-10' });
    for (const day of [TODAY, TODAY, addDays(TODAY, 3)]) {
      await pause(shop, id, day);
      await billOn(shop, day);
    }
    await billOn(shop, addDays(TODAY, 4));
    const told = (await eventsOf(shop)).filter(({ type }) => type === 'subscription.resumed');
    expect(told).toHaveLength(3);
  });

  it('breaks no invariant when it is resumed on another date than its rhythm’s', async () => {
    const shop = await bundle({ engine });
    const { first, user } = await subscribed(shop.app);
    await pause(shop, first.id, '2027-02-01');
    await billOn(shop, '2027-02-01');
    expect(await subscriptionOf(shop, first.id)).toMatchObject({ nextBillingOn: '2027-02-02' });
    expect((await verifyBooks(shop.app)).breaches).toEqual([]);
    await billOn(shop, '2027-02-02');
    expect((await verifyBooks(shop.app)).breaches).toEqual([]);
    expect(chargesOf(shop, user.customerRef)).toBe(2);
  });

  it('is one of very many, all resumed by one run', async () => {
    const shop = await bundle({ engine });
    await given(shop.app).subscriptions(450, { status: 'PAUSED', resumeOn: TODAY, nextBillingOn: '2026-12-03' });
    expect(await billOn(shop, TODAY)).toMatchObject({ recovered: { resumed: 450 } });
    expect(await billOn(shop, TODAY)).toMatchObject({ recovered: { resumed: 0 } });
  });
});
