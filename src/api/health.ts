import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import type { ApiEnv, App } from '../app.ts';
import { answer } from '../platform/http/bodies.ts';

const Live = z.object({ status: z.literal('ok'), version: z.string(), uptimeSeconds: z.int() });
const Ready = z.object({
  status: z.enum(['ok', 'unavailable']),
  version: z.string(),
  checks: z.object({ database: z.boolean(), accepting: z.boolean() }),
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

/** Live says that the event loop turns, ready that the database answers and no shutdown has begun. */
export function healthRoutes(app: App, router: OpenAPIHono<ApiEnv>, draining?: AbortSignal): void {
  router
    .openapi(liveRoute, (c) => {
      return c.json({ status: 'ok' as const, version: app.version, uptimeSeconds: Math.floor(process.uptime()) }, 200);
    })
    .openapi(readyRoute, async (c) => {
      const checks = { database: await answers(app), accepting: !draining?.aborted };
      const ready = checks.database && checks.accepting;
      return c.json(
        { status: ready ? ('ok' as const) : ('unavailable' as const), version: app.version, checks },
        ready ? 200 : 503,
      );
    });
}

async function answers({ database, log }: App): Promise<boolean> {
  try {
    await database.raw('select 1 as one');
    return true;
  } catch (err) {
    log.warn({ err }, 'the database does not answer');
    return false;
  }
}
