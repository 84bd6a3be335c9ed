import { firstIdAt } from '../platform/ids.ts';

/**
 * Items and users stand since a fixed day, whatever day subscriptions fall due on: another `due` finds them there and
 * adds orders to them. One a minute, so that two million end before `STANDING_END`.
 */
export const STANDING = { epochMs: Date.UTC(2020, 0, 1), stepMs: 60_000 };

export const MOST_OF_A_KIND = 2_000_000;

/** No seeded item or user has this id or a greater one. */
export const STANDING_END = firstIdAt(STANDING.epochMs + MOST_OF_A_KIND * STANDING.stepMs);
