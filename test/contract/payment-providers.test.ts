import { describe } from 'vitest';
import { chargeSuite } from './payments/charge-suite.ts';
import { checkoutSuite } from './payments/checkout-suite.ts';
import { openKakaoPayWorld } from './payments/kakaopay-world.ts';
import { mandateSuite } from './payments/mandate-suite.ts';
import { outcomeSuite } from './payments/outcome-suite.ts';
import { refundSuite } from './payments/refund-suite.ts';
import type { OpenWorld } from './payments/world.ts';

const WORLDS: [provider: string, open: OpenWorld][] = [['KakaoPay', openKakaoPayWorld]];

describe.each(WORLDS)('%s as a payment provider', (_, open) => {
  checkoutSuite(open);
  chargeSuite(open);
  refundSuite(open);
  mandateSuite(open);
  outcomeSuite(open);
});
