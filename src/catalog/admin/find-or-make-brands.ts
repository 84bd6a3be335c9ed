import type { App } from '../../app.ts';
import { isDuplicateKey } from '../../platform/database/index.ts';
import { inArray } from '../../platform/database/sql.ts';
import type { Brand, Queries, Transaction } from '../../schema.ts';
import { brandKeyOf } from '../keys.ts';

type BrandByKey = Map<string, Brand>;
type Makers = Pick<App, 'database' | 'clock' | 'newId'>;

/** The brands of these names by key, made where they are missing. Several spellings of a name are one brand. */
export async function findOrMakeBrands(
  tx: Transaction,
  app: Makers,
  names: readonly string[],
): Promise<ReadonlyMap<string, Brand>> {
  const found = await findBrands(tx, app, names);
  const missing = missingBrands(app, names, found);
  if (missing.length === 0) return found;
  for (const brand of missing) await insertOnce(tx, app, brand);
  return findBrands(tx, app, names);
}

/** The same without making any: brands that are missing are as they would be made. */
export async function imagineBrands(
  queries: Queries,
  app: Makers,
  names: readonly string[],
): Promise<ReadonlyMap<string, Brand>> {
  const found = await findBrands(queries, app, names);
  for (const brand of missingBrands(app, names, found)) found.set(brand.nameKey, brand);
  return found;
}

async function findBrands(
  queries: Queries,
  { database }: Pick<App, 'database'>,
  names: readonly string[],
): Promise<BrandByKey> {
  const { brands: b } = database.tables;
  const keys = [...new Set(names.map(brandKeyOf))];
  if (keys.length === 0) return new Map();
  const rows = await queries.select().from(b).where(inArray(b.nameKey, keys));
  return new Map(rows.map((brand) => [brand.nameKey, brand]));
}

function missingBrands({ clock, newId }: Makers, names: readonly string[], found: BrandByKey): Brand[] {
  const now = clock.now();
  const firstSpellings = new Map(names.toReversed().map((name) => [brandKeyOf(name), name]));
  return [...firstSpellings]
    .filter(([nameKey]) => !found.has(nameKey))
    .map(([nameKey, name]) => ({ id: newId(), name, nameKey, itemCount: 0, createdAt: now, updatedAt: now }));
}

/** Of two that make one brand at once, the second finds it made. */
async function insertOnce(tx: Transaction, { database }: Makers, brand: Brand): Promise<void> {
  try {
    await tx.insert(database.tables.brands).values(brand);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}
