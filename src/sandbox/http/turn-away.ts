import type { ServerResponse } from 'node:http';
import type { Hit } from '../faults/book.ts';
import { lengthOf } from '../latency.ts';
import { realPause } from '../waits.ts';
import type { Desk } from '../desk.ts';

/** How often a caller who is left alone is looked after. */
const LOOK_MS = 50;

/** What happens to a call that is never read: a reset, at once or when the rule ends. */
export async function turnAway(
  { faults, pause }: Desk,
  response: ServerResponse,
  { fault, effect }: Hit,
): Promise<void> {
  if (effect.kind === 'refuse') {
    while (faults.isActive(fault) && !response.destroyed) await realPause(LOOK_MS);
  } else if (effect.kind === 'drop' && effect.wait) {
    await pause(lengthOf(effect.wait, () => 0.5));
  }
  response.socket?.resetAndDestroy();
}
