import { and, asc, eq, gt, lte, type SQL } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import type { Tables } from '../../schema.ts';

type Column = Parameters<typeof gt>[0];

/** Some rows of a table, as a condition on its id. */
export type Range = (id: Column) => SQL | undefined;

/** Tables that checks walk. */
export type Walked =
  | 'orders'
  | 'paymentAttempts'
  | 'billingCycles'
  | 'subscriptions'
  | 'mandates'
  | 'items'
  | 'refunds'
  | 'outboxEvents';

/** Which rows are looked at: all, those born between two ids, or some by name. */
export type Bounds = { after: string; last?: string } | { only: readonly string[] };

export const EVERYTHING: Bounds = { after: '' };

/** Rows of one statement: large enough that a walk is fast, small enough that no statement takes long. */
const ROWS = 2_000;

/** A table in ranges of ids, each looked at by one statement: memory stays the same however long the table is. */
export async function* rangesOf(
  { database }: Pick<App, 'database'>,
  walked: Walked,
  bounds: Bounds,
): AsyncGenerator<Range> {
  if ('only' in bounds) {
    for (const one of bounds.only) yield (id) => eq(id, one);
    return;
  }
  // Only ids are read here, and every table has one.
  const t = database.tables[walked] as Tables['orders'];
  const { last } = bounds;
  for (let after: string | undefined = bounds.after; after !== undefined;) {
    const from: string = after;
    const rest = and(gt(t.id, from), last === undefined ? undefined : lte(t.id, last));
    const [end] = await database
      .select({ id: t.id })
      .from(t)
      .where(rest)
      .orderBy(asc(t.id))
      .limit(1)
      .offset(ROWS - 1);
    const to = end?.id ?? last;
    yield (id) => and(gt(id, from), to === undefined ? undefined : lte(id, to));
    after = end?.id;
  }
}
