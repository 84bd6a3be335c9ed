import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ApiEnv } from '../app.ts';
import { describe, respond } from './problems.ts';

/** Answers what no route takes: 405 where the address takes other methods, 204 to OPTIONS, else 404. */
export function unmatched(api: OpenAPIHono<ApiEnv>) {
  const served = servedMethods(api);
  return (c: Context<ApiEnv>): Response => {
    const methods = new Set(served.filter(({ path }) => path.test(c.req.path)).flatMap(({ methods }) => methods));
    if (methods.size === 0) return respond(c, describe(new HTTPException(404)));
    c.header('Allow', [...methods, 'OPTIONS'].toSorted().join(', '));
    return c.req.method === 'OPTIONS' ? c.body(null, 204) : respond(c, describe(new HTTPException(405)));
  };
}

function servedMethods(api: OpenAPIHono<ApiEnv>): { path: RegExp; methods: string[] }[] {
  return api.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => ({
      path: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`),
      methods: method === 'GET' ? ['GET', 'HEAD'] : [method],
    }));
}
