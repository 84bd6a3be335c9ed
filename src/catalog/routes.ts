import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import type { ApiEnv, App } from '../app.ts';
import { answer, dataOf, listOf, pageOf, wholeNumber } from '../platform/http/bodies.ts';
import { CATEGORY_CODES } from '../schema.ts';
import { Card, Detail, toCard, toDetail } from './body.ts';
import { getItem, listCategory } from './queries.ts';

const categoryRoute = createRoute({
  method: 'get',
  path: '/api/items/categories',
  summary: 'List the items of a category, best sellers first',
  security: [],
  request: {
    query: z.object({
      category: z.enum(CATEGORY_CODES),
      page: wholeNumber(1, 10_000).optional(),
      size: wholeNumber(1, 100).optional(),
    }),
  },
  responses: { 200: answer('a page of items', listOf(Card)) },
});

const itemRoute = createRoute({
  method: 'get',
  path: '/api/items/{id}',
  summary: 'Read an item',
  security: [],
  request: { params: z.object({ id: z.string() }) },
  responses: { 200: answer('the item', dataOf(Detail)) },
});

/** What is for sale. */
export function catalogRoutes(app: App, router: OpenAPIHono<ApiEnv>): void {
  router
    .openapi(categoryRoute, async (c) => {
      const { category, page = 1, size = app.config.catalog.pageSize } = c.req.valid('query');
      const { items, total } = await listCategory(app, { category, page, size });
      return c.json({ data: items.map(toCard), page: pageOf(page, size, total) }, 200);
    })
    .openapi(itemRoute, async (c) => {
      const item = await getItem(app, c.req.valid('param').id);
      return c.json({ data: toDetail(item, app.config.subscriptions.periodDays) }, 200);
    });
}
