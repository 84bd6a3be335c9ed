import { and, asc, eq } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { NotFound } from '../platform/errors.ts';
import type { Order, OrderLine, PaymentAttempt } from '../schema.ts';

export interface OrderWithLines {
  order: Order;
  lines: OrderLine[];
  /** The attempt that paid it. */
  payment?: PaymentAttempt | undefined;
}

/** An order of the caller with its lines and its payment: three queries, however many lines. */
export async function getOrder(
  { database }: Pick<App, 'database'>,
  userId: string,
  id: string,
): Promise<OrderWithLines> {
  const { orders, orderLines, paymentAttempts } = database.tables;
  const [order] = await database
    .select()
    .from(orders)
    .where(and(eq(orders.id, id), eq(orders.userId, userId)));
  if (!order) throw new NotFound('ORDER_NOT_FOUND', 'There is no such order.');
  const lines = await database.select().from(orderLines).where(eq(orderLines.orderId, id)).orderBy(asc(orderLines.id));
  const [payment] = order.paidAttemptId
    ? await database.select().from(paymentAttempts).where(eq(paymentAttempts.id, order.paidAttemptId))
    : [];
  return { order, lines, payment };
}
