import { and, eq, inArray } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { closeAttempt } from '../../src/payments/ledger/attempts.ts';
import { auditBooks } from '../../src/payments/audit.ts';
import { bundle } from '../support/bundle.ts';
import { openCheckout } from '../support/checkout.ts';
import { ENGINES } from '../support/databases.ts';

const ROUNDS = process.env['PILLIVERY_TEST_SIZE'] === 'long' ? 1_000 : 100;

/** The guard that every cancellation takes: the order's lock, no attempt whose outcome is open, its checkout closed. */
async function cancelOrder(app: App, orderId: string): Promise<boolean> {
  const { orders, paymentAttempts: t } = app.database.tables;
  return app.database.transaction(async (tx) => {
    await tx.lock(tx.select({ id: orders.id }).from(orders).where(eq(orders.id, orderId)));
    const attempts = await tx.lock(tx.select().from(t).where(eq(t.orderId, orderId)));
    if (attempts.some(({ state }) => state === 'SENT' || state === 'UNKNOWN')) return false;
    const written = await tx
      .update(orders)
      .set({ status: 'CANCELLED' })
      .where(and(eq(orders.id, orderId), inArray(orders.status, ['PENDING_PAYMENT', 'PAYMENT_FAILED'])));
    for (const attempt of attempts) await closeAttempt(tx, app, attempt, { reason: 'ORDER_CLOSED', actor: 'CUSTOMER' });
    return written.rowsAffected === 1;
  });
}

describe.each(ENGINES)('an order that is cancelled while its buyer returns, on %s', (engine) => {
  it(`is either cancelled and never charged, or paid and not cancelled, in ${ROUNDS} races`, async () => {
    const { app, sandbox } = await bundle({ engine });
    const item = (await openCheckout(app)).item;
    const ends = { cancelled: 0, paid: 0 };
    for (let round = 0; round < ROUNDS; round += 1) {
      const { attempt, orderId, return: comeBack } = await openCheckout(app, { item });
      const late = round % 3;
      const [cancelled] = await Promise.all([
        later(late, () => cancelOrder(app, orderId)),
        later(2 - late, () => comeBack()),
      ]);
      const charged = sandbox.ledger().some(({ orderRef }) => orderRef === attempt.publicId);
      expect(charged).toBe(!cancelled);
      ends[cancelled ? 'cancelled' : 'paid'] += 1;
    }
    expect(await auditBooks(app, sandbox.ledger())).toMatchObject({ equal: true, needsOperator: [] });
    expect(ends.cancelled).toBeGreaterThan(0);
    expect(ends.paid).toBeGreaterThan(0);
  });
});

/** Starts after so many turns of the event loop, so that neither side always wins. */
async function later<T>(turns: number, work: () => Promise<T>): Promise<T> {
  for (let turn = 0; turn < turns * 20; turn += 1) await new Promise(setImmediate);
  return work();
}
