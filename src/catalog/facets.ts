import { asc, desc, eq, gt, sql } from '../platform/database/sql.ts';
import { byIndex } from '../platform/database/index.ts';
import type { CategoryCode, Database } from '../schema.ts';
import { countCategories } from './categories.ts';

/** What lists can be narrowed by. */
export interface Facets {
  categories: { code: CategoryCode; label: string; itemCount: number }[];
  brands: { name: string; itemCount: number }[];
  price: { min: number; max: number };
}

const MOST_BRANDS = 100;

export async function readFacets(database: Database): Promise<Facets> {
  const { brands: b } = database.tables;
  const brands = await database
    .select({ name: b.name, itemCount: b.itemCount })
    .from(b)
    .where(gt(b.itemCount, 0))
    .orderBy(desc(b.itemCount), asc(b.nameKey))
    .limit(MOST_BRANDS);
  const price = { min: await findPrice(database, asc), max: await findPrice(database, desc) };
  return { categories: await countCategories(database), brands, price };
}

/** Either end of the index of prices; 0 where nothing is listed. */
async function findPrice(database: Database, order: typeof asc): Promise<number> {
  const { items: i } = database.tables;
  const [end] = await database
    .select({ price: sql<number>`${i.salePrice}` })
    .from(byIndex(database.engine, i, 'items_price'))
    .where(eq(i.listed, true))
    .orderBy(order(i.salePrice))
    .limit(1);
  return Number(end?.price ?? 0);
}
