import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import type { ApiEnv, App } from '../app.ts';
import { answer } from '../platform/http/bodies.ts';

const Live = z.object({ status: z.literal('ok'), version: z.string(), uptimeSeconds: z.int() });
const Ready = z.object({
  status: z.enum(['ok', 'degraded', 'unavailable']),
  version: z.string(),
  checks: z.object({ database: z.boolean(), migrations: z.boolean(), kv: z.boolean(), accepting: z.boolean() }),
});

const liveRoute = createRoute({
  method: 'get',
  path: '/health/live',
  summary: 'Whether the process runs',
  security: [],
  responses: { 200: answer('it runs', Live) },
});

const readyRoute = createRoute({
  method: 'get',
  path: '/health/ready',
  summary: 'Whether the process takes requests',
  security: [],
  responses: { 200: answer('it does', Ready), 503: answer('it does not', Ready) },
});

/**
 * Live says that the event loop turns, ready that the database answers, its schema is one this release works on and no
 * shutdown has begun. Without Redis a process is worse off (`degraded`) and still serves.
 */
export function healthRoutes(app: App, router: OpenAPIHono<ApiEnv>, draining?: AbortSignal): void {
  router
    .openapi(liveRoute, (c) => {
      return c.json({ status: 'ok' as const, version: app.version, uptimeSeconds: Math.floor(process.uptime()) }, 200);
    })
    .openapi(readyRoute, async (c) => {
      const checks = {
        database: await passes(app, 'the database', () => app.database.raw('select 1 as one')),
        migrations: await passes(app, 'the schema', () => app.checkSchema()),
        kv: app.stores.standing() !== 'away',
        accepting: !draining?.aborted,
      };
      const ready = checks.database && checks.migrations && checks.accepting;
      const status = ready ? (checks.kv ? ('ok' as const) : ('degraded' as const)) : ('unavailable' as const);
      return c.json({ status, version: app.version, checks }, ready ? 200 : 503);
    });
}

async function passes({ log }: App, what: string, check: () => Promise<unknown>): Promise<boolean> {
  try {
    await check();
    return true;
  } catch (err) {
    log.warn({ err, what }, 'not ready');
    return false;
  }
}
