import { createMiddleware } from 'hono/factory';
import { randomBase32 } from '../platform/ids.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { ApiEnv } from '../app.ts';

const REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/;

/** Gives each request an id, taken from the caller where it is a good one, and logs each answer once. */
export const requestLog = ({ clock, log }: { clock: Clock; log: Log }) =>
  createMiddleware<ApiEnv>(async function requestLog(c, next) {
    const given = c.req.header('x-request-id');
    const requestId = given && REQUEST_ID.test(given) ? given : randomBase32(20);
    c.set('requestId', requestId);
    const started = clock.monotonicMs();
    await next();
    c.header('x-request-id', requestId);
    c.header('x-content-type-options', 'nosniff');
    const ms = Math.round(clock.monotonicMs() - started);
    // The path, never the query: a return of a provider carries its one-time token there.
    log.info(
      { event: 'request', requestId, method: c.req.method, path: c.req.path, status: c.res.status, ms },
      'request',
    );
  });
