import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { z } from 'zod';
import { findCaller } from '../accounts/index.ts';
import type { ApiEnv, App } from '../app.ts';
import { answer, dataOf, jsonBody, listOf, pageOf, wholeNumber } from '../platform/http/bodies.ts';
import { REVIEW_SORTS, type Review, type ReviewSort } from '../schema.ts';
import { AdminReviewBody, ReviewBody, toAdminReviewBody, toReviewBody } from './body.ts';
import { deleteReview, editReview } from './change.ts';
import { createReview } from './create.ts';
import { moderateReview } from './moderate.ts';
import { getReview, listItemReviews, listReviews, named, type NamedReview } from './queries.ts';

/** What a review says: up to 350 characters, with lines. */
const content = z
  .string()
  .normalize('NFC')
  .trim()
  .min(1)
  .max(350)
  .regex(/^(?:[^\p{Cc}]|\n)*$/u);
const star = z.int().min(1).max(5);

const CreateBody = z.strictObject({ orderLineId: z.string().max(64), star, content });
const EditBody = z
  .strictObject({ star: star.optional(), content: content.optional() })
  .refine((body) => body.star !== undefined || body.content !== undefined, { path: ['star'], message: 'required' });

const paging = { page: wholeNumber(1, 10_000).optional(), size: wholeNumber(1, 100).optional() };
const listQuery = z.object({ sort: z.enum(REVIEW_SORTS).optional(), ...paging });
const byId = z.object({ id: z.string() });
const user = [{ bearer: [] }];
const admin = [{ bearer: ['ADMIN'] }];

const createRouteOf = createRoute({
  method: 'post',
  path: '/api/reviews',
  summary: 'Review what was bought',
  security: user,
  request: { body: jsonBody(CreateBody) },
  responses: { 201: answer('the new review', dataOf(ReviewBody)) },
});
const editRoute = createRoute({
  method: 'patch',
  path: '/api/reviews/{id}',
  summary: 'Change a review of one’s own',
  security: user,
  request: { params: byId, body: jsonBody(EditBody) },
  responses: { 200: answer('the review as it is now', dataOf(ReviewBody)) },
});
const deleteRoute = createRoute({
  method: 'delete',
  path: '/api/reviews/{id}',
  summary: 'Take a review of one’s own back',
  security: user,
  request: { params: byId },
  responses: { 204: { description: 'it is gone' } },
});
const ownRoute = createRoute({
  method: 'get',
  path: '/api/reviews/me',
  summary: 'Reviews of the caller',
  security: user,
  request: { query: listQuery },
  responses: { 200: answer('the reviews', listOf(ReviewBody)) },
});
const itemRoute = createRoute({
  method: 'get',
  path: '/api/reviews/items/{itemId}',
  summary: 'Reviews of an item',
  security: [],
  request: { params: z.object({ itemId: z.string() }), query: listQuery },
  responses: { 200: answer('the reviews', listOf(ReviewBody)) },
});
const oneRoute = createRoute({
  method: 'get',
  path: '/api/reviews/{id}',
  summary: 'A review',
  security: [],
  request: { params: byId },
  responses: { 200: answer('the review', dataOf(ReviewBody)) },
});
const adminListRoute = createRoute({
  method: 'get',
  path: '/api/admin/reviews',
  summary: 'Reviews, hidden ones too',
  security: admin,
  request: {
    query: listQuery.extend({
      itemId: z.string().max(64).optional(),
      userId: z.string().max(64).optional(),
      star: wholeNumber(1, 5).optional(),
    }),
  },
  responses: { 200: answer('the reviews', listOf(AdminReviewBody)) },
});
const moderation = <V extends 'hide' | 'show'>(verb: V, summary: string) =>
  createRoute({
    method: 'post',
    path: `/api/admin/reviews/{id}/${verb}` as const,
    summary,
    security: admin,
    request: { params: byId },
    responses: { 200: answer('the review as it is now', dataOf(AdminReviewBody)) },
  });
const hideRoute = moderation('hide', 'Hide a review; the rating goes without it');
const showRoute = moderation('show', 'Show a hidden review again');

/** Reviews, and what admins do about them. */
export function reviewRoutes(app: App, router: OpenAPIHono<ApiEnv>): void {
  const { timeZone } = app.config.shop;
  const listOfQuery = (query: { sort?: ReviewSort; page?: number; size?: number }) => {
    const { sort = 'NEWEST', page = 1, size = app.config.catalog.pageSize } = query;
    return { sort, page, size };
  };
  const one = async (review: Review, callerId: string) => {
    const [body] = await named(app, [review]);
    if (!body) throw new Error('Bug: a review lost its names.');
    return { body, reader: { timeZone, callerId } };
  };
  const many = (
    { reviews, total }: { reviews: NamedReview[]; total: number },
    { page, size }: { page: number; size: number },
    callerId: string | undefined,
  ) => ({
    data: reviews.map((review) => toReviewBody(review, { timeZone, callerId })),
    page: pageOf(page, size, total),
  });
  const callerOf = async (c: Context<ApiEnv>) => (await findCaller(app, c.req.header('authorization')))?.user.id;
  const moderate = async (c: Context<ApiEnv>, id: string, to: 'ACTIVE' | 'HIDDEN') => {
    const by = { type: 'ADMIN', id: c.var.user.id, ip: c.var.address, requestId: c.var.requestId } as const;
    const { body, reader } = await one(await moderateReview(app, { id, to, by }), c.var.user.id);
    return { data: toAdminReviewBody(body, reader) };
  };

  router
    .openapi(createRouteOf, async (c) => {
      const made = await createReview(app, { ...c.req.valid('json'), userId: c.var.user.id });
      const { body, reader } = await one(made, c.var.user.id);
      c.header('Location', `/api/reviews/${made.id}`);
      return c.json({ data: toReviewBody(body, reader) }, 201);
    })
    .openapi(editRoute, async (c) => {
      const request = { ...c.req.valid('json'), ...c.req.valid('param'), userId: c.var.user.id };
      const { body, reader } = await one(await editReview(app, request), c.var.user.id);
      return c.json({ data: toReviewBody(body, reader) }, 200);
    })
    .openapi(deleteRoute, async (c) => {
      await deleteReview(app, { ...c.req.valid('param'), userId: c.var.user.id });
      return c.body(null, 204);
    })
    .openapi(ownRoute, async (c) => {
      const list = listOfQuery(c.req.valid('query'));
      const { id: userId } = c.var.user;
      return c.json(many(await listReviews(app, { ...list, filter: { userId, status: 'ACTIVE' } }), list, userId), 200);
    })
    .openapi(itemRoute, async (c) => {
      const list = listOfQuery(c.req.valid('query'));
      const found = await listItemReviews(app, c.req.valid('param').itemId, list);
      return c.json(many(found, list, await callerOf(c)), 200);
    })
    .openapi(oneRoute, async (c) => {
      const review = await getReview(app, c.req.valid('param').id);
      return c.json({ data: toReviewBody(review, { timeZone, callerId: await callerOf(c) }) }, 200);
    })
    .openapi(adminListRoute, async (c) => {
      const { itemId, userId, star: stars, ...query } = c.req.valid('query');
      const list = listOfQuery(query);
      const { reviews, total } = await listReviews(app, { ...list, filter: { itemId, userId, star: stars } });
      const reader = { timeZone, callerId: c.var.user.id };
      const data = reviews.map((review) => toAdminReviewBody(review, reader));
      return c.json({ data, page: pageOf(list.page, list.size, total) }, 200);
    })
    .openapi(hideRoute, async (c) => c.json(await moderate(c, c.req.valid('param').id, 'HIDDEN'), 200))
    .openapi(showRoute, async (c) => c.json(await moderate(c, c.req.valid('param').id, 'ACTIVE'), 200));
}
