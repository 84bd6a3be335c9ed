import { and, asc, eq, lte, ne } from '../../platform/database/sql.ts';
import type { PaymentAttempt } from '../../schema.ts';
import { closeAttempt } from '../ledger/attempts.ts';
import type { SettlingApp } from '../ledger/settle.ts';

const PAGE = 200;

/**
 * Closes checkouts that nobody completed in time: no money was asked for, and from here on nothing can be. One whose
 * buyer comes back at this very moment is closed or sent, never both. Returns how many were closed.
 */
export async function sweepCheckouts(app: SettlingApp): Promise<number> {
  let closed = 0;
  for (;;) {
    const lapsed = await findLapsed(app);
    for (const attempt of lapsed) if (await close(app, attempt)) closed += 1;
    if (lapsed.length < PAGE) return closed;
  }
}

async function findLapsed({ database, clock }: SettlingApp): Promise<PaymentAttempt[]> {
  const { paymentAttempts: t } = database.tables;
  return database
    .select()
    .from(t)
    .where(and(eq(t.state, 'CREATED'), ne(t.purpose, 'RENEWAL'), lte(t.nextCheckAt, clock.now())))
    .orderBy(asc(t.nextCheckAt), asc(t.id))
    .limit(PAGE);
}

const close = (app: SettlingApp, attempt: PaymentAttempt): Promise<boolean> =>
  app.database.transaction(async (tx) => {
    const settlement = app.settlements[attempt.purpose];
    await settlement.lock(tx, attempt);
    if (!(await closeAttempt(tx, app, attempt, { reason: 'WINDOW_EXPIRED', actor: 'SYSTEM' }))) return false;
    await settlement.released(tx, attempt);
    return true;
  });
