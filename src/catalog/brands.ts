import { inArray, sql } from '../platform/database/sql.ts';
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
  const arms = [...changes].map(([id, change]) => sql`when ${id} then ${change}`);
  await tx
    .update(t)
    .set({ itemCount: sql`${t.itemCount} + case ${t.id} ${sql.join(arms, sql` `)} else 0 end` })
    .where(inArray(t.id, [...changes.keys()]));
}
