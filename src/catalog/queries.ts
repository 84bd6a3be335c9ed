import { and, count, desc, eq, inArray } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { InvalidInput, NotFound } from '../platform/errors.ts';
import type { CategoryCode, Item } from '../schema.ts';

/** Past this many rows a page costs more than anybody's patience. */
const DEEPEST_OFFSET = 100_000;

export interface CategoryPage {
  category: CategoryCode;
  page: number;
  size: number;
}

/**
 * One page of a category, best sellers first. Two steps: the ids from the one index that has them in order, then the
 * rows by key.
 */
export async function listCategory(
  { database }: Pick<App, 'database'>,
  { category, page, size }: CategoryPage,
): Promise<{ items: Item[]; total: number }> {
  const { itemCategories, items } = database.tables;
  const listed = and(eq(itemCategories.code, category), eq(itemCategories.listed, true));
  const [counted] = await database.select({ total: count() }).from(itemCategories).where(listed);
  const total = counted?.total ?? 0;
  const offset = (page - 1) * size;
  if (offset >= total) return { items: [], total };
  if (offset >= DEEPEST_OFFSET) throw new InvalidInput('PAGE_TOO_DEEP', 'Narrow the list; this page is too deep.');

  const ids = await database
    .select({ id: itemCategories.itemId })
    .from(itemCategories)
    .where(listed)
    .orderBy(desc(itemCategories.sales), desc(itemCategories.itemId))
    .limit(size)
    .offset(offset);
  const order = ids.map(({ id }) => id);
  const rows = await database.select().from(items).where(inArray(items.id, order));
  const byId = new Map(rows.map((item) => [item.id, item]));
  return { items: order.flatMap((id) => byId.get(id) ?? []), total };
}

/** An item that is listed; hidden and unknown ones are not found. */
export async function getItem({ database }: Pick<App, 'database'>, id: string): Promise<Item> {
  const { items } = database.tables;
  const [item] = await database
    .select()
    .from(items)
    .where(and(eq(items.id, id), eq(items.listed, true)));
  if (!item) throw new NotFound('ITEM_NOT_FOUND', 'There is no such item.');
  return item;
}

/** Items by id, whatever their status. */
export async function findItems(
  { database }: Pick<App, 'database'>,
  ids: readonly string[],
): Promise<Map<string, Item>> {
  const { items } = database.tables;
  const rows = await database
    .select()
    .from(items)
    .where(inArray(items.id, [...ids]));
  return new Map(rows.map((item) => [item.id, item]));
}
