import type { Performer } from '../audit.ts';
import { findDead, moveEvents, moveMany, type HandApp, type Move } from './by-hand.ts';

export interface Retry {
  by: Performer;
  note?: string | undefined;
}

/** DEAD → PENDING, as if never tried; all or none. Throws `NotFound` or `Conflict` at the first that is not dead. */
export const retryEvents = (app: HandApp, { ids, ...retry }: Retry & { ids: readonly string[] }): Promise<string[]> =>
  moveEvents(app, ids, moveOf(app, retry));

/** The same for every dead event, or for those of one type. */
export const retryAllDead = async (
  app: HandApp,
  { type, ...retry }: Retry & { type?: string | undefined },
): Promise<string[]> => moveMany(app, await findDead(app, type), moveOf(app, retry));

const moveOf = ({ clock }: HandApp, { by, note = '' }: Retry): Move => ({
  by,
  action: 'outbox.retry',
  from: ['DEAD'],
  change: {
    status: 'PENDING',
    attempts: 0,
    nextAttemptAt: clock.now(),
    firstError: null,
    firstFailedAt: null,
    lastError: null,
  },
  resolution: 'RETRIED',
  note: note || null,
});
