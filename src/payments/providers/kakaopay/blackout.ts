import { endOfBlackout, isBankNight } from './korean-time.ts';

/** Labels of cards begin so; see `methodOf`. */
const CARD = '카드';

/**
 * Banks behind KakaoPay Money are closed at night: a charge on anything not known to be a card waits for the morning
 * instead of being declined.
 */
export const blackout = (now: Date, methodLabel: string | null): Date | undefined =>
  isBankNight(now) && !methodLabel?.startsWith(CARD) ? endOfBlackout(now) : undefined;
