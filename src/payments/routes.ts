import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { z } from 'zod';
import type { ApiEnv, App } from '../app.ts';
import { NotFound, Unauthenticated } from '../platform/errors.ts';
import { answer, dataOf } from '../platform/http/bodies.ts';
import { rules } from '../platform/http/route-rules.ts';
import { PAYMENT_PROVIDERS, type PaymentAttempt, type Queries } from '../schema.ts';
import { getAttempt } from './ledger/attempts.ts';
import { Attempt, Checkout, ReturnResult, toAttempt, toCheckout, toReturnResult } from './body.ts';
import { abandonCheckout, completeCheckout } from './checkout/complete-checkout.ts';
import { startCheckout } from './checkout/start-checkout.ts';

const limited = rules({ limit: { name: 'paymentStartsPerMinute', by: 'user' } });

const startRequest = {
  params: z.object({ orderId: z.string() }),
  body: {
    required: false,
    content: { 'application/json': { schema: z.strictObject({ provider: z.enum(PAYMENT_PROVIDERS).optional() }) } },
  },
};

const startRoute = createRoute({
  method: 'post',
  path: '/api/payments/orders/{orderId}',
  summary: 'Start the payment of an order',
  security: [{ bearer: [] }],
  ...limited,
  request: startRequest,
  responses: {
    200: answer('the checkout that is open already', dataOf(Checkout)),
    201: answer('a new checkout', dataOf(Checkout)),
  },
});

const retryRoute = createRoute({
  method: 'post',
  path: '/api/payments/orders/{orderId}/retry',
  summary: 'Start the payment of an order anew; a checkout that is open is closed',
  security: [{ bearer: [] }],
  ...limited,
  request: startRequest,
  responses: { 201: answer('a new checkout', dataOf(Checkout)) },
});

const webhookRoute = createRoute({
  method: 'post',
  path: '/api/payments/webhooks/{provider}',
  summary: 'Word from a payment provider',
  security: [],
  request: { params: z.object({ provider: z.string() }) },
  responses: { 401: { description: 'WEBHOOK_REJECTED: not proven to come from the provider, or it sends none' } },
});

const attemptParams = z.object({ attemptId: z.string().regex(/^pa_[0-9a-z]{26}$/) });

const returnRoute = <P extends string>(path: P, summary: string) =>
  createRoute({
    method: 'get',
    path,
    summary,
    security: [],
    request: { params: z.object({ attemptId: z.string() }) },
    responses: {
      200: answer('how the payment stands (with Accept: application/json)', dataOf(ReturnResult)),
      202: answer('not decided yet (with Accept: application/json)', dataOf(ReturnResult)),
      303: { description: 'to the storefront, with the result in the query' },
    },
  });

const approveRoute = returnRoute('/api/payments/approve/{attemptId}', 'Return of a buyer who approved at the provider');
const cancelRoute = returnRoute('/api/payments/cancel/{attemptId}', 'Return of a buyer who cancelled');
const failRoute = returnRoute('/api/payments/fail/{attemptId}', 'Return of a buyer whom the provider refused');

const statusRoute = createRoute({
  method: 'get',
  path: '/api/payments/{attemptId}',
  summary: 'Read a payment of the caller',
  security: [{ bearer: [] }],
  request: { params: z.object({ attemptId: z.string() }) },
  responses: { 200: answer('the payment attempt', dataOf(Attempt)) },
});

type Result = z.infer<typeof ReturnResult>;

/** Payments: start, the three returns of the browser, status. */
export function paymentRoutes(app: App, router: OpenAPIHono<ApiEnv>): void {
  const { timeZone, storefrontUrl } = app.config.shop;

  const target = ({ attemptId, result }: Result): string =>
    `${storefrontUrl}/checkout/result?attempt=${attemptId}&result=${result}`;

  const known = (attemptId: string): string => {
    if (!attemptParams.safeParse({ attemptId }).success)
      throw new NotFound('ATTEMPT_NOT_FOUND', 'There is no such payment.');
    return attemptId;
  };

  const bodyOf = (attempt: PaymentAttempt) => ({ data: toCheckout(attempt, timeZone) });

  /** Who asks, and that the answer to a new checkout is kept with it. */
  const caller = ({ var: { user, requestId, keepAnswer } }: Pick<Context<ApiEnv>, 'var'>) => ({
    user,
    requestId,
    alsoCommit: async (tx: Queries, attempt: PaymentAttempt) =>
      keepAnswer?.(tx, { status: 201, body: bodyOf(attempt), location: locationOf(attempt) }),
  });

  router
    .openapi(startRoute, async (c) => {
      const request = { ...c.req.valid('param'), ...c.req.valid('json') };
      const { attempt, created } = await startCheckout(app, { ...request, ...caller(c) });
      c.header('Location', locationOf(attempt));
      return c.json(bodyOf(attempt), created ? 201 : 200);
    })
    .openapi(retryRoute, async (c) => {
      const request = { ...c.req.valid('param'), ...c.req.valid('json') };
      const { attempt } = await startCheckout(app, { ...request, ...caller(c), anew: true });
      c.header('Location', locationOf(attempt));
      return c.json(bodyOf(attempt), 201);
    })
    .openapi(webhookRoute, async (c) => {
      const name = PAYMENT_PROVIDERS.find((known) => known.toLowerCase() === c.req.valid('param').provider);
      if (!name || !app.payments.offers(name)) throw new NotFound('NOT_FOUND', 'There is no such provider.');
      const reading = app.payments.provider(name).parseWebhook(await c.req.text(), c.req.header());
      if (reading.kind === 'rejected') {
        throw new Unauthenticated('WEBHOOK_REJECTED', 'This does not prove to come from the provider.');
      }
      throw new Error('Bug: no configured provider sends webhooks.');
    })
    .openapi(approveRoute, async (c) => {
      c.header('Referrer-Policy', 'no-referrer');
      const attemptId = known(c.req.valid('param').attemptId);
      const data = toReturnResult(
        await completeCheckout(app, { attemptId, query: c.req.query(), requestId: c.var.requestId }),
        timeZone,
      );
      if (!wantsJson(c.req.header('accept'))) return c.redirect(target(data), 303);
      return c.json({ data }, data.result === 'pending' ? 202 : 200);
    })
    .openapi(cancelRoute, async (c) => {
      const attemptId = known(c.req.valid('param').attemptId);
      const data = toReturnResult(await abandonCheckout(app, attemptId, 'USER_CANCELLED'), timeZone, 'cancelled');
      return wantsJson(c.req.header('accept')) ? c.json({ data }, 200) : c.redirect(target(data), 303);
    })
    .openapi(failRoute, async (c) => {
      const attemptId = known(c.req.valid('param').attemptId);
      const data = toReturnResult(await abandonCheckout(app, attemptId, 'PROVIDER_REFUSED'), timeZone, 'failed');
      return wantsJson(c.req.header('accept')) ? c.json({ data }, 200) : c.redirect(target(data), 303);
    })
    .openapi(statusRoute, async (c) => {
      const attempt = await getAttempt(app, c.req.valid('param').attemptId);
      if (attempt.userId !== c.var.user.id) throw new NotFound('ATTEMPT_NOT_FOUND', 'There is no such payment.');
      return c.json({ data: toAttempt(attempt, timeZone) }, 200);
    });
}

const locationOf = ({ publicId }: PaymentAttempt): string => `/api/payments/${publicId}`;

/** Browsers ask for HTML first; a client that names JSON gets it instead of a redirect. */
const wantsJson = (accept: string | undefined): boolean => accept?.includes('application/json') ?? false;
