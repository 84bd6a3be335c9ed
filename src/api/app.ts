import type { OpenAPIHono } from '@hono/zod-openapi';
import { accountRoutes } from '../accounts/routes.ts';
import type { ApiEnv, App } from '../app.ts';
import { catalogRoutes } from '../catalog/routes.ts';
import { orderRoutes } from '../orders/routes.ts';
import { paymentRoutes } from '../payments/routes.ts';
import { reviewRoutes } from '../reviews/routes.ts';
import { subscriptionRoutes } from '../subscriptions/routes.ts';
import { admission, crossOrigin } from './admission.ts';
import { DOCS_POLICY, docsPage } from './docs/page.ts';
import { envelope } from './envelope.ts';
import { healthRoutes } from './health.ts';
import { describeSecurity, openApiDocument } from './openapi.ts';
import { loginPage } from './login-page/page.ts';
import { onError } from './problems.ts';
import { resultPage } from './result-page.ts';
import { declaringRouter, newRouter } from './router.ts';
import { unmatched } from './unmatched.ts';

export interface ApiOptions {
  /** Aborted from the moment the process should get no more requests. */
  draining?: AbortSignal;
}

const FEATURES = [accountRoutes, catalogRoutes, orderRoutes, paymentRoutes, reviewRoutes, subscriptionRoutes];

/** The whole HTTP API of a shop. */
export function buildApi(app: App, { draining }: ApiOptions = {}): OpenAPIHono<ApiEnv> {
  const api = newRouter();
  api.use(envelope(app), admission(app), crossOrigin(app));
  api.onError(onError(app.log));

  const router = declaringRouter(app);
  for (const routes of FEATURES) routes(app, router);
  healthRoutes(app, router, draining);
  api.route('/', router);
  describeSecurity(api);

  api.get('/checkout/result', resultPage);
  api.get('/login/result', loginPage);
  const document = once(() => openApiDocument(api, app.version));
  api.get('/openapi.json', (c) => c.json(document()));
  if (app.config.http.docs) {
    api.get('/docs', (c) => {
      c.header('Content-Security-Policy', DOCS_POLICY);
      return c.html(docsPage(document()));
    });
  }
  api.notFound(unmatched(api));
  return api;
}

/** Describing every route takes longer than starting should. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
