import { resolveDue, sweepCheckouts } from '../../src/payments/index.ts';
import type { Shop } from './shop.ts';

const MINUTE_MS = 60_000;
/** When an attempt in doubt is looked at, with a second on top; counted from when time begins to pass. */
const LOOKS_MS = [16_000, 61_000, 301_000, 1_201_000, 1_861_000, 3_661_000];

/** Lets so much time pass that every planned look of the resolver is taken. */
export async function passAnHour({ app, clock }: Pick<Shop, 'app' | 'clock'>): Promise<void> {
  const from = clock.now().getTime();
  for (const ms of LOOKS_MS) {
    clock.moveTo(new Date(from + ms));
    await sweepCheckouts(app);
    await resolveDue(app);
  }
  clock.moveTo(new Date(from + 62 * MINUTE_MS));
}
