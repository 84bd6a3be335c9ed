import { createMiddleware } from 'hono/factory';
import type { ApiEnv, App } from '../app.ts';
import { clientAddressBehind } from '../platform/http/addresses.ts';
import { randomBase32 } from '../platform/ids.ts';

const REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/;
/** Seconds; from an answer out of a cache to a provider at its deadline. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** A year, as browsers ask for at least. */
const HSTS = 'max-age=31536000';

/**
 * What every request gets: an id (the caller's where it is a good one), the caller's address, the headers that every
 * answer carries, one line in the log and one observation. Headers are said before the answer is made: adding them
 * afterwards would copy it.
 */
export function envelope({ clock, config, log, metrics }: Pick<App, 'clock' | 'config' | 'log' | 'metrics'>) {
  const addressOf = clientAddressBehind(config.http.trustedProxies);
  const byTls = config.shop.publicUrl.startsWith('https:');
  const seconds = metrics.histogram(
    'http_server_request_duration_seconds',
    'time of a request by route, until its answer begins',
    ['method', 'route', 'status'],
    BUCKETS,
  );
  let active = 0;
  metrics.gauge('http_server_active_requests', 'requests being worked on', []).watch({}, () => active);

  return createMiddleware<ApiEnv>(async function envelope(c, next) {
    const started = clock.monotonicMs();
    const given = c.req.header('x-request-id');
    const requestId = given && REQUEST_ID.test(given) ? given : randomBase32(20);
    c.set('requestId', requestId);
    c.set('address', addressOf(c.env?.incoming?.socket.remoteAddress, c.req.header('x-forwarded-for')));
    c.header('X-Request-Id', requestId);
    c.header('X-Content-Type-Options', 'nosniff');
    c.header('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'");
    c.header('Referrer-Policy', 'no-referrer');
    if (byTls) c.header('Strict-Transport-Security', HSTS);
    active += 1;
    try {
      await next();
    } finally {
      active -= 1;
    }
    const ms = clock.monotonicMs() - started;
    const { status } = c.res;
    const [method, route] = [methodLabel(c.req.method), c.var.route ?? 'none'];
    seconds.observe({ method, route, status: String(status) }, ms / 1_000);
    // The path, never the query: a return of a provider carries its one-time token there.
    log.info({ event: 'request', requestId, method, path: c.req.path, status, ms: Math.round(ms) }, 'request');
  });
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Callers may name methods of their own; each would be a series that is kept for ever. */
const methodLabel = (method: string): string => (METHODS.has(method) ? method : 'other');
