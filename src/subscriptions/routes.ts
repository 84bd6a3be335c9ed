import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import type { ApiEnv, App } from '../app.ts';
import { answer, dataOf, listOf, pageOf, wholeNumber } from '../platform/http/bodies.ts';
import { SubscriptionDetail, SubscriptionRow, toSubscriptionDetail, toSubscriptionRow } from './body.ts';
import { getSubscription, listSubscriptions } from './queries.ts';

const listRoute = createRoute({
  method: 'get',
  path: '/api/subscriptions',
  summary: 'List the subscriptions of the caller, newest first',
  security: [{ bearer: [] }],
  request: { query: z.object({ page: wholeNumber(1, 10_000).optional(), size: wholeNumber(1, 100).optional() }) },
  responses: { 200: answer('a page of subscriptions', listOf(SubscriptionRow)) },
});

const detailRoute = createRoute({
  method: 'get',
  path: '/api/subscriptions/{id}',
  summary: 'Read a subscription of the caller',
  security: [{ bearer: [] }],
  request: { params: z.object({ id: z.string() }) },
  responses: { 200: answer('the subscription', dataOf(SubscriptionDetail)) },
});

/** Subscriptions of the caller. */
export function subscriptionRoutes(app: App, router: OpenAPIHono<ApiEnv>): void {
  const { timeZone } = app.config.shop;
  router
    .openapi(listRoute, async (c) => {
      const { page = 1, size = app.config.catalog.pageSize } = c.req.valid('query');
      const { rows, total } = await listSubscriptions(app, { userId: c.var.user.id, page, size });
      return c.json(
        { data: rows.map((row) => toSubscriptionRow(row, timeZone)), page: pageOf(page, size, total) },
        200,
      );
    })
    .openapi(detailRoute, async (c) => {
      const found = await getSubscription(app, c.var.user.id, c.req.valid('param').id);
      return c.json({ data: toSubscriptionDetail(found, timeZone) }, 200);
    });
}
