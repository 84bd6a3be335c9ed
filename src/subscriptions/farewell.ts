import { and, asc, eq, ne } from '../platform/database/sql.ts';
import type { Farewell } from '../accounts/index.ts';
import { Conflict } from '../platform/errors.ts';
import { endSubscription } from './end.ts';

/** Ends what still runs for somebody who goes, when they said so; else they are told that it runs. */
export const endAllSubscriptions: Farewell = async (tx, app, { userId, cancelSubscriptions }) => {
  const { subscriptions: s } = app.database.tables;
  const running = and(eq(s.userId, userId), ne(s.status, 'CANCELLED'));
  const rows = await tx.select({ id: s.id }).from(s).where(running).orderBy(asc(s.id));
  if (rows.length > 0 && !cancelSubscriptions) {
    const facts = { subscriptions: rows.length };
    throw new Conflict('ACTIVE_SUBSCRIPTIONS', 'Subscriptions are still running; say that they are to end.', { facts });
  }
  for (const subscription of rows) await endSubscription(tx, app, { subscription, reason: 'CUSTOMER' });
};
