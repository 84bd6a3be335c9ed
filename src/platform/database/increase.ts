import { sql, type Column, type SQL } from './sql.ts';

/** What a column becomes when each row adds its own number, chosen by the row's key; rows without one stay. */
export function increasedBy(column: Column, key: Column, changes: ReadonlyMap<string, number>): SQL {
  const arms = [...changes].map(([id, change]) => sql`when ${id} then ${change}`);
  return sql`${column} + case ${key} ${sql.join(arms, sql` `)} else 0 end`;
}

/** The same, for counters that end at 0. */
export function increasedDownTo0(column: Column, key: Column, changes: ReadonlyMap<string, number>): SQL {
  const sum = increasedBy(column, key, changes);
  return sql`case when ${sum} < 0 then 0 else ${sum} end`;
}
