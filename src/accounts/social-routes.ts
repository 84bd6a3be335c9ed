import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { z } from 'zod';
import type { ApiEnv, App } from '../app.ts';
import { Forbidden } from '../platform/errors.ts';
import { answer, dataOf, jsonBody } from '../platform/http/bodies.ts';
import { originAllowList } from '../platform/http/origins.ts';
import { Delivery, TokenPair, toTokenPair } from './body.ts';
import * as field from './fields.ts';
import { rules } from '../platform/http/route-rules.ts';
import { deviceOf } from './sessions/device.ts';
import { refreshCookie } from './sessions/refresh-cookie.ts';
import { beginLogin } from './social/begin-login.ts';
import { Authorization, Linked, ProfileRequired, ReturnTo, Suggestion, toSuggestion } from './social/body.ts';
import { completeSignUp, readPending } from './social/complete-sign-up.ts';
import {
  CLEARED_LOGIN_COOKIE,
  CLEARED_TICKET_COOKIE,
  loginCookie,
  readLoginCookie,
  readTicketCookie,
  ticketCookie,
} from './social/cookies.ts';
import { finishLogin, type LoginResult } from './social/finish-login.ts';
import { landingUrl } from './social/landing.ts';
import { unlinkIdentity } from './social/link.ts';

const byUsers = [{ bearer: [] }];
const params = z.object({ provider: z.string() });

const startRoute = createRoute({
  method: 'get',
  path: '/api/auth/oauth/{provider}/start',
  summary: 'Begin a login at google, kakao or naver',
  security: [],
  request: { params, query: z.object({ returnTo: ReturnTo }) },
  responses: {
    200: answer('where to go (with Accept: application/json)', dataOf(Authorization)),
    302: { description: 'to the provider' },
  },
});

const callbackRoute = createRoute({
  method: 'get',
  path: '/api/auth/oauth/{provider}/callback',
  summary: 'Return of a browser from a provider',
  security: [],
  request: { params },
  responses: {
    200: answer('tokens, or the link (with Accept: application/json)', dataOf(z.union([TokenPair, Linked]))),
    202: answer('somebody new (with Accept: application/json)', dataOf(ProfileRequired)),
    303: { description: 'to the storefront, with the result in the query' },
  },
});

const pendingRoute = createRoute({
  method: 'get',
  path: '/api/auth/oauth/pending',
  summary: 'Read what the provider told, by the sign-up ticket of the cookie or of X-Signup-Ticket',
  security: [],
  responses: { 200: answer('what fills in the form', dataOf(Suggestion)) },
});

const CompleteBody = z.strictObject({
  ticket: z.string().max(4_000).optional(),
  email: field.email.optional(),
  displayName: field.displayName,
  realName: field.realName,
  phone: field.phone,
  city: field.city,
  detailAddress: field.detailAddress,
  zipCode: field.zipCode.optional(),
  delivery: Delivery,
});

const completeRoute = createRoute({
  method: 'post',
  path: '/api/auth/oauth/complete',
  summary: 'Complete a sign-up that began at a provider, by the ticket of the body or of the cookie',
  security: [],
  request: { body: jsonBody(CompleteBody) },
  ...rules({ limit: { name: 'signUpsPerHour', by: 'address' } }),
  responses: { 201: answer('the new user, logged in', dataOf(TokenPair)) },
});

const linkRoute = createRoute({
  method: 'post',
  path: '/api/users/me/identities/{provider}',
  summary: 'Begin a login at a provider that links the account there to the caller',
  security: byUsers,
  request: {
    params,
    body: {
      required: false as const,
      content: { 'application/json': { schema: z.strictObject({ returnTo: ReturnTo }) } },
    },
  },
  responses: { 200: answer('where to go', dataOf(Authorization)) },
});

const unlinkRoute = createRoute({
  method: 'delete',
  path: '/api/users/me/identities/{provider}',
  summary: 'Unlink an account at a provider from the caller',
  security: byUsers,
  request: { params },
  responses: { 204: { description: 'unlinked' } },
});

/** Login at Google, Kakao and Naver, sign-up through it, and what is linked to whom. */
export function socialRoutes(app: App, router: OpenAPIHono<ApiEnv>): void {
  comeAndGo(app, router);
  completeWithTicket(app, router);
  linkAndUnlink(app, router);
}

function comeAndGo(app: App, router: OpenAPIHono<ApiEnv>): void {
  router
    .openapi(startRoute, async (c) => {
      const login = await beginLogin(app, { ...c.req.valid('param'), ...c.req.valid('query') });
      c.header('Set-Cookie', loginCookie(login.browser));
      c.header('Cache-Control', 'no-store');
      if (!wantsJson(c)) return c.redirect(login.authorizationUrl, 302);
      return c.json({ data: { authorizationUrl: login.authorizationUrl } }, 200);
    })
    .openapi(callbackRoute, async (c) => {
      c.header('Cache-Control', 'no-store');
      const landing = await finishLogin(app, {
        ...c.req.valid('param'),
        returned: new URL(c.req.url).searchParams,
        browser: readLoginCookie(c.req.header('cookie')),
        device: deviceOf(c.req.header('user-agent'), c.var.address),
      });
      c.header('Set-Cookie', CLEARED_LOGIN_COOKIE);
      if (wantsJson(c)) return answerWith(c, landing.result);
      const cookie = cookieFor(landing.result);
      if (cookie) c.header('Set-Cookie', cookie, { append: true });
      return c.redirect(landingUrl(app.config.shop.storefrontUrl, landing), 303);
    });
}

/** Who asks for JSON has no use for cookies: tokens and ticket are in the body, and there alone. */
function answerWith(c: Context<ApiEnv>, result: LoginResult) {
  switch (result.kind) {
    case 'logged_in':
      return c.json({ data: toTokenPair(result.tokens, 'json') }, 200);
    case 'linked':
      return c.json({ data: { status: 'LINKED' as const, provider: result.provider } }, 200);
    case 'profile_required': {
      const { ticket, login } = result;
      return c.json({ data: { status: 'PROFILE_REQUIRED' as const, ticket, suggested: toSuggestion(login) } }, 202);
    }
    case 'refused':
      throw result.error;
  }
}

function cookieFor(result: LoginResult): string | undefined {
  if (result.kind === 'logged_in') return refreshCookie(result.tokens);
  return result.kind === 'profile_required' ? ticketCookie(result.ticket) : undefined;
}

function completeWithTicket(app: App, router: OpenAPIHono<ApiEnv>): void {
  const isAllowed = originAllowList(app.config);
  /** The ticket that the caller shows, else the one of the cookie, which only our own pages may use. */
  const ticketOf = (c: Context<ApiEnv>, shown: string | undefined): string | undefined => {
    if (shown !== undefined) return shown;
    const origin = c.req.header('origin');
    if (origin !== undefined && !isAllowed(origin)) {
      throw new Forbidden('ORIGIN_REJECTED', 'Pages of this origin may not use the cookie.');
    }
    return readTicketCookie(c.req.header('cookie'));
  };
  router
    .openapi(pendingRoute, async (c) => {
      c.header('Cache-Control', 'no-store');
      const pending = await readPending(app, ticketOf(c, c.req.header('x-signup-ticket')));
      return c.json({ data: toSuggestion(pending) }, 200);
    })
    .openapi(completeRoute, async (c) => {
      const { ticket: shown, delivery, ...person } = c.req.valid('json');
      const device = deviceOf(c.req.header('user-agent'), c.var.address);
      const tokens = await completeSignUp(app, { ticket: ticketOf(c, shown), person, device });
      c.header('Location', '/api/users/me');
      if (shown === undefined) c.header('Set-Cookie', CLEARED_TICKET_COOKIE);
      if (delivery === 'cookie') c.header('Set-Cookie', refreshCookie(tokens), { append: true });
      return c.json({ data: toTokenPair(tokens, delivery) }, 201);
    });
}

function linkAndUnlink(app: App, router: OpenAPIHono<ApiEnv>): void {
  router
    .openapi(linkRoute, async (c) => {
      const link = { userId: c.var.user.id, sessionId: c.var.sessionId };
      const login = await beginLogin(app, { ...c.req.valid('param'), ...c.req.valid('json'), link });
      c.header('Set-Cookie', loginCookie(login.browser));
      return c.json({ data: { authorizationUrl: login.authorizationUrl } }, 200);
    })
    .openapi(unlinkRoute, async (c) => {
      await unlinkIdentity(app, { userId: c.var.user.id, ...c.req.valid('param') });
      return c.body(null, 204);
    });
}

/** Browsers ask for HTML first; a client that names JSON gets it instead of a redirect. */
const wantsJson = (c: Context): boolean => c.req.header('accept')?.includes('application/json') ?? false;
