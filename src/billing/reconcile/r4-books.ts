import { and, eq } from '../../platform/database/sql.ts';
import { firstIdAt } from '../../platform/ids.ts';
import type { PaymentAttempt } from '../../schema.ts';
import type { Breach, CheckName } from '../verify/check.ts';
import type { Bounds, Walked } from '../verify/ranges.ts';
import { breachesOf } from '../verify/verify.ts';
import type { Reconciliation } from './run.ts';

/** Payments, orders, cycles and dates against each other; fences and histories. */
const OF_THE_BOOKS: readonly CheckName[] = ['V2', 'V3', 'V5', 'V6', 'V10', 'V14'];

const DAY_MS = 86_400_000;

/** How long before something happens to a row the row may have been born; subscriptions live for years. */
const BORN_BEFORE_MS: Partial<Record<Walked, number>> = {
  paymentAttempts: 31 * DAY_MS,
  orders: 31 * DAY_MS,
  billingCycles: 45 * DAY_MS,
};

/** R4: the books against themselves. */
export async function checkBooks(run: Reconciliation): Promise<void> {
  const within = run.attempt ? await around(run, run.attempt) : inWindow(run);
  run.findings.examined('R4', OF_THE_BOOKS.length);
  for await (const breach of breachesOf(run.app, { only: OF_THE_BOOKS, within })) await report(run, breach);
}

const inWindow =
  ({ window }: Reconciliation) =>
  (table: Walked): Bounds => {
    const before = BORN_BEFORE_MS[table];
    const last = firstIdAt(window.before.getTime());
    return { after: before === undefined ? '' : firstIdAt(window.since.getTime() - before), last };
  };

/** The rows that belong to one payment. */
async function around({ app }: Reconciliation, attempt: PaymentAttempt): Promise<(table: Walked) => Bounds> {
  const { orders: o, billingCycles: c } = app.database.tables;
  const { id, orderId, subscriptionId, cycle } = attempt;
  const orders = orderId
    ? [{ id: orderId }]
    : await app.database.select({ id: o.id }).from(o).where(eq(o.paidAttemptId, id));
  const cycles = await app.database
    .select({ id: c.id })
    .from(c)
    .where(and(eq(c.subscriptionId, subscriptionId ?? ''), eq(c.cycle, cycle ?? 0)));
  const rows: Partial<Record<Walked, readonly string[]>> = {
    paymentAttempts: [id],
    orders: orders.map((row) => row.id),
    billingCycles: cycles.map((row) => row.id),
    subscriptions: subscriptionId ? [subscriptionId] : [],
  };
  return (table) => ({ only: rows[table] ?? [] });
}

async function report({ app, findings }: Reconciliation, breach: Breach): Promise<void> {
  const { paymentAttempts: t } = app.database.tables;
  const { check: kind, table, id, says, reason, attemptId } = breach;
  const [attempt] = attemptId ? await app.database.select().from(t).where(eq(t.id, attemptId)) : [];
  await findings.differ({ check: 'R4', kind, table, id, says, attempt, reason });
}
