import { increasedBy } from '../platform/database/index.ts';
import { inArray } from '../platform/database/sql.ts';
import type { Tables, Transaction } from '../schema.ts';

/**
 * Adds to the numbers of listed items that brands carry: an item that is hidden, say, is -1 for its brand. Within the
 * transaction of the change, so that the numbers are those of the items.
 */
export async function addToBrands(
  tx: Transaction,
  { brands: t }: Pick<Tables, 'brands'>,
  changes: ReadonlyMap<string, number>,
): Promise<void> {
  if (changes.size === 0) return;
  await tx
    .update(t)
    .set({ itemCount: increasedBy(t.itemCount, t.id, changes) })
    .where(inArray(t.id, [...changes.keys()]));
}
