import { and, eq, gte, inArray, like, lte, sql, type SQL } from '../../platform/database/sql.ts';
import { contains } from '../../platform/database/index.ts';
import type { Tables } from '../../schema.ts';
import type { Filter } from './filter.ts';
import type { IndexName } from './sorts.ts';

type Lists = Pick<Tables, 'items' | 'itemCategories'>;
type ListTable = Lists[keyof Lists];

/** Where a list is read: a table, the columns that are equal for the whole list, and the family of indexes over them. */
export interface Scope {
  table: ListTable;
  id: Lists['items']['id'] | Lists['itemCategories']['itemId'];
  family: 'items' | 'items_brand' | 'item_categories';
  equal: SQL | undefined;
}

/** One brand leads, then the category, whose copies stand in a table of their own; else all items. */
export function scopeOf(tables: Lists, { brandIds, category }: Filter): Scope {
  if (brandIds?.length === 1) return scopeOfBrands(tables, brandIds);
  const { items: i, itemCategories: c } = tables;
  if (!category) return { table: i, id: i.id, family: 'items', equal: eq(i.listed, true) };
  const equal = and(eq(c.code, category), eq(c.listed, true));
  return { table: c, id: c.itemId, family: 'item_categories', equal };
}

/** Some brands as ranges of the brand indexes; only of one brand they are in order. */
export function scopeOfBrands({ items: i }: Lists, brandIds: readonly string[]): Scope {
  const equal = and(inArray(i.brandId, [...brandIds]), eq(i.listed, true));
  return { table: i, id: i.id, family: 'items_brand', equal };
}

/** What every list index can tell without the row: price and discount. On its own column a discount is a range. */
export function onIndex({ table }: Scope, { priceMin, priceMax, onSale }: Filter, index: IndexName): SQL | undefined {
  const discounted = index === 'discount_rate' ? gte(table.discountPermille, 1) : eq(table.onSale, true);
  return and(
    priceMin === undefined ? undefined : gte(table.salePrice, priceMin),
    priceMax === undefined ? undefined : lte(table.salePrice, priceMax),
    onSale ? discounted : undefined,
  );
}

/** What only the item's row can tell: words, several brands, and the category where a brand leads. */
export function onRow({ items: i }: Lists, { family, id }: Scope, filter: Filter): SQL | undefined {
  const { words, brandIds, category } = filter;
  const told = and(
    ...words.map((word) => contains(i.searchText, word)),
    brandIds && family !== 'items_brand' ? inArray(i.brandId, brandIds) : undefined,
    // No code is part of another, so a code that occurs is one of the list.
    category && family !== 'item_categories' ? like(i.categoryCodes, `%${category}%`) : undefined,
  );
  if (!told || family !== 'item_categories') return told;
  // A scalar subquery, since planners turn `exists` and `in` into joins, and a join loses the order of the walk.
  return sql`(select 1 from ${i} where ${i.id} = ${id} and ${told}) = 1`;
}
