import type { Performer } from '../audit.ts';
import { InvalidInput, Refused } from '../platform/errors.ts';
import { findDead, moveEvents, moveMany, type HandApp, type Move } from './by-hand.ts';

export interface Discard {
  by: Performer;
  /** Why nobody will get this event; 5 to 300 characters. */
  note: string;
}

export interface DiscardAll extends Discard {
  type?: string | undefined;
  /** How many the caller means to discard. */
  confirm?: number | undefined;
}

/**
 * DEAD or PENDING → DISCARDED; all or none. Throws `NotFound` for an event that is not there and `Conflict` for one that
 * is delivered or being delivered.
 */
export const discardEvents = (
  app: HandApp,
  { ids, ...discard }: Discard & { ids: readonly string[] },
): Promise<string[]> => moveEvents(app, ids, moveOf(discard, ['DEAD', 'PENDING']));

/**
 * DEAD → DISCARDED for every dead event, or for those of one type. What happens to many at once is easily too much, so
 * the caller says how many it is: throws `InvalidInput` when they do not and `Refused` when it is another number.
 */
export async function discardAllDead(app: HandApp, { type, confirm, ...discard }: DiscardAll): Promise<string[]> {
  const ids = await findDead(app, type);
  const facts = { dead: ids.length };
  const sentence = `This would discard ${ids.length} dead events`;
  if (confirm === undefined) {
    throw new InvalidInput('CONFIRM_REQUIRED', `${sentence}; if so, give --confirm ${ids.length}.`, { facts });
  }
  if (confirm !== ids.length) throw new Refused('CONFIRM_MISMATCH', `${sentence}, not ${confirm}.`, facts);
  return moveMany(app, ids, moveOf(discard, ['DEAD']));
}

const moveOf = ({ by, note }: Discard, from: Move['from']): Move => ({
  by,
  action: 'outbox.discard',
  from,
  change: { status: 'DISCARDED' },
  resolution: 'DISCARDED',
  note,
});
