import { describe, expect, it } from 'vitest';
import { runBilling, type BillReport } from '../../src/billing/index.ts';
import { openDuty, type BillDate } from '../../src/billing/duty.ts';
import { startRunner } from '../../src/billing/runner.ts';
import { openTimetable } from '../../src/billing/timetable.ts';
import { dayIn, wallTime } from '../../src/platform/calendar.ts';
import { bundle, type Bundle } from '../support/bundle.ts';
import { ENGINES } from '../support/databases.ts';
import { given } from '../support/given.ts';
import { minutesPass } from '../support/refunding.ts';
import { moveTo, TODAY } from './support.ts';

const EVERY_NIGHT = '0 2 * * *';
const never = new AbortController().signal;
const IN_MAINTENANCE = { match: { op: 'subscription' as const }, effect: { kind: 'maintenance' as const } };

/** A daemon that is woken by hand, and the dates that it billed. */
function onDuty(shop: Bundle, cron = EVERY_NIGHT, bill?: BillDate) {
  const dates: string[] = [];
  const timetable = openTimetable(cron, shop.app.config.shop.timeZone);
  const duty = openDuty(shop.app, timetable, (date) => {
    dates.push(date);
    return bill ? bill(date) : runBilling(shop.app, { date });
  });
  const wake = async (): Promise<string[]> => {
    dates.length = 0;
    await duty.perform(never);
    return [...dates];
  };
  return { wake, duty };
}

describe.each(ENGINES)('a daemon on %s', { timeout: 60_000 }, (engine) => {
  it('makes up at once for the last slot that passed without a complete run, and for no other', async () => {
    const shop = await bundle({ engine });
    const { wake } = onDuty(shop); // nine in the morning of the first day
    expect(await wake()).toEqual([TODAY]);
    expect(await wake()).toEqual([]);
    moveTo(shop, '2026-11-24', '01:59');
    expect(await wake()).toEqual(['2026-11-23']); // three days off
    moveTo(shop, '2026-11-24', '02:00');
    expect(await wake()).toEqual(['2026-11-24']);
  });

  it('bills the date of the slot, not of the moment at which it gets there', async () => {
    const shop = await bundle({ engine });
    const { wake } = onDuty(shop, '50 23 * * *');
    moveTo(shop, '2026-11-22', '00:20');
    expect(await wake()).toEqual(['2026-11-21']);
  });

  it('leaves alone what another process has completed', async () => {
    const shop = await bundle({ engine });
    await runBilling(shop.app, { date: TODAY });
    expect(await onDuty(shop).wake()).toEqual([]);
  });

  it('begins the next slot’s run when one took longer than to the next slot', async () => {
    const shop = await bundle({ engine });
    const { wake } = onDuty(shop, EVERY_NIGHT, async (date) => {
      const report = await runBilling(shop.app, { date });
      if (date === TODAY) moveTo(shop, '2026-11-21', '02:10');
      return report;
    });
    expect(await wake()).toEqual([TODAY, '2026-11-21']);
  });

  it('repeats an incomplete run by the hour, three times', async () => {
    const shop = await bundle({ engine });
    await given(shop.app).subscription();
    const { id } = shop.sandbox.addFault(IN_MAINTENANCE);
    const { wake, duty } = onDuty(shop);
    expect(await wake()).toEqual([TODAY]);
    expect(duty.lastReport()).toMatchObject({ exitCode: 75 });
    minutesPass(shop, 59);
    expect(await wake()).toEqual([]);
    for (const _repeat of [1, 2, 3]) {
      minutesPass(shop, 61);
      expect(await wake()).toEqual([TODAY]);
    }
    minutesPass(shop, 61);
    expect(await wake()).toEqual([]);
    shop.sandbox.removeFault(id);
    moveTo(shop, '2026-11-21');
    expect(await wake()).toEqual(['2026-11-21']);
    expect(shop.sandbox.ledger()).toHaveLength(1); // and the next night catches up
  });

  it('stops repeating once a repeat is complete', async () => {
    const shop = await bundle({ engine });
    await given(shop.app).subscription();
    const { id } = shop.sandbox.addFault(IN_MAINTENANCE);
    const { wake, duty } = onDuty(shop);
    await wake();
    shop.sandbox.removeFault(id);
    minutesPass(shop, 61);
    expect(await wake()).toEqual([TODAY]);
    expect(duty.lastReport()).toMatchObject({ exitCode: 0, totals: { approved: 1 } });
    minutesPass(shop, 61);
    expect(await wake()).toEqual([]);
  });

  it('waits for a person after exit 3, and never runs into another night for it', async () => {
    const shop = await bundle({ engine });
    await given(shop.app).subscription({ nextBillingOn: '2026-11-01' });
    const { wake, duty } = onDuty(shop);
    expect(await wake()).toEqual([TODAY]);
    expect(duty.lastReport()).toMatchObject({ exitCode: 3 });
    minutesPass(shop, 61);
    expect(await wake()).toEqual([]);
  });

  it('catches what a run throws, and tries again in an hour', async () => {
    const shop = await bundle({ engine });
    const other = await startRunner(shop.app, '2026-11-19');
    expect(other.date).toBe('2026-11-19');
    const { wake } = onDuty(shop);
    expect(await wake()).toEqual([TODAY]); // taken by another runner
    minutesPass(shop, 61); // whose lease has run out
    expect(await wake()).toEqual([TODAY]);
    expect(await wake()).toEqual([]);
  });

  it('begins nothing once it was told to stop', async () => {
    const shop = await bundle({ engine });
    const bill = async (): Promise<BillReport> => Promise.reject(new Error('Bug: it began a run.'));
    const { duty } = onDuty(shop, EVERY_NIGHT, bill);
    await duty.perform(AbortSignal.abort());
    expect(duty.lastReport()).toBeUndefined();
  });
});

describe('a timetable', () => {
  const NEW_YORK = 'America/New_York';
  /** Slots that a daemon sees which looks every ten minutes. */
  function seen(cron: string, from: string, hours: number): string[] {
    const timetable = openTimetable(cron, NEW_YORK);
    const start = new Date(from).getTime();
    const slots = new Set<string>();
    for (let minutes = 0; minutes <= hours * 60; minutes += 10) {
      const slot = timetable.lastSlot(new Date(start + minutes * 60_000));
      if (slot && slot.getTime() >= start) slots.add(wallTime(NEW_YORK, slot).slice(0, 16));
    }
    return [...slots];
  }

  it('comes at the next minute there is when the clocks leave its time out', () => {
    expect(seen('30 2 * * *', '2026-03-07T12:00:00Z', 48)).toEqual(['2026-03-08 03:00', '2026-03-09 02:30']);
  });

  it('comes once when the clocks show its time twice', () => {
    expect(seen('30 1 * * *', '2026-10-31T12:00:00Z', 48)).toEqual(['2026-11-01 01:30', '2026-11-02 01:30']);
  });

  it('names the calendar day of each slot on days of 23 and of 25 hours', () => {
    const timetable = openTimetable('0 2 * * *', NEW_YORK);
    const dayOf = (now: string): string => dayIn(NEW_YORK, timetable.lastSlot(new Date(now)) ?? new Date(0));
    expect(dayOf('2026-03-08T12:00:00Z')).toBe('2026-03-08');
    expect(dayOf('2026-11-01T06:59:59Z')).toBe('2026-10-31');
    expect(dayOf('2026-11-01T07:00:00Z')).toBe('2026-11-01');
  });

  it('counts a slot as passed at its very moment, and not before', () => {
    const timetable = openTimetable(EVERY_NIGHT, 'Asia/Seoul');
    const at = (now: string): string | undefined => timetable.lastSlot(new Date(now))?.toISOString();
    expect(at('2026-11-19T16:59:59.999Z')).toBe('2026-11-18T17:00:00.000Z');
    expect(at('2026-11-19T17:00:00.000Z')).toBe('2026-11-19T17:00:00.000Z');
  });

  it.each(['soon', '61 * * * *', '0 0 30 2 *', ''])('takes no %o', (expression) => {
    expect(() => openTimetable(expression, 'Asia/Seoul')).toThrow(/no schedule that ever comes/);
  });
});
