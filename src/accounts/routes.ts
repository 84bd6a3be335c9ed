import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import type { ApiEnv, App } from '../app.ts';
import { answer, dataOf, jsonBody } from '../platform/http/bodies.ts';
import { rules } from '../platform/http/route-rules.ts';
import { Profile, toProfile } from './body.ts';
import * as field from './fields.ts';
import { logIn } from './log-in.ts';
import { signUp } from './sign-up.ts';

const SignUpBody = z.strictObject({
  email: field.email,
  password: field.password,
  displayName: field.displayName,
  realName: field.realName,
  phone: field.phone,
  city: field.city,
  detailAddress: field.detailAddress,
  zipCode: field.zipCode.optional(),
});

const signUpRoute = createRoute({
  method: 'post',
  path: '/api/users',
  summary: 'Sign up',
  security: [],
  ...rules({ limit: { name: 'signUpsPerHour', by: 'address' } }),
  request: { body: jsonBody(SignUpBody) },
  responses: { 201: answer('the new user', dataOf(Profile)) },
});

const meRoute = createRoute({
  method: 'get',
  path: '/api/users/me',
  summary: 'Read the own profile',
  security: [{ bearer: [] }],
  responses: { 200: answer('the profile', dataOf(Profile)) },
});

const TokenPair = z
  .object({
    accessToken: z.string(),
    tokenType: z.literal('Bearer'),
    expiresIn: z.int(),
    user: z.object({ id: z.string(), displayName: z.string(), role: z.enum(['USER', 'ADMIN']) }),
  })
  .meta({ id: 'TokenPair' });

const logInRoute = createRoute({
  method: 'post',
  path: '/api/auth/login',
  summary: 'Log in with e-mail and password',
  security: [],
  request: { body: jsonBody(z.strictObject({ email: z.string().max(254), password: z.string().max(200) })) },
  responses: { 200: answer('an access token', dataOf(TokenPair)) },
});

/** Sign-up, login and the own profile. */
export function accountRoutes(app: App, router: OpenAPIHono<ApiEnv>): void {
  const { timeZone } = app.config.shop;
  router
    .openapi(signUpRoute, async (c) => {
      const user = await signUp(app, c.req.valid('json'));
      c.header('Location', '/api/users/me');
      return c.json({ data: toProfile(user, timeZone) }, 201);
    })
    .openapi(meRoute, (c) => c.json({ data: toProfile(c.var.user, timeZone) }, 200))
    .openapi(logInRoute, async (c) => {
      const { user, accessToken, expiresIn } = await logIn(app, c.req.valid('json'));
      const { id, role, displayName } = user;
      const data = {
        accessToken,
        tokenType: 'Bearer' as const,
        expiresIn,
        user: { id, role, displayName: displayName ?? '' },
      };
      return c.json({ data }, 200);
    });
}
