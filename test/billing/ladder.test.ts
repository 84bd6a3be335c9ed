import { describe, expect, it } from 'vitest';
import { bundle } from '../support/bundle.ts';
import { ENGINES } from '../support/databases.ts';
import { given } from '../support/given.ts';
import {
  attemptsOf,
  billOn,
  chargesOf,
  CLOSED_ACCOUNT,
  cyclesOf,
  declining,
  eventsOf,
  INACTIVE,
  LACKS_BALANCE,
  mandateOf,
  moveTo,
  subscriptionOf,
  TODAY,
} from './support.ts';

const DAYS = { 0: TODAY, 1: '2026-11-21', 3: '2026-11-23', 5: '2026-11-25' } as const;

describe.each(ENGINES)('the ladder on %s', { timeout: 60_000 }, (engine) => {
  it('tries four times, on the due date and 1, 3 and 5 days later, then ends subscription and mandate', async () => {
    const shop = await bundle({ engine });
    const { id, mandateId } = await declining(shop, LACKS_BALANCE);
    for (let day = 20; day <= 30; day += 1) await billOn(shop, `2026-11-${day}`);

    const tries = await attemptsOf(shop, id);
    expect(tries.map(({ state }) => state)).toEqual(Array(4).fill('DECLINED'));
    const sentOn = tries.map(({ sentAt }) => sentAt?.toISOString().slice(0, 10));
    expect(sentOn).toEqual(['2026-11-19', '2026-11-20', '2026-11-22', '2026-11-24']); // 02:00 in Seoul is the day before in UTC
    expect(await subscriptionOf(shop, id)).toMatchObject({
      status: 'CANCELLED',
      cancelReason: 'PAYMENT_FAILED',
      nextBillingOn: null,
      lastCycle: 2,
    });
    expect(await cyclesOf(shop, id)).toMatchObject([{ status: 'FAILED', closeReason: 'LADDER_ENDED', step: 4 }]);
    expect((await mandateOf(shop, mandateId))?.status).toBe('DEACTIVATING');
    const events = await eventsOf(shop);
    expect(events.map(({ type }) => type)).toEqual([
      'payment.failed',
      'payment.failed',
      'payment.failed',
      'payment.failed',
      'subscription.cancelled',
      'mandate.deactivate',
    ]);
    expect(events.slice(0, 4).map(({ payload }) => [payload['notice'], payload['nextTryOn']])).toEqual([
      ['FIRST', '2026-11-21'],
      ['REPEATED', '2026-11-23'],
      ['LAST_CHANCE', '2026-11-25'],
      ['FINAL', null],
    ]);
  });

  it.each([1, 2, 3] as const)(
    'is left by a charge that succeeds after %i declines, and moves nothing',
    async (times) => {
      const shop = await bundle({ engine });
      const { id, customer } = await declining(shop, LACKS_BALANCE, { times });
      for (const date of Object.values(DAYS)) await billOn(shop, date);
      expect(chargesOf(shop, customer)).toBe(1);
      expect(await subscriptionOf(shop, id)).toMatchObject({
        status: 'ACTIVE',
        nextBillingOn: '2026-12-20',
        lastCycle: 2,
      });
      expect(await cyclesOf(shop, id)).toMatchObject([{ status: 'PAID', step: times + 1, firstTryOn: TODAY }]);
    },
  );

  it('makes no second call after a hard decline, and ends the cycle when no other method comes', async () => {
    const shop = await bundle({ engine });
    const { id, mandateId } = await declining(shop, CLOSED_ACCOUNT);
    await billOn(shop, TODAY);
    expect(await cyclesOf(shop, id)).toMatchObject([
      { status: 'OPEN', hold: 'NEW_METHOD', step: 1, nextTryOn: '2026-11-25' },
    ]);
    for (const day of [21, 22, 23, 24]) await billOn(shop, `2026-11-${day}`);
    expect(await subscriptionOf(shop, id)).toMatchObject({ status: 'PAST_DUE' });
    expect((await billOn(shop, '2026-11-25')).totals).toMatchObject({ selected: 1, cancelled: 1 });

    expect(await attemptsOf(shop, id)).toHaveLength(1);
    expect(await subscriptionOf(shop, id)).toMatchObject({ status: 'CANCELLED', cancelReason: 'PAYMENT_FAILED' });
    expect((await mandateOf(shop, mandateId))?.status).toBe('DEACTIVATING');
    expect((await eventsOf(shop)).map(({ type }) => type)).toEqual([
      'payment.failed',
      'subscription.payment_method_required',
      'subscription.cancelled',
      'mandate.deactivate',
    ]);
  });

  it('ends a subscription whose mandate was revoked as such, and asks for a method once', async () => {
    const shop = await bundle({ engine });
    const { id, mandateId } = await declining(shop, INACTIVE);
    for (let day = 20; day <= 26; day += 1) await billOn(shop, `2026-11-${day}`);
    expect(await subscriptionOf(shop, id)).toMatchObject({ status: 'CANCELLED', cancelReason: 'MANDATE_REVOKED' });
    expect(await cyclesOf(shop, id)).toMatchObject([{ status: 'FAILED', closeReason: 'MANDATE_REVOKED' }]);
    expect((await mandateOf(shop, mandateId))?.status).toBe('INACTIVE');
    expect((await eventsOf(shop)).map(({ type }) => type)).toEqual([
      'subscription.payment_method_required',
      'payment.failed',
      'subscription.cancelled',
    ]);
  });

  it('opens and holds the cycle of a subscription that falls due without a method', async () => {
    const shop = await bundle({ engine });
    const { id } = await given(shop.app).subscription({ mandateId: null });
    expect((await billOn(shop, TODAY)).totals).toMatchObject({ selected: 1, held: 1 });
    expect(await cyclesOf(shop, id)).toMatchObject([
      { status: 'OPEN', hold: 'NEW_METHOD', firstTryOn: TODAY, nextTryOn: '2026-11-25', attempts: 0 },
    ]);
    expect(await subscriptionOf(shop, id)).toMatchObject({ status: 'PAST_DUE' });
    expect((await billOn(shop, '2026-11-21')).totals.selected).toBe(0);
    expect((await billOn(shop, '2026-11-25')).totals).toMatchObject({ cancelled: 1 });
  });

  it('burns no step when a date is run again and again', async () => {
    const shop = await bundle({ engine });
    const { id } = await declining(shop, LACKS_BALANCE);
    for (let run = 0; run < 4; run += 1) await billOn(shop, TODAY);
    expect(await attemptsOf(shop, id)).toHaveLength(1);
    expect(await cyclesOf(shop, id)).toMatchObject([{ step: 2, nextTryOn: '2026-11-21' }]);
  });

  it('tries again on the day the provider names, and repeats the step while banks rest', async () => {
    const shop = await bundle({ engine });
    const limited = await declining(shop, { code: -752 }, { times: 1 });
    const resting = await declining(shop, { code: -782, result: 'BANK_FIRM_UNAVAILABLE' }, { times: 1 });
    moveTo(shop, TODAY, '09:00');
    await billOn(shop, TODAY);
    expect(await cyclesOf(shop, limited.id)).toMatchObject([{ step: 2, nextTryOn: '2026-12-01' }]);
    expect(await cyclesOf(shop, resting.id)).toMatchObject([{ step: 1, stepRepeats: 1, lastTryOn: null }]);
    expect(await subscriptionOf(shop, resting.id)).toMatchObject({ status: 'ACTIVE' });
    await billOn(shop, '2026-11-21');
    expect(await cyclesOf(shop, resting.id)).toMatchObject([{ status: 'PAID' }]);
    await billOn(shop, '2026-12-01');
    expect(await cyclesOf(shop, limited.id)).toMatchObject([{ status: 'PAID' }]);
  });

  it('keeps the mandate of two lines while one of them lives, and ends it once with the second', async () => {
    const shop = await bundle({ engine });
    const first = await declining(shop, LACKS_BALANCE);
    const item = await given(shop.app).item();
    const shared = { mandateId: first.mandateId, item, nextBillingOn: '2026-11-22' };
    const second = await given(shop.app).subscription(shared);
    for (let day = 20; day <= 25; day += 1) await billOn(shop, `2026-11-${day}`);
    expect(await subscriptionOf(shop, first.id)).toMatchObject({ status: 'CANCELLED' });
    expect((await mandateOf(shop, first.mandateId))?.status).toBe('ACTIVE');
    for (let day = 26; day <= 28; day += 1) await billOn(shop, `2026-11-${day}`);
    expect(await subscriptionOf(shop, second.id)).toMatchObject({ status: 'CANCELLED' });
    expect((await mandateOf(shop, first.mandateId))?.status).toBe('DEACTIVATING');
    expect((await eventsOf(shop)).filter(({ type }) => type === 'mandate.deactivate')).toHaveLength(1);
  });
});

it('follows other ladder days', async () => {
  const shop = await bundle({ settings: { PILLIVERY_BILLING__LADDER_DAYS: '[2, 4, 7]' } });
  const { id } = await declining(shop, LACKS_BALANCE);
  const charged: string[] = [];
  for (let day = 20; day <= 29; day += 1) {
    const report = await billOn(shop, `2026-11-${day}`);
    if (report.totals.declinedSoft > 0) charged.push(report.businessDate);
  }
  expect(charged).toEqual(['2026-11-20', '2026-11-22', '2026-11-24', '2026-11-27']);
  expect(await subscriptionOf(shop, id)).toMatchObject({ status: 'CANCELLED' });
});
