import type { InferInsertModel } from '../platform/database/sql.ts';
import type { Tables, Transaction } from '../schema.ts';

/**
 * Rows per statement. The widest table has 41 columns, so 4,100 parameters of SQLite's 32,766 and some 200 KB of MySQL's
 * 16 MB packet; shorter and longer statements were both measured slower.
 */
const ROWS_PER_STATEMENT = 100;

type Table = Tables[keyof Tables];

/** Inserts rows in statements that both engines take. */
export async function writeRows<T extends Table>(
  tx: Transaction,
  table: T,
  rows: InferInsertModel<T>[],
): Promise<void> {
  for (let at = 0; at < rows.length; at += ROWS_PER_STATEMENT) {
    await tx.insert(table).values(rows.slice(at, at + ROWS_PER_STATEMENT));
  }
}
