import { describe, expect, it } from 'vitest';
import { afterDecline, endOfHold, type Decline } from '../../src/billing/dunning.ts';

const LADDER = { days: [1, 3, 5], mostDaysPutOff: 14 };
const D = '2026-11-20';

const cycle = (columns: { step?: number; stepRepeats?: number; firstTryOn?: string | null } = {}) => ({
  billingOn: D,
  step: 1,
  stepRepeats: 0,
  firstTryOn: D,
  ...columns,
});
const soft: Decline = { hard: false, decisions: 1 };
const hard: Decline = { hard: true, decisions: 1 };

describe('the ladder after a decline', () => {
  it.each([
    [1, D, { do: 'climb', step: 2, nextTryOn: '2026-11-21', notice: 'FIRST' }],
    [2, '2026-11-21', { do: 'climb', step: 3, nextTryOn: '2026-11-23', notice: 'REPEATED' }],
    [3, '2026-11-23', { do: 'climb', step: 4, nextTryOn: '2026-11-25', notice: 'LAST_CHANCE' }],
    [4, '2026-11-25', { do: 'end' }],
  ])('moves a soft one at step %i', (step, date, move) => {
    expect(afterDecline(cycle({ step }), soft, date, LADDER)).toEqual(move);
  });

  it('makes a try that no run took place for on a later day, and never two on one', () => {
    expect(afterDecline(cycle({ step: 2 }), soft, '2026-11-26', LADDER)).toMatchObject({ nextTryOn: '2026-11-27' });
  });

  it('begins at the first try, not at the missed date', () => {
    const late = { ...cycle({ firstTryOn: null }), billingOn: '2026-11-15' };
    expect(afterDecline(late, soft, D, LADDER)).toMatchObject({ nextTryOn: '2026-11-21' });
  });

  it('asks for another method at once after a hard one, and ends the cycle on the last day of the ladder', () => {
    expect(afterDecline(cycle(), hard, D, LADDER)).toEqual({ do: 'hold', endsOn: '2026-11-25', notice: 'FIRST' });
    expect(afterDecline(cycle({ step: 3 }), hard, '2026-11-27', LADDER)).toMatchObject({ endsOn: '2026-11-28' });
    expect(afterDecline(cycle({ step: 4 }), hard, '2026-11-25', LADDER)).toEqual({ do: 'end' });
  });

  it('waits as long as the provider asks, up to two weeks after the due date', () => {
    const put = (notBeforeOn: string) => afterDecline(cycle(), { ...soft, notBeforeOn }, D, LADDER);
    expect(put('2026-12-01')).toMatchObject({ do: 'climb', nextTryOn: '2026-12-01' });
    expect(put('2026-12-04')).toMatchObject({ do: 'climb', nextTryOn: '2026-12-04' });
    expect(put('2026-12-05')).toMatchObject({ do: 'hold', endsOn: '2026-11-25' });
  });

  it('repeats a step three times while the provider itself pauses, then counts it', () => {
    const paused: Decline = { ...soft, keepsStep: true, notBeforeOn: '2026-11-21' };
    for (const stepRepeats of [0, 1, 2]) {
      expect(afterDecline(cycle({ stepRepeats }), paused, D, LADDER)).toEqual({
        do: 'repeat',
        nextTryOn: '2026-11-21',
      });
    }
    expect(afterDecline(cycle({ stepRepeats: 3 }), paused, D, LADDER)).toMatchObject({ do: 'climb', step: 2 });
    expect(afterDecline(cycle({ step: 4 }), paused, D, LADDER)).toMatchObject({ do: 'repeat' });
    expect(afterDecline(cycle({ step: 4, stepRepeats: 3 }), paused, D, LADDER)).toEqual({ do: 'end' });
  });

  it('ends at the eighth decline, whatever was said about steps', () => {
    const paused: Decline = { hard: false, keepsStep: true, decisions: 8 };
    expect(afterDecline(cycle({ step: 2 }), paused, D, LADDER)).toEqual({ do: 'end' });
  });

  it('follows other days', () => {
    const ladder = { days: [2, 4, 7], mostDaysPutOff: 14 };
    expect(afterDecline(cycle(), soft, D, ladder)).toMatchObject({ nextTryOn: '2026-11-22' });
    expect(endOfHold({ firstTryOn: D }, D, ladder)).toBe('2026-11-27');
  });
});
