import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiEnv, App } from '../app.ts';
import { authRoutes } from './auth-routes.ts';
import { resetRoutes } from './reset-routes.ts';
import { socialRoutes } from './social-routes.ts';
import { userRoutes } from './user-routes.ts';

/** Everything about people and their logins. */
export function accountRoutes(app: App, router: OpenAPIHono<ApiEnv>): void {
  userRoutes(app, router);
  authRoutes(app, router);
  resetRoutes(app, router);
  socialRoutes(app, router);
}
