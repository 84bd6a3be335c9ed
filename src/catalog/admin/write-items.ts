import type { App } from '../../app.ts';
import { updateEach } from '../../platform/database/index.ts';
import { inArray } from '../../platform/database/sql.ts';
import type { Item, Transaction } from '../../schema.ts';
import { addToBrands } from '../brands.ts';
import { categoryRowsOf } from '../keys.ts';
import { changedColumns } from './compose-item.ts';

/** An item as it was, locked, and as it shall be; a new one was nothing before. */
export interface ItemWrite {
  before: Item | undefined;
  after: Item;
}

/**
 * Writes items with the copies that their categories hold of them and the numbers of their brands. Counters are not
 * among what is written: they grow beside it.
 */
export async function writeItems(
  tx: Transaction,
  { database }: Pick<App, 'database'>,
  writes: readonly ItemWrite[],
): Promise<void> {
  const { items } = database.tables;
  const created = writes.flatMap(({ before, after }) => (before ? [] : [after]));
  const changed = writes.flatMap(({ before, after }) => (before ? [{ before, after }] : []));
  if (created.length > 0) await tx.insert(items).values(created);
  await updateEach(
    tx,
    items,
    changed.map(({ before, after }) => ({ id: after.id, set: changeOf(before, after) })),
  );
  await writeCopies(tx, { database }, writes);
  await addToBrands(tx, database.tables, brandChanges(writes));
}

function changeOf(before: Item, after: Item): Partial<Item> {
  const columns = [...changedColumns(before, after), 'version', 'updatedAt'] as const;
  return Object.fromEntries(columns.map((key) => [key, after[key]]));
}

/** Whose copies differ lose them and get new ones: the categories themselves may be others. */
async function writeCopies(
  tx: Transaction,
  { database }: Pick<App, 'database'>,
  writes: readonly ItemWrite[],
): Promise<void> {
  const { itemCategories: c } = database.tables;
  const differing = writes.filter(({ before, after }) => copiesOf(before) !== copiesOf(after));
  const outdated = differing.flatMap(({ before }) => before?.id ?? []);
  if (outdated.length > 0) await tx.delete(c).where(inArray(c.itemId, outdated));
  const rows = differing.flatMap(({ after }) => categoryRowsOf(after));
  if (rows.length > 0) await tx.insert(c).values(rows);
}

const copiesOf = (item: Item | undefined): string => JSON.stringify(item ? categoryRowsOf(item) : []);

/** How many more listed items each brand has; those for which it comes to nothing are left out. */
function brandChanges(writes: readonly ItemWrite[]): Map<string, number> {
  const changes = new Map<string, number>();
  const add = (item: Item | undefined, amount: number): void => {
    if (item?.listed) changes.set(item.brandId, (changes.get(item.brandId) ?? 0) + amount);
  };
  for (const { before, after } of writes) {
    add(before, -1);
    add(after, 1);
  }
  return new Map([...changes].filter(([, change]) => change !== 0));
}
