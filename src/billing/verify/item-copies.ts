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
        or(ne(c.listed, i.listed), ne(c.sales, i.sales), ne(i.salePrice, sql`${i.originPrice} - ${i.discountPrice}`)),
      ),
    );
  return rows.map(({ id }) => ({
    table: 'items',
    id,
    says: 'its categories list it with other sales or another status, or its sale price is not its price less the discount',
  }));
});
