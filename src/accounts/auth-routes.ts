import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import type { ApiEnv, App } from '../app.ts';
import { Forbidden, Unauthenticated } from '../platform/errors.ts';
import { answer, dataOf, jsonBody } from '../platform/http/bodies.ts';
import { originAllowList } from '../platform/http/origins.ts';
import { Delivery, SessionBody, TokenPair, toSessionBody, toTokenPair } from './body.ts';
import { logIn } from './log-in.ts';
import { deviceOf } from './sessions/device.ts';
import { listSessions } from './sessions/list.ts';
import { logOut } from './sessions/log-out.ts';
import { CLEARED_REFRESH_COOKIE, readRefreshCookie, refreshCookie } from './sessions/refresh-cookie.ts';
import { refreshSession } from './sessions/refresh.ts';
import { revokeOtherSessions, revokeOwnSession } from './sessions/revoke.ts';

const Nothing = { description: 'done' };

const logInRoute = createRoute({
  method: 'post',
  path: '/api/auth/login',
  summary: 'Log in with e-mail and password',
  security: [],
  request: {
    body: jsonBody(
      z.strictObject({ email: z.string().trim().max(254), password: z.string().max(200), delivery: Delivery }),
    ),
  },
  responses: { 200: answer('an access token, and a refresh token in body or cookie', dataOf(TokenPair)) },
});

/** A body that may be left out; the token is in the cookie then. */
const tokenBody = {
  required: false as const,
  content: { 'application/json': { schema: z.strictObject({ refreshToken: z.string().max(300).optional() }) } },
};

const refreshRoute = createRoute({
  method: 'post',
  path: '/api/auth/refresh',
  summary: 'Change a refresh token, of the body or else of the cookie, for new tokens',
  security: [],
  request: { body: tokenBody },
  responses: { 200: answer('new tokens, delivered as the old one came', dataOf(TokenPair)) },
});

const logOutRoute = createRoute({
  method: 'post',
  path: '/api/auth/logout',
  summary: 'End the session of the access token, the refresh token or the cookie',
  security: [],
  request: { body: tokenBody },
  responses: { 204: Nothing },
});

const sessionsRoute = createRoute({
  method: 'get',
  path: '/api/auth/sessions',
  summary: 'List the own sessions',
  security: [{ bearer: [] }],
  responses: { 200: answer('sessions that are not over, newest first', dataOf(z.array(SessionBody))) },
});

const revokeRoute = createRoute({
  method: 'delete',
  path: '/api/auth/sessions/{id}',
  summary: 'End one of the own sessions',
  security: [{ bearer: [] }],
  request: { params: z.object({ id: z.string() }) },
  responses: { 204: Nothing },
});

const revokeOthersRoute = createRoute({
  method: 'delete',
  path: '/api/auth/sessions',
  summary: 'End all of the own sessions but this one',
  security: [{ bearer: [] }],
  responses: { 204: Nothing },
});

/** Login, refresh, logout and the list of sessions. */
export function authRoutes(app: App, router: OpenAPIHono<ApiEnv>): void {
  openAndRefresh(app, router);
  endSessions(app, router);
}

function openAndRefresh(app: App, router: OpenAPIHono<ApiEnv>): void {
  const isAllowed = originAllowList(app.config);
  router
    .openapi(logInRoute, async (c) => {
      const { delivery, ...credentials } = c.req.valid('json');
      const pair = await logIn(app, { ...credentials, device: deviceOf(c.req.header('user-agent'), c.var.address) });
      if (delivery === 'cookie') c.header('Set-Cookie', refreshCookie(pair));
      return c.json({ data: toTokenPair(pair, delivery) }, 200);
    })
    .openapi(refreshRoute, async (c) => {
      const { refreshToken } = bodyOf(c.req.valid('json'));
      if (refreshToken) {
        return c.json({ data: toTokenPair(await refreshSession(app, refreshToken), 'json') }, 200);
      }
      const origin = c.req.header('origin');
      if (origin !== undefined && !isAllowed(origin)) {
        throw new Forbidden('ORIGIN_REJECTED', 'Pages of this origin may not use the cookie.');
      }
      const cookie = readRefreshCookie(c.req.header('cookie'));
      if (!cookie)
        throw new Unauthenticated('REFRESH_INVALID', 'There is no refresh token, in the body or as a cookie.');
      const pair = await refreshSession(app, cookie);
      c.header('Set-Cookie', refreshCookie(pair));
      return c.json({ data: toTokenPair(pair, 'cookie') }, 200);
    });
}

function endSessions(app: App, router: OpenAPIHono<ApiEnv>): void {
  const isAllowed = originAllowList(app.config);
  const { timeZone } = app.config.shop;
  router
    .openapi(logOutRoute, async (c) => {
      const { refreshToken } = bodyOf(c.req.valid('json'));
      const origin = c.req.header('origin');
      // Logging out never fails; a page of somewhere else just has no cookie here.
      const cookie = origin === undefined || isAllowed(origin) ? readRefreshCookie(c.req.header('cookie')) : undefined;
      const refreshTokens = [refreshToken, cookie].filter((token) => token !== undefined);
      await logOut(app, { authorization: c.req.header('authorization'), refreshTokens });
      if (cookie) c.header('Set-Cookie', CLEARED_REFRESH_COOKIE);
      return c.body(null, 204);
    })
    .openapi(sessionsRoute, async (c) => {
      const sessions = await listSessions(app, c.var.user.id);
      return c.json({ data: sessions.map((session) => toSessionBody(session, c.var.sessionId, timeZone)) }, 200);
    })
    .openapi(revokeRoute, async (c) => {
      await revokeOwnSession(app, { userId: c.var.user.id, id: c.req.valid('param').id });
      return c.body(null, 204);
    })
    .openapi(revokeOthersRoute, async (c) => {
      await revokeOtherSessions(app, { userId: c.var.user.id, sessionId: c.var.sessionId });
      return c.body(null, 204);
    });
}

/** A request without a body is not validated at all. */
const bodyOf = (body: { refreshToken?: string | undefined } | undefined) => body ?? {};
