import { eq, ne, or, and, sql } from '../../platform/database/sql.ts';
import { check } from './check.ts';

/** V8: what categories copy of an item, and what its price says of itself. */
export const itemCopies = check('V8', 'items', async ({ database }, range) => {
  const { items: i, itemCategories: c } = database.tables;
  const rows = await database
    .selectDistinct({ id: i.id })
    .from(i)
    .leftJoin(c, eq(c.itemId, i.id))
    .where(
      and(
        range(i.id),
        or(
          ne(c.listed, i.listed),
          ne(c.onSale, i.onSale),
          ne(c.salePrice, i.salePrice),
          ne(c.discountPermille, i.discountPermille),
          ne(c.sales, i.sales),
          ne(c.reviewCount, i.reviewCount),
          ne(i.onSale, sql`(${i.discountPrice} > 0)`),
          ne(i.salePrice, sql`${i.originPrice} - ${i.discountPrice}`),
        ),
      ),
    );
  return rows.map(({ id }) => ({
    table: 'items',
    id,
    says: 'its categories list it with another price, other counters or another status, or its sale price is not its price less the discount',
  }));
});
