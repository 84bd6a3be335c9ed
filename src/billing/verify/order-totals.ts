import { eq, sql } from 'drizzle-orm';
import { check } from './check.ts';

/** V1: an order says what its lines come to. */
export const orderTotals = check('V1', 'orders', async ({ database }, range) => {
  const { orders: o, orderLines: l } = database.tables;
  const sumOf = (one: unknown) => sql<number>`coalesce(sum(${one}), 0)`;
  const [price, discount] = [
    sumOf(sql`${l.originPrice} * ${l.quantity}`),
    sumOf(sql`${l.discountPrice} * ${l.quantity}`),
  ];
  const [items, lines] = [sumOf(l.quantity), sql<number>`count(${l.id})`];
  const rows = await database
    .select({ id: o.number, says: o.totalPrice, price, discount, items, lines })
    .from(o)
    .leftJoin(l, eq(l.orderId, o.id))
    .where(range(o.id))
    .groupBy(o.id, o.number, o.totalPrice, o.totalDiscount, o.totalItemCount, o.lineCount)
    .having(
      sql`${price} <> ${o.totalPrice} or ${discount} <> ${o.totalDiscount} or ${items} <> ${o.totalItemCount} or ${lines} <> ${o.lineCount}`,
    );
  return rows.map(({ id, price, discount, items, lines }) => ({
    table: 'orders',
    id,
    says: `its ${Number(lines)} lines come to ${Number(items)} items, ${Number(price)} won less ${Number(discount)} won; it says something else`,
  }));
});
