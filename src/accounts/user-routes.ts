import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import type { ApiEnv, App } from '../app.ts';
import { answer, dataOf, jsonBody } from '../platform/http/bodies.ts';
import { rules } from '../platform/http/route-rules.ts';
import type { User } from '../schema.ts';
import { Delivery, Profile, TokenPair, toProfile, toTokenPair } from './body.ts';
import { changePassword } from './change-password.ts';
import { editProfile } from './edit-profile.ts';
import * as field from './fields.ts';
import { identitiesOf } from './queries.ts';
import { deviceOf } from './sessions/device.ts';
import { CLEARED_REFRESH_COOKIE, refreshCookie } from './sessions/refresh-cookie.ts';
import { signUp } from './sign-up.ts';
import { withdraw } from './withdraw.ts';

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

const PatchBody = SignUpBody.omit({ email: true, password: true })
  .extend({ zipCode: field.zipCode.nullable() })
  .partial()
  .refine((change) => Object.values(change).some((value) => value !== undefined), 'required');

const patchRoute = createRoute({
  method: 'patch',
  path: '/api/users/me',
  summary: 'Change the own profile',
  security: [{ bearer: [] }],
  request: { body: jsonBody(PatchBody) },
  responses: { 200: answer('the changed profile', dataOf(Profile)) },
});

const passwordRoute = createRoute({
  method: 'put',
  path: '/api/users/me/password',
  summary: 'Set another password; every session ends and a new one begins',
  security: [{ bearer: [] }],
  request: {
    body: jsonBody(
      z.strictObject({
        currentPassword: z.string().max(200).optional(),
        newPassword: field.password,
        delivery: Delivery,
      }),
    ),
  },
  responses: { 200: answer('tokens of the new session', dataOf(TokenPair)) },
});

const withdrawalRoute = createRoute({
  method: 'post',
  path: '/api/users/me/withdrawal',
  summary: 'Give up the account',
  security: [{ bearer: [] }],
  request: {
    body: jsonBody(
      z.strictObject({ password: z.string().max(200).optional(), cancelSubscriptions: z.boolean().default(false) }),
    ),
  },
  responses: { 204: { description: 'gone' } },
});

/** Sign-up, the own profile and password, withdrawal. */
export function userRoutes(app: App, router: OpenAPIHono<ApiEnv>): void {
  profileRoutes(app, router);
  router
    .openapi(passwordRoute, async (c) => {
      const { delivery, ...passwords } = c.req.valid('json');
      const { user, sessionId, address } = c.var;
      const device = deviceOf(c.req.header('user-agent'), address);
      const pair = await changePassword(app, { ...passwords, user, sessionId, device });
      if (delivery === 'cookie') c.header('Set-Cookie', refreshCookie(pair));
      return c.json({ data: toTokenPair(pair, delivery) }, 200);
    })
    .openapi(withdrawalRoute, async (c) => {
      const { user, sessionId, address } = c.var;
      await withdraw(app, { ...c.req.valid('json'), user, sessionId, ip: address });
      c.header('Set-Cookie', CLEARED_REFRESH_COOKIE);
      return c.body(null, 204);
    });
}

function profileRoutes(app: App, router: OpenAPIHono<ApiEnv>): void {
  const profileOf = async (user: User) => ({
    data: toProfile(user, await identitiesOf(app, user.id), app.config.shop.timeZone),
  });
  router
    .openapi(signUpRoute, async (c) => {
      const user = await signUp(app, c.req.valid('json'));
      c.header('Location', '/api/users/me');
      return c.json({ data: toProfile(user, [], app.config.shop.timeZone) }, 201);
    })
    .openapi(meRoute, async (c) => c.json(await profileOf(c.var.user), 200))
    .openapi(patchRoute, async (c) =>
      c.json(await profileOf(await editProfile(app, c.var.user, c.req.valid('json'))), 200),
    );
}
