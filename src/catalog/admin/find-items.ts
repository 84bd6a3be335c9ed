import type { App } from '../../app.ts';
import { contains } from '../../platform/database/index.ts';
import { and, asc, count, desc, eq, inArray, like, type SQL } from '../../platform/database/sql.ts';
import { InvalidInput, NotFound } from '../../platform/errors.ts';
import type { CategoryCode, Item, ItemSort } from '../../schema.ts';
import { readFilter } from '../lists/filter.ts';
import { findBrandIds } from '../lists/find-brands.ts';
import { INDEXES, SORTS } from '../lists/sorts.ts';

type Shop = Pick<App, 'database'>;

/** As deep as the lists of visitors go. */
const DEEPEST_OFFSET = 100_000;

export interface ShelfQuery {
  status?: Item['status'] | undefined;
  keyword?: string | undefined;
  brand?: string | undefined;
  category?: CategoryCode | undefined;
  sort: 'NEWEST' | ItemSort;
  page: number;
  size: number;
}

/** One page of all items, hidden ones among them, and the total. Few people ask, so no index serves every question. */
export async function findShelf(shop: Shop, query: ShelfQuery): Promise<{ items: Item[]; total: number }> {
  const { items: i } = shop.database.tables;
  const where = await conditionOf(shop, query);
  const [counted] = await shop.database.select({ total: count() }).from(i).where(where);
  const total = counted?.total ?? 0;
  const offset = (query.page - 1) * query.size;
  if (offset >= total) return { items: [], total };
  if (offset >= DEEPEST_OFFSET) throw new InvalidInput('PAGE_TOO_DEEP', 'Narrow the list; this page is too deep.');
  const items = await shop.database
    .select()
    .from(i)
    .where(where)
    .orderBy(...orderOf(shop, query))
    .limit(query.size)
    .offset(offset);
  return { items, total };
}

/** An item whatever its status. */
export async function getShelfItem({ database }: Shop, id: string): Promise<Item> {
  const { items } = database.tables;
  const [item] = await database.select().from(items).where(eq(items.id, id));
  if (!item) throw new NotFound('ITEM_NOT_FOUND', 'There is no such item.');
  return item;
}

async function conditionOf(
  { database }: Shop,
  { status, keyword = '', brand = '', category }: ShelfQuery,
): Promise<SQL | undefined> {
  const { items: i } = database.tables;
  const { words, brandKey } = readFilter({ keyword, brand });
  const brandIds = brandKey === undefined ? undefined : await findBrandIds(database, brandKey);
  return and(
    status && eq(i.status, status),
    ...words.map((word) => contains(i.searchText, word)),
    brandIds && inArray(i.brandId, brandIds),
    category && like(i.categoryCodes, `%${category}%`),
  );
}

function orderOf({ database }: Shop, { sort }: ShelfQuery): SQL[] {
  const { items: i } = database.tables;
  if (sort === 'NEWEST') return [desc(i.id)];
  const { index, descending } = SORTS[sort];
  const inOrder = descending ? desc : asc;
  return [inOrder(i[INDEXES[index]]), inOrder(i.id)];
}
