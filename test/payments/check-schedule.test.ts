import { describe, expect, it } from 'vitest';
import { firstCheckAt, isOverdue, nextCheckAfter } from '../../src/payments/ledger/check-schedule.ts';

const SENT = new Date('2026-11-20T09:00:00+09:00');
const after = (seconds: number): Date => new Date(SENT.getTime() + seconds * 1_000);
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('the schedule of looks', () => {
  it('begins 15 s after the charge was sent', () => {
    expect(firstCheckAt(SENT, after(11))).toEqual(after(15));
  });

  it('does not begin before the outcome says that it is of use', () => {
    expect(firstCheckAt(SENT, after(20 * MINUTE + 11))).toEqual(after(20 * MINUTE + 11));
  });

  it.each([
    ['15 s', 15, 1 * MINUTE],
    ['1 min', 1 * MINUTE, 5 * MINUTE],
    ['5 min', 5 * MINUTE, 20 * MINUTE],
    ['20 min', 20 * MINUTE, 31 * MINUTE],
    ['31 min', 31 * MINUTE, 60 * MINUTE],
    ['60 min', 60 * MINUTE, 7 * HOUR],
    ['7 h', 7 * HOUR, 13 * HOUR],
    ['a late look at 40 min', 40 * MINUTE, 60 * MINUTE],
    ['nearly a week', 7 * DAY - 1, 7 * DAY + 6 * HOUR - 1],
  ])('after a look at %s goes on', (_, age, next) => {
    expect(nextCheckAfter(SENT, after(age))).toEqual(after(next));
  });

  it('ends after a week', () => {
    expect(nextCheckAfter(SENT, after(7 * DAY))).toBeUndefined();
  });

  it('asks a person when an hour is over, not before', () => {
    expect(isOverdue(SENT, after(HOUR - 1))).toBe(false);
    expect(isOverdue(SENT, after(HOUR))).toBe(true);
  });
});
