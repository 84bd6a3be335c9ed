import { describe, expect, it } from 'vitest';
import { nextBilling } from '../../src/billing/calendar.ts';
import { addDays, dayIn, daysBetween, isDay, momentIn, withOffset } from '../../src/platform/calendar.ts';

describe('the next billing date', () => {
  it('keeps the rhythm though the payment came late', () => {
    expect(nextBilling('2026-01-31', 30, '2026-02-03')).toEqual({ on: '2026-03-02', periodsMissed: 0 });
  });

  it('passes over periods that were missed, and says how many', () => {
    expect(nextBilling('2026-01-31', 30, '2026-04-20')).toEqual({ on: '2026-05-01', periodsMissed: 2 });
  });

  it('lies after the day of payment, not on it', () => {
    expect(nextBilling('2026-01-31', 30, '2026-03-02')).toEqual({ on: '2026-04-01', periodsMissed: 1 });
  });
});

describe('days', () => {
  it('exist or do not', () => {
    expect(['2024-02-29', '2026-02-29', '2026-2-1', 'tomorrow', '2026-13-01'].map(isDay)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it('are added and counted over leap days and years', () => {
    expect([addDays('2024-02-28', 1), addDays('2026-12-31', 1), addDays('2026-03-01', -1)]).toEqual([
      '2024-02-29',
      '2027-01-01',
      '2026-02-28',
    ]);
    expect(daysBetween('2024-02-01', '2024-03-01')).toBe(29);
  });

  it('belong to the zone of the shop, not of the machine', () => {
    const moment = new Date('2026-11-19T15:30:00Z');
    expect([dayIn('Asia/Seoul', moment), dayIn('America/New_York', moment)]).toEqual(['2026-11-20', '2026-11-19']);
  });

  it('begin at moments that carry the offset of that day', () => {
    expect(withOffset('Asia/Seoul', momentIn('Asia/Seoul', '2026-11-20', '09:00'))).toBe(
      '2026-11-20T09:00:00.000+09:00',
    );
    expect(withOffset('America/New_York', momentIn('America/New_York', '2026-07-01', '09:00'))).toBe(
      '2026-07-01T09:00:00.000-04:00',
    );
    expect(withOffset('America/New_York', momentIn('America/New_York', '2026-12-01', '09:00'))).toBe(
      '2026-12-01T09:00:00.000-05:00',
    );
  });
});
