import { OpenAPIHono, type RouteConfig } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import { z } from 'zod';
import type { ApiEnv, App } from '../app.ts';
import { networkOf } from '../platform/http/addresses.ts';
import { rulesOf } from '../platform/http/route-rules.ts';
import { takeOne } from '../platform/limits.ts';
import { accessOf, admit } from './access.ts';
import { repeatable } from './idempotency/repeatable.ts';
import { documented } from './openapi.ts';
import { invalidInput } from './problems.ts';
import { cleanBody, limitBody } from './read-body.ts';

/** A router whose routes say who may call them and take nothing they do not name; others do not register. */
export function declaringRouter(app: App): OpenAPIHono<ApiEnv> {
  const router = newRouter();
  const register = router.openapi;
  const declare = (route: RouteConfig, ...rest: never[]) => {
    refuseOpenBody(route);
    const before = [route.middleware ?? []].flat();
    return register(
      { ...documented(route), middleware: [...stepsBefore(app, route), ...before] },
      ...(rest as [never]),
    );
  };
  router.openapi = declare as typeof router.openapi;
  return router;
}

export const newRouter = (): OpenAPIHono<ApiEnv> =>
  new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidInput(result.error as never);
    },
  });

/** What happens before a route's own validation, in the order in which a caller should hear of it. */
function stepsBefore(app: App, route: RouteConfig): MiddlewareHandler<ApiEnv>[] {
  const access = accessOf(route);
  const { limit, maxBodyBytes = app.config.http.maxBodyBytes, rawBody } = rulesOf(route);
  const takesJson = Object.keys(route.request?.body?.content ?? {}).some((type) => type.endsWith('json'));
  const writes = route.method !== 'get';
  return [
    nameRoute(route.path),
    ...(access === 'PUBLIC' ? [] : [admit(app, access)]),
    ...(limit ? [countOne(app, limit)] : []),
    ...(writes ? [limitBody(maxBodyBytes)] : []),
    ...(access !== 'PUBLIC' && route.method === 'post' ? [repeatable(app, route.path)] : []),
    ...(takesJson && !rawBody ? [cleanBody] : []),
  ];
}

const nameRoute = (path: string): MiddlewareHandler<ApiEnv> =>
  async function nameRoute(c, next) {
    c.set('route', path);
    await next();
  };

const countOne = (
  app: App,
  { name, by }: NonNullable<ReturnType<typeof rulesOf>['limit']>,
): MiddlewareHandler<ApiEnv> =>
  async function countOne(c, next) {
    await takeOne(app, name, by === 'user' ? c.var.user.id : networkOf(c.var.address));
    await next();
  };

/** An object that lets unknown fields pass would drop them silently, and the caller would never know. */
function refuseOpenBody({ method, path, request }: RouteConfig): void {
  for (const content of Object.values(request?.body?.content ?? {})) {
    const schema = content && 'schema' in content ? content.schema : undefined;
    if (schema instanceof z.ZodObject && !(schema.def.catchall instanceof z.ZodNever)) {
      throw new Error(`Bug: the body of ${method} ${path} takes fields that it does not name; use z.strictObject.`);
    }
  }
}
