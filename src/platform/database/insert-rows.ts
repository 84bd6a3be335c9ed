import { casing } from './drizzle.ts';
import { getTableColumns, getTableName } from './sql.ts';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';

/** A statement as a driver takes it. */
export interface Statement {
  sql: string;
  parameters: unknown[];
}

interface InsertColumn {
  key: string;
  name: string;
  /** What the database would write by itself; null for most. */
  fallback: unknown;
  toDriver(value: unknown): unknown;
}

const columnsOf = new WeakMap<SQLiteTable, InsertColumn[]>();

/**
 * Writes an insert of plain rows. Drizzle makes several objects of each value on its way to the driver; with thousands
 * of values a second that was the largest part of a billing run. A column that is empty in all rows is left out.
 */
export function insertStatement(
  table: SQLiteTable,
  rows: readonly Record<string, unknown>[],
  quote: '`' | '"',
): Statement {
  const columns = readColumns(table, quote).filter(
    ({ key, fallback }) => fallback !== null || rows.some((row) => row[key] !== undefined && row[key] !== null),
  );
  const parameters: unknown[] = [];
  for (const row of rows) {
    for (const { key, fallback, toDriver } of columns) {
      const value = row[key] === undefined ? fallback : row[key];
      parameters.push(value === null ? null : toDriver(value));
    }
  }
  const names = columns.map(({ name }) => name).join();
  const places = `(${columns.map(() => '?').join()})`;
  const values = Array<string>(rows.length).fill(places).join();
  return { sql: `insert into ${quote}${getTableName(table)}${quote} (${names}) values ${values}`, parameters };
}

function readColumns(table: SQLiteTable, quote: '`' | '"'): InsertColumn[] {
  const known = columnsOf.get(table);
  if (known) return known;
  const columns = Object.entries(getTableColumns(table)).map(([key, column]) => ({
    key,
    name: `${quote}${casing.toSnakeCase(column.name)}${quote}`,
    fallback: column.default ?? null,
    toDriver: (value: unknown): unknown => column.mapToDriverValue(value as never),
  }));
  columnsOf.set(table, columns);
  return columns;
}
