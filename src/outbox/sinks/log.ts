import type { Log } from '../../platform/log.ts';
import type { Sink } from '../handlers.ts';
import { maskValues } from '../mask.ts';

/** Tells notices to the log, one line each, without addresses and links: for shops that have no other sink. */
export const logSink = (log: Log): Sink => ({
  name: 'log',
  takes: () => true,
  async deliver({ id: eventId, type, orderingKey, payload, requestId }) {
    log.info({ event: 'notice', eventId, type, orderingKey, payload: maskValues(payload), requestId }, type);
  },
});
