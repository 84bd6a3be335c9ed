import { sql, type Column, type SQL } from '../../platform/database/sql.ts';

/**
 * A joined row's state as a condition that no index serves. Rows are joined by their ids; without statistics SQLite takes
 * an index that begins with the state instead, and reads half the table for every row.
 */
export const joinedWith = (column: Column, ...values: readonly string[]): SQL =>
  sql`coalesce(${column}, '') in (${sql.join(
    values.map((value) => sql`${value}`),
    sql`, `,
  )})`;
