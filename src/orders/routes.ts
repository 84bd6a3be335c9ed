import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { personFields } from '../accounts/index.ts';
import type { ApiEnv, App } from '../app.ts';
import { answer, dataOf, jsonBody, words } from '../platform/http/bodies.ts';
import { OrderDetail, toOrderDetail } from './body.ts';
import { placeOrder } from './place.ts';
import { getOrder } from './queries.ts';

const Receiver = z.strictObject({
  realName: personFields.realName,
  phone: personFields.phone,
  zipCode: personFields.zipCode.optional(),
  city: personFields.city,
  detailAddress: personFields.detailAddress,
  memo: words(0, 100).optional(),
});

const Line = z.strictObject({
  itemId: z.string().max(64),
  quantity: z.int().min(1).max(99),
  periodDays: z.int().min(0).max(366).optional(),
});

const PlaceOrderBody = z
  .strictObject({
    kind: z.enum(['ONE_OFF', 'SUBSCRIPTION']),
    from: z.literal('LINES'),
    lines: z.array(Line).min(1).max(100),
    receiver: Receiver.optional(),
    expectedPayAmount: z.int().min(0).optional(),
  })
  .check((context) => {
    const { kind, lines } = context.value;
    const seen = new Set<string>();
    for (const [index, { itemId, periodDays }] of lines.entries()) {
      const wrong = (field: string, message: string) =>
        context.issues.push({ code: 'custom', path: ['lines', index, field], message, input: undefined });
      if (seen.has(itemId)) wrong('itemId', 'not_allowed');
      if (kind === 'SUBSCRIPTION' && periodDays === undefined) wrong('periodDays', 'required');
      if (kind === 'ONE_OFF' && periodDays !== undefined) wrong('periodDays', 'not_allowed');
      seen.add(itemId);
    }
  });

const placeRoute = createRoute({
  method: 'post',
  path: '/api/orders',
  summary: 'Place an order',
  security: [{ bearer: [] }],
  request: { body: jsonBody(PlaceOrderBody) },
  responses: { 201: answer('the order, waiting for payment', dataOf(OrderDetail)) },
});

const detailRoute = createRoute({
  method: 'get',
  path: '/api/orders/{id}',
  summary: 'Read an order of the caller',
  security: [{ bearer: [] }],
  request: { params: z.object({ id: z.string() }) },
  responses: { 200: answer('the order', dataOf(OrderDetail)) },
});

type Placed = Awaited<ReturnType<typeof placeOrder>>;

const locationOf = ({ order }: Placed): string => `/api/orders/${order.id}`;

/** Orders of the caller. */
export function orderRoutes(app: App, router: OpenAPIHono<ApiEnv>): void {
  const { timeZone } = app.config.shop;
  const bodyOf = (placed: Placed) => ({ data: toOrderDetail(placed, timeZone) });
  router
    .openapi(placeRoute, async (c) => {
      const { user, keepAnswer } = c.var;
      const placed = await placeOrder(app, {
        ...c.req.valid('json'),
        user,
        alsoCommit: async (tx, placing) =>
          keepAnswer?.(tx, { status: 201, body: bodyOf(placing), location: locationOf(placing) }),
      });
      c.header('Location', locationOf(placed));
      return c.json(bodyOf(placed), 201);
    })
    .openapi(detailRoute, async (c) => {
      const order = await getOrder(app, c.var.user.id, c.req.valid('param').id);
      return c.json({ data: toOrderDetail(order, timeZone) }, 200);
    });
}
