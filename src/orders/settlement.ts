import { and, eq, inArray } from 'drizzle-orm';
import type { App } from '../app.ts';
import type { Approved, Settlement } from '../payments/index.ts';
import type { PaymentAttempt, Transaction } from '../schema.ts';

type Needs = Pick<App, 'database' | 'clock'>;

/** What an order does with the outcome of its payment. */
export function orderSettlement(app: Needs): Settlement {
  return {
    lock: (tx, attempt) => lockOrder(tx, app, attempt),
    approved: async (tx, attempt, approval) => ((await payOrder(tx, app, attempt, approval)) ? 'booked' : 'taken'),
    declined: (tx, attempt) => failOrder(tx, app, attempt),
    released: async () => {}, // the order stays payable as it is
  };
}

export async function lockOrder(tx: Transaction, { database }: Needs, attempt: PaymentAttempt): Promise<void> {
  const { orders } = database.tables;
  await tx.lock(
    tx
      .select({ id: orders.id })
      .from(orders)
      .where(eq(orders.id, attempt.orderId ?? '')),
  );
}

/** PENDING_PAYMENT or PAYMENT_FAILED → PAID; `false` when it was paid or closed already. */
export async function payOrder(
  tx: Transaction,
  { database, clock }: Needs,
  attempt: PaymentAttempt,
  { approvedAt }: Approved,
): Promise<boolean> {
  const { orders } = database.tables;
  const written = await tx
    .update(orders)
    .set({ status: 'PAID', paidAttemptId: attempt.id, paidAt: approvedAt, expiresAt: null, updatedAt: clock.now() })
    .where(
      and(
        eq(orders.id, attempt.orderId ?? ''),
        eq(orders.payAmount, attempt.amount),
        inArray(orders.status, ['PENDING_PAYMENT', 'PAYMENT_FAILED']),
      ),
    );
  return written.rowsAffected === 1;
}

/** PENDING_PAYMENT → PAYMENT_FAILED; it may be paid again until it expires. */
export async function failOrder(tx: Transaction, { database, clock }: Needs, attempt: PaymentAttempt): Promise<void> {
  const { orders } = database.tables;
  await tx
    .update(orders)
    .set({ status: 'PAYMENT_FAILED', updatedAt: clock.now() })
    .where(and(eq(orders.id, attempt.orderId ?? ''), eq(orders.status, 'PENDING_PAYMENT')));
}
