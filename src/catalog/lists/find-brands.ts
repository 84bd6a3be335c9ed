import { desc, eq } from '../../platform/database/sql.ts';
import { contains } from '../../platform/database/index.ts';
import type { Database } from '../../schema.ts';

/** Brands that a text stands for when none is named so; those with the most items come first. */
const MOST_BRANDS = 20;

/** The brand of that name; else those whose names hold the text. Neither case nor blanks matter. */
export async function findBrandIds(database: Database, brandKey: string): Promise<string[]> {
  const { brands: t } = database.tables;
  const [named] = await database.select({ id: t.id }).from(t).where(eq(t.nameKey, brandKey));
  if (named) return [named.id];
  const holding = await database
    .select({ id: t.id })
    .from(t)
    .where(contains(t.nameKey, brandKey))
    .orderBy(desc(t.itemCount), desc(t.id))
    .limit(MOST_BRANDS);
  return holding.map(({ id }) => id);
}
