import { eq, max, sql } from '../../platform/database/sql.ts';
import { check } from './check.ts';

/** V1: an order says what its lines come to. */
export const orderTotals = check('V1', 'orders', async ({ database }, range) => {
  const { orders: o, orderLines: l } = database.tables;
  const sumOf = (one: unknown) => sql<number>`coalesce(sum(${one}), 0)`;
  const price = sumOf(sql`${l.originPrice} * ${l.quantity}`);
  const discount = sumOf(sql`${l.discountPrice} * ${l.quantity}`);
  const items = sumOf(l.quantity);
  const lines = sql<number>`count(${l.id})`;
  const rows = await database
    .select({ id: max(o.number), price, discount, items, lines })
    .from(o)
    .leftJoin(l, eq(l.orderId, o.id))
    .where(range(o.id))
    // By the key alone, which is the order of the walk: with more columns MySQL sorts what it groups.
    .groupBy(o.id)
    .having(
      sql`${price} <> max(${o.totalPrice}) or ${discount} <> max(${o.totalDiscount})
        or ${items} <> max(${o.totalItemCount}) or ${lines} <> max(${o.lineCount})`,
    );
  return rows.map(({ id, price, discount, items, lines }) => ({
    table: 'orders',
    id: id ?? '',
    says: `its ${Number(lines)} lines come to ${Number(items)} items, ${Number(price)} won less ${Number(discount)} won; it says something else`,
  }));
});
