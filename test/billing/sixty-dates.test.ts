import { describe, expect, it } from 'vitest';
import { auditBooks } from '../../src/payments/index.ts';
import { bundle } from '../support/bundle.ts';
import { ENGINES } from '../support/databases.ts';
import { unaccountedFor } from './sixty-dates/account.ts';
import { tellStory } from './sixty-dates/story.ts';

const SETTINGS = {
  // What a witness says is booked; what none can tell waits for the person who comes in every few dates.
  PILLIVERY_PAYMENTS__KAKAOPAY__WITNESS: 'auto',
  PILLIVERY_PAYMENTS__KAKAOPAY__BREAKER__OPEN_MS: '200',
  PILLIVERY_BILLING__BREAKER_PATIENCE_SECONDS: '1',
  PILLIVERY_OUTBOX__POLL_MS: '10',
};
const LONG = process.env['PILLIVERY_TEST_SIZE'] === 'long';
const SEEDS = LONG ? [4, 5, 6, 7, 8, 9, 10, 11, 12, 13] : [4];

describe.each(ENGINES)('sixty business dates in a row on %s', { timeout: 480_000 }, (engine) => {
  it.each(SEEDS)('leave every cycle accounted for, no date moved, and the books equal: seed %i', async (seed) => {
    const shop = await bundle({ engine, settings: SETTINGS });
    const { lines, diary, breaches } = await tellStory(shop, seed);
    expect(breaches).toEqual([]);
    expect(await unaccountedFor(shop, lines, diary.lastRunOn())).toEqual([]);
    expect(await auditBooks(shop.app, shop.sandbox.ledger())).toMatchObject({ equal: true, differences: [] });
    expect(diary.lacking()).toEqual([]);
  });
});
