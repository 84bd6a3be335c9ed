import { eq, sql } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { isDuplicateKey } from '../platform/database/index.ts';
import type { Queries, Tables, Transaction } from '../schema.ts';

/** The one scope there is: everything that lists and pages of items show. */
export const ITEMS_SCOPE = 'items';

/**
 * Says, within the transaction of a change of price, status, name, category or image, that what readers have cached is
 * old. Returns the new version, which `catalog.announce` tells the processes after the commit. The row stays
 * locked until the transaction ends, so call it last.
 */
export async function raiseCatalogVersion(
  tx: Transaction,
  { catalogVersions: t }: Pick<Tables, 'catalogVersions'>,
): Promise<number> {
  const ours = eq(t.scope, ITEMS_SCOPE);
  const raise = () =>
    tx
      .update(t)
      .set({ version: sql`${t.version} + 1` })
      .where(ours);
  if ((await raise()).rowsAffected === 0) {
    await insertFirst(tx, t);
    await raise();
  }
  return readCatalogVersion(tx, { catalogVersions: t });
}

/** The version of the last committed change; 0 where nothing was ever changed. */
export async function readCatalogVersion(
  queries: Queries,
  { catalogVersions: t }: Pick<Tables, 'catalogVersions'>,
): Promise<number> {
  const [row] = await queries.select({ version: t.version }).from(t).where(eq(t.scope, ITEMS_SCOPE));
  return row?.version ?? 0;
}

async function insertFirst(tx: Transaction, t: Tables['catalogVersions']): Promise<void> {
  try {
    await tx.insert(t).values({ scope: ITEMS_SCOPE, version: 0 });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

/**
 * Runs one transaction that changes what readers see of items, raises the version at its end, and tells it to the
 * processes after the commit.
 */
export async function changeCatalog<T>(
  { database, catalog }: Pick<App, 'database' | 'catalog'>,
  change: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const { result, version } = await database.transaction(async (tx) => ({
    result: await change(tx),
    version: await raiseCatalogVersion(tx, database.tables),
  }));
  await catalog.announce(version);
  return result;
}
