import { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import { HTTPException } from 'hono/http-exception';
import { authenticate } from '../accounts/index.ts';
import { accountRoutes } from '../accounts/routes.ts';
import type { ApiEnv, App } from '../app.ts';
import { catalogRoutes } from '../catalog/routes.ts';
import { orderRoutes } from '../orders/routes.ts';
import { paymentRoutes } from '../payments/routes.ts';
import { subscriptionRoutes } from '../subscriptions/routes.ts';
import { healthRoutes } from './health.ts';
import { describe, invalidInput, onError, respond } from './problems.ts';
import { requestLog } from './request-log.ts';
import { resultPage } from './result-page.ts';

export interface ApiOptions {
  /** Aborted from the moment the process should get no more requests. */
  draining?: AbortSignal;
}

const newRouter = (): OpenAPIHono<ApiEnv> =>
  new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalidInput(result.error as never);
    },
  });

/** The whole HTTP API of a shop. Routes without a declared actor do not start: access is denied by default. */
export function buildApi(app: App, { draining }: ApiOptions = {}): OpenAPIHono<ApiEnv> {
  const api = newRouter();
  api.use(requestLog(app));
  api.use(
    bodyLimit({
      maxSize: app.config.http.maxBodyBytes,
      onError: () => {
        throw new HTTPException(413);
      },
    }),
  );
  api.use('/api/*', refuseOtherTypes);
  api.onError(onError(app.log));
  api.notFound((c) => respond(describe(new HTTPException(404)), c.var.requestId));

  const router = newRouter();
  for (const routes of [accountRoutes, catalogRoutes, orderRoutes, paymentRoutes, subscriptionRoutes])
    routes(app, router);
  healthRoutes(app, router, draining);
  guard(api, app, router);
  api.route('/', router);
  api.get('/checkout/result', resultPage);
  describeSecurity(api);
  api.get('/openapi.json', (c) => c.json(openApiDocument(api, app.version)));
  return api;
}

/** Puts the check for a user before each route that asks for one. */
function guard(api: OpenAPIHono<ApiEnv>, app: App, router: OpenAPIHono<ApiEnv>): void {
  const requireUser = createMiddleware<ApiEnv>(async function requireUser(c, next) {
    c.set('user', await authenticate(app, c.req.header('authorization')));
    await next();
  });
  for (const definition of router.openAPIRegistry.definitions) {
    if (definition.type !== 'route') continue;
    const { method, path, security } = definition.route;
    if (!security) throw new Error(`Bug: ${method} ${path} does not say who may call it.`);
    if (security.length > 0) api.on(method.toUpperCase(), path.replaceAll(/\{(\w+)\}/g, ':$1'), requireUser);
  }
}

/** A body that is not JSON would pass unvalidated. */
const refuseOtherTypes = createMiddleware<ApiEnv>(async function refuseOtherTypes(c, next) {
  const hasBody = c.req.method !== 'GET' && c.req.method !== 'HEAD' && (c.req.header('content-length') ?? '0') !== '0';
  if (hasBody && !c.req.header('content-type')?.toLowerCase().startsWith('application/json'))
    throw new HTTPException(415);
  await next();
});

function describeSecurity(api: OpenAPIHono<ApiEnv>): void {
  api.openAPIRegistry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
  });
}

/** The OpenAPI 3.1 document of every route. */
export const openApiDocument = (api: OpenAPIHono<ApiEnv>, version: string) =>
  api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: { title: 'Pillivery', version, description: 'A shop for health supplements, bought once or every N days.' },
  });
