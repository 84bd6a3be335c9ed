import { getTableColumns, inArray, sql, type SQL } from './sql.ts';
import type { SQLiteTable, SQLiteUpdateSetSource } from 'drizzle-orm/sqlite-core';
import type { Queries } from './queries.ts';

/** A table whose rows have an id of their own. */
type KeyedTable = SQLiteTable & { id: unknown; $inferSelect: { id: string } };

export interface RowChange<T extends KeyedTable> {
  id: string;
  /** Plain values, no SQL. */
  set: Partial<T['$inferSelect']>;
}

/**
 * Gives each row its own values in few statements: one for each set of columns, not one for each row. What is the same
 * for all rows of a statement is set once; the rest is chosen by the row's id. Returns how many rows were matched.
 */
export async function updateEach<T extends KeyedTable>(
  queries: Queries,
  table: T,
  changes: readonly RowChange<T>[],
): Promise<number> {
  let matched = 0;
  for (const alike of Map.groupBy(changes, ({ set }) => Object.keys(set).join()).values()) {
    const ids = alike.map(({ id }) => id);
    const written = await queries
      .update(table)
      .set(assignments(table, alike) as SQLiteUpdateSetSource<T>)
      .where(inArray(idOf(table), ids));
    matched += written.rowsAffected;
  }
  return matched;
}

type Column = ReturnType<typeof getTableColumns<SQLiteTable>>[string];

function idOf(table: SQLiteTable): Column {
  const { id } = getTableColumns(table);
  if (!id) throw new Error('Bug: updateEach is for tables with an id.');
  return id;
}

function assignments<T extends KeyedTable>(table: T, changes: readonly RowChange<T>[]): Record<string, unknown> {
  const columns = getTableColumns(table as SQLiteTable);
  const [first] = changes;
  return Object.fromEntries(
    Object.keys(first?.set ?? {}).map((key) => {
      const column = columns[key];
      if (!column) throw new Error(`Bug: updateEach knows no column ${key}.`);
      const values = changes.map(({ id, set }) => ({ id, value: (set as Record<string, unknown>)[key] ?? null }));
      return [key, isOneValue(values) ? values[0]?.value : chosenById(idOf(table), column, values)];
    }),
  );
}

interface Chosen {
  id: string;
  value: unknown;
}

const plain = (value: unknown): unknown => (value instanceof Date ? value.getTime() : value);

const isOneValue = ([first, ...others]: readonly Chosen[]): boolean =>
  others.every(({ value }) => plain(value) === plain(first?.value));

function chosenById(idColumn: Column, column: Column, values: readonly Chosen[]): SQL {
  const arms = values.map(({ id, value }) => sql`when ${id} then ${sql.param(value, column)}`);
  return sql`case ${idColumn} ${sql.join(arms, sql` `)} end`;
}
