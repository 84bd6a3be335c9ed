import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import type { ApiEnv, App } from '../app.ts';
import { jsonBody } from '../platform/http/bodies.ts';
import * as field from './fields.ts';
import { confirmReset } from './resets/confirm.ts';
import { requestReset } from './resets/request.ts';

const requestRoute = createRoute({
  method: 'post',
  path: '/api/auth/password-resets',
  summary: 'Have a link sent that sets another password',
  security: [],
  request: { body: jsonBody(z.strictObject({ email: field.email })) },
  responses: { 202: { description: 'if there is such an account, a link is on its way to it' } },
});

const confirmRoute = createRoute({
  method: 'post',
  path: '/api/auth/password-resets/confirm',
  summary: 'Set a password by the token of a link; every session ends',
  security: [],
  request: { body: jsonBody(z.strictObject({ token: z.string().max(200), newPassword: field.password })) },
  responses: { 204: { description: 'the password is set' } },
});

/** Another password for those who forgot theirs. */
export function resetRoutes(app: App, router: OpenAPIHono<ApiEnv>): void {
  router
    .openapi(requestRoute, async (c) => {
      await requestReset(app, { ...c.req.valid('json'), requestId: c.var.requestId });
      return c.body(null, 202);
    })
    .openapi(confirmRoute, async (c) => {
      await confirmReset(app, c.req.valid('json'));
      return c.body(null, 204);
    });
}
