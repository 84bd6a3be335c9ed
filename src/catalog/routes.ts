import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { z } from 'zod';
import type { ApiEnv, App } from '../app.ts';
import { answer, dataOf, listOf, wholeNumber, words } from '../platform/http/bodies.ts';
import { CATEGORY_CODES, ITEM_SORTS } from '../schema.ts';
import { shelfRoutes } from './admin/routes.ts';
import { Card, Detail, FacetsBody, MainPage } from './body.ts';
import { readRequest } from './lists/list-items.ts';
import { readFacetsPage, readItem, readList, readMain } from './read.ts';
import { isKnown, type Rendered } from './rendered.ts';

const MOST_WON = 100_000_000;

/** Every list takes these, in any combination. */
const listQuery = z.object({
  keyword: words(0, 50).optional().meta({ description: 'words that name or brand must hold, each anywhere' }),
  category: z.enum(CATEGORY_CODES).optional(),
  brand: words(0, 100).optional().meta({ description: 'a brand, or a part of brands, without case and blanks' }),
  onSale: z
    .enum(['true', 'false'])
    .transform((word) => word === 'true')
    .optional()
    .meta({ description: 'true: only what has a discount; false: everything' }),
  priceMin: wholeNumber(0, MOST_WON).optional(),
  priceMax: wholeNumber(0, MOST_WON).optional(),
  sort: z.enum(ITEM_SORTS).optional(),
  page: wholeNumber(1, 10_000).optional(),
  size: wholeNumber(1, 100).optional(),
});

const UNCHANGED = { description: 'what the caller has, by If-None-Match, is still the answer' };

const read = <P extends string, T extends z.ZodType>(path: P, summary: string, body: T) => ({
  method: 'get' as const,
  path,
  summary,
  security: [],
  responses: { 200: answer(summary, body), 304: UNCHANGED },
});

const mainRoute = createRoute(read('/api/items/main', 'Best sellers and largest discounts', dataOf(MainPage)));
const facetsRoute = createRoute(read('/api/items/facets', 'What lists can be narrowed by', dataOf(FacetsBody)));
const itemRoute = createRoute({
  ...read('/api/items/{id}', 'An item', dataOf(Detail)),
  request: { params: z.object({ id: z.string() }) },
});
const searchRoute = createRoute({
  ...read('/api/items/search', 'Items by words', listOf(Card)),
  request: { query: listQuery },
});
const onSaleRoute = createRoute({
  ...read('/api/items/on-sale', 'Items with a discount', listOf(Card)),
  request: { query: listQuery.omit({ onSale: true }) },
});
const categoryRoute = createRoute({
  ...read('/api/items/categories', 'Items of a category', listOf(Card)),
  request: { query: listQuery.required({ category: true }) },
});
const brandRoute = createRoute({
  ...read('/api/items/brands', 'Items of a brand, or of all brands', listOf(Card)),
  request: { query: listQuery },
});

/** Sends an answer that was made before. Its shape is proved by the contract of the API, no longer by its type. */
function send(c: Context<ApiEnv>, rendered: Rendered): never {
  const headers = { etag: rendered.etag, 'cache-control': 'no-cache' };
  const response = isKnown(rendered, c.req.header('if-none-match'))
    ? c.body(null, 304, headers)
    : c.body(rendered.json, 200, { ...headers, 'content-type': 'application/json' });
  return response as never;
}

/** What is for sale. */
export function catalogRoutes(app: App, router: OpenAPIHono<ApiEnv>): void {
  const { pageSize } = app.config.catalog;
  router
    .openapi(mainRoute, async (c) => send(c, await readMain(app)))
    .openapi(facetsRoute, async (c) => send(c, await readFacetsPage(app)))
    .openapi(searchRoute, async (c) => send(c, await readList(app, readRequest(c.req.valid('query'), pageSize))))
    .openapi(categoryRoute, async (c) => send(c, await readList(app, readRequest(c.req.valid('query'), pageSize))))
    .openapi(brandRoute, async (c) => send(c, await readList(app, readRequest(c.req.valid('query'), pageSize))))
    .openapi(onSaleRoute, async (c) => {
      const query = { ...c.req.valid('query'), onSale: true };
      return send(c, await readList(app, readRequest(query, pageSize)));
    })
    .openapi(itemRoute, async (c) => {
      const { id } = c.req.valid('param');
      const item = await readItem(app, id);
      app.catalog.views.note(id, c.var.address);
      return send(c, item);
    });
  shelfRoutes(app, router);
}
