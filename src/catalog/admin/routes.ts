import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { z } from 'zod';
import type { ApiEnv, App } from '../../app.ts';
import type { Performer } from '../../audit.ts';
import { answer, dataOf, jsonBody, listOf, pageOf, wholeNumber, words } from '../../platform/http/bodies.ts';
import { rules } from '../../platform/http/route-rules.ts';
import { CATEGORY_CODES, ITEM_SORTS } from '../../schema.ts';
import { readCategories } from '../categories.ts';
import { importItems } from '../import/import-items.ts';
import { readUpload, type Upload } from '../import/upload.ts';
import { CategoryBody, ShelfCard, ShelfItem, toCategory, toShelfCard, toShelfItem } from './body.ts';
import { changeCategory } from './change-category.ts';
import { createItem } from './create-item.ts';
import { ItemChange, NewItem } from './fields.ts';
import { findShelf, getShelfItem } from './find-items.ts';
import { reclassifyItems } from './reclassify.ts';
import { hideItem, showItem, updateItem } from './update-item.ts';

const security = [{ bearer: ['ADMIN'] }];
const params = z.object({ id: z.string() });
const flag = z
  .enum(['true', 'false'])
  .transform((word) => word === 'true')
  .optional();
const item = (description: string) => answer(description, dataOf(ShelfItem));

const listRoute = createRoute({
  method: 'get',
  path: '/api/admin/items',
  summary: 'List all items, hidden ones among them',
  security,
  request: {
    query: z.object({
      status: z.enum(['ON_SALE', 'SOLD_OUT', 'HIDDEN']).optional(),
      keyword: words(0, 50).optional(),
      brand: words(0, 100).optional(),
      category: z.enum(CATEGORY_CODES).optional(),
      sort: z.enum(['NEWEST', ...ITEM_SORTS]).optional(),
      page: wholeNumber(1, 10_000).optional(),
      size: wholeNumber(1, 100).optional(),
    }),
  },
  responses: { 200: answer('a page of items', listOf(ShelfCard)) },
});

const readRoute = createRoute({
  method: 'get',
  path: '/api/admin/items/{id}',
  summary: 'Read an item, hidden or not',
  security,
  request: { params },
  responses: { 200: item('the item') },
});

const createItemRoute = createRoute({
  method: 'post',
  path: '/api/admin/items',
  summary: 'Put an item on the shelf',
  security,
  request: { body: jsonBody(NewItem) },
  responses: { 201: item('the new item'), 409: { description: 'STATEMENT_NUMBER_TAKEN' } },
});

const updateRoute = createRoute({
  method: 'patch',
  path: '/api/admin/items/{id}',
  summary: 'Change an item; null empties a field',
  security,
  request: { params, body: jsonBody(ItemChange) },
  responses: { 200: item('the changed item'), 409: { description: 'VERSION_CONFLICT or STATEMENT_NUMBER_TAKEN' } },
});

const hideRoute = createRoute({
  method: 'post',
  path: '/api/admin/items/{id}/hide',
  summary: 'Take an item out of every list',
  security,
  request: { params },
  responses: { 200: item('the hidden item') },
});

const showRoute = createRoute({
  method: 'post',
  path: '/api/admin/items/{id}/show',
  summary: 'Put a hidden item on sale again',
  security,
  request: { params },
  responses: { 200: item('the shown item') },
});

const ImportAnswer = z
  .object({
    created: z.int(),
    updated: z.int(),
    unchanged: z.int(),
    rejected: z.array(z.object({ row: z.int(), field: z.string(), reason: z.string() })),
  })
  .meta({ id: 'ItemImport' });

const fileSchema = { type: 'string' as const, format: 'binary' };

const importRoute = createRoute({
  method: 'post',
  path: '/api/admin/items/import',
  summary: 'Create and change items by statement number, up to 2,000 rows',
  security,
  ...rules({ maxBodyBytes: 5 * 1_048_576, rawBody: true }),
  request: {
    query: z.object({ dryRun: flag, defaultOriginPrice: wholeNumber(1, 100_000_000).optional() }),
    // Not Zod schemas: rows are judged one by one, and a bad one does not refuse the others.
    body: {
      required: true,
      content: {
        'application/json': { schema: { type: 'array', items: { type: 'object' } } },
        'text/csv': { schema: { type: 'string' } },
        'multipart/form-data': { schema: { type: 'object', required: ['file'], properties: { file: fileSchema } } },
      },
    },
  },
  responses: { 200: answer('what became of the rows', dataOf(ImportAnswer)) },
});

const categoriesRoute = createRoute({
  method: 'get',
  path: '/api/admin/categories',
  summary: 'Read what puts items into categories',
  security,
  responses: { 200: answer('the nine categories', dataOf(z.array(CategoryBody))) },
});

const wordsOfCategory = z.array(words(1, 50)).max(200).optional();

const categoryRoute = createRoute({
  method: 'patch',
  path: '/api/admin/categories/{code}',
  summary: 'Change how a category is called and what puts items into it',
  security,
  request: {
    params: z.object({ code: z.string() }),
    body: jsonBody(
      z.strictObject({
        label: words(1, 20).optional(),
        keywords: wordsOfCategory,
        exclusions: wordsOfCategory,
      }),
    ),
  },
  responses: { 200: answer('the changed category', dataOf(CategoryBody)) },
});

const reclassifyRoute = createRoute({
  method: 'post',
  path: '/api/admin/categories/reclassify',
  summary: 'Classify every item again that no person has put somewhere',
  security,
  request: { body: jsonBody(z.strictObject({ dryRun: z.boolean().optional() })) },
  responses: {
    200: answer('how many changed', dataOf(z.object({ changed: z.int(), unchanged: z.int() }))),
  },
});

/** What those do who look after the shelf. */
export function shelfRoutes(app: App, router: OpenAPIHono<ApiEnv>): void {
  const { timeZone } = app.config.shop;
  const about = { timeZone, periods: app.config.subscriptions.periodDays };
  router
    .openapi(listRoute, async (c) => {
      const { sort = 'NEWEST', page = 1, size = app.config.catalog.pageSize, ...filter } = c.req.valid('query');
      const { items, total } = await findShelf(app, { ...filter, sort, page, size });
      return c.json({ data: items.map((one) => toShelfCard(one, timeZone)), page: pageOf(page, size, total) }, 200);
    })
    .openapi(createItemRoute, async (c) => {
      const made = await createItem(app, c.req.valid('json'), performerOf(c));
      c.header('Location', `/api/admin/items/${made.id}`);
      return c.json({ data: toShelfItem(made, about) }, 201);
    })
    .openapi(importRoute, async (c) => {
      const { dryRun = false, defaultOriginPrice } = c.req.valid('query');
      const rows = await readUpload(await uploadOf(c));
      const { rejectedRows: _, ...data } = await importItems(app, {
        rows,
        dryRun,
        defaultOriginPrice,
        by: performerOf(c),
      });
      return c.json({ data }, 200);
    })
    .openapi(readRoute, async (c) => {
      return c.json({ data: toShelfItem(await getShelfItem(app, c.req.valid('param').id), about) }, 200);
    })
    .openapi(updateRoute, async (c) => {
      const { version, ...fields } = c.req.valid('json');
      const changed = await updateItem(app, { ...c.req.valid('param'), fields, version, by: performerOf(c) });
      return c.json({ data: toShelfItem(changed, about) }, 200);
    })
    .openapi(hideRoute, async (c) => {
      const hidden = await hideItem(app, { ...c.req.valid('param'), by: performerOf(c) });
      return c.json({ data: toShelfItem(hidden, about) }, 200);
    })
    .openapi(showRoute, async (c) => {
      const shown = await showItem(app, { ...c.req.valid('param'), by: performerOf(c) });
      return c.json({ data: toShelfItem(shown, about) }, 200);
    });
  categoryRoutes(app, router);
}

function categoryRoutes(app: App, router: OpenAPIHono<ApiEnv>): void {
  router
    .openapi(categoriesRoute, async (c) => {
      const categories = await readCategories(app.database, app.database.tables);
      return c.json({ data: categories.map(toCategory) }, 200);
    })
    .openapi(categoryRoute, async (c) => {
      const change = { ...c.req.valid('json'), code: c.req.valid('param').code, by: performerOf(c) };
      return c.json({ data: toCategory(await changeCategory(app, change)) }, 200);
    })
    .openapi(reclassifyRoute, async (c) => {
      const { dryRun = false } = c.req.valid('json');
      return c.json({ data: await reclassifyItems(app, { dryRun, by: performerOf(c) }) }, 200);
    });
}

const performerOf = (c: Context<ApiEnv>): Performer => ({
  type: 'ADMIN',
  id: c.var.user.id,
  ip: c.var.address,
  requestId: c.var.requestId,
});

const BODY_TYPE = /^(?:application\/json|text\/csv)(?:;|$)/;

/** The file of a form, or the body as the file. */
async function uploadOf(c: Context<ApiEnv>): Promise<Upload> {
  const type = c.req.header('content-type')?.toLowerCase() ?? '';
  if (type.startsWith('multipart/form-data')) return fileOf(await c.req.parseBody().catch(() => undefined));
  if (!BODY_TYPE.test(type)) throw new HTTPException(415);
  return { type, name: '', bytes: new Uint8Array(await c.req.arrayBuffer()) };
}

async function fileOf(form: Record<string, unknown> | undefined): Promise<Upload> {
  const file = form?.['file'];
  if (!(file instanceof File)) return { type: '', name: '', bytes: undefined };
  return { type: file.type, name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
}
