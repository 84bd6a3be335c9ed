import { asc, count, desc, sql } from '../../platform/database/sql.ts';
import type { Database, ItemSort } from '../../schema.ts';
import { findRange, walk, type Access, type Reading } from './access.ts';
import type { Slice } from './choose.ts';
import type { Filter } from './filter.ts';
import { INDEXES, SORTS } from './sorts.ts';

/** How many listed items a filter lets through. */
export async function countItems(database: Database, reading: Reading, filter: Filter): Promise<number> {
  const { from, where } = findRange(reading, filter) ?? walk(reading, filter, 'SALES');
  const [counted] = await database.select({ total: count() }).from(from).where(where);
  return counted?.total ?? 0;
}

/** The ids of a slice, in the order of the sort, by the given way. */
export async function findIds(
  database: Pick<Database, 'select'>,
  access: Access,
  slice: Slice & { sort: ItemSort },
): Promise<string[]> {
  const rows = await selectIds(database, access, slice);
  return rows.map(({ id }) => id);
}

/** The query of `findIds`, which a test asks the planner about. */
export function selectIds(
  database: Pick<Database, 'select'>,
  { scope, from, where }: Access,
  { sort, offset, size }: Slice & { sort: ItemSort },
) {
  const { index, descending } = SORTS[sort];
  const inOrder = descending ? desc : asc;
  return database
    .select({ id: sql<string>`${scope.id}` })
    .from(from)
    .where(where)
    .orderBy(inOrder(scope.table[INDEXES[index]]), inOrder(scope.id))
    .limit(size)
    .offset(offset);
}
