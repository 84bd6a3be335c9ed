import { createMiddleware } from 'hono/factory';
import type { ApiEnv, App } from '../app.ts';
import { Unavailable } from '../platform/errors.ts';
import { networkOf } from '../platform/http/addresses.ts';
import { originAllowList } from '../platform/http/origins.ts';
import { refuseOver, ruleFor } from '../platform/limits.ts';

const SEARCH = '/api/items/search';

/** Turns away what is too much: more at once than a process can do, or more from one address than is fair. */
export function admission({ config, stores }: Pick<App, 'config' | 'stores'>) {
  const { mostAtOnce } = config.http;
  const [searches, requests] = [ruleFor(config, 'searchesPerMinute'), ruleFor(config, 'requestsPerMinute')];
  let atOnce = 0;

  return createMiddleware<ApiEnv>(async function admission(c, next) {
    // What watches a process must be answered most of all when the process has much to do.
    if (c.req.path.startsWith('/health/')) return next();
    if (atOnce >= mostAtOnce) {
      throw new Unavailable('OVERLOADED', 'The shop has too much to do; try again soon.', { retryAfterSeconds: 1 });
    }
    const rule = c.req.path === SEARCH ? searches : requests;
    refuseOver(stores.wideLimiter.take(rule, networkOf(c.var.address)));
    atOnce += 1;
    try {
      await next();
    } finally {
      atOnce -= 1;
    }
  });
}

const CORS_METHODS = 'GET, POST, PUT, PATCH, DELETE';
const CORS_HEADERS = 'Authorization, Content-Type, Idempotency-Key, X-Request-Id, X-Signup-Ticket';
const EXPOSED = 'ETag, Idempotency-Replayed, Location, Retry-After, X-Request-Id';
/** How long a browser remembers what it may send, in seconds. */
const PREFLIGHT_LIFE = '600';

/** Lets pages of listed origins call the API from a browser; others get no word of it and the browser keeps them out. */
export function crossOrigin({ config }: Pick<App, 'config'>) {
  const isAllowed = originAllowList(config);
  return createMiddleware<ApiEnv>(async function crossOrigin(c, next) {
    const origin = c.req.header('origin');
    c.header('Vary', 'Origin');
    if (origin === undefined || !isAllowed(origin)) return next();
    c.header('Access-Control-Allow-Origin', origin);
    c.header('Access-Control-Allow-Credentials', 'true');
    c.header('Access-Control-Expose-Headers', EXPOSED);
    if (c.req.method !== 'OPTIONS' || !c.req.header('access-control-request-method')) return next();
    c.header('Access-Control-Allow-Methods', CORS_METHODS);
    c.header('Access-Control-Allow-Headers', CORS_HEADERS);
    c.header('Access-Control-Max-Age', PREFLIGHT_LIFE);
    return c.body(null, 204);
  });
}
