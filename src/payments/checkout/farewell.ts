import { and, eq, inArray } from '../../platform/database/sql.ts';
import type { Farewell } from '../../accounts/index.ts';
import { Conflict } from '../../platform/errors.ts';

/** Nobody goes while money of theirs may be on its way. */
export const refuseWhilePaying: Farewell = async (tx, { database }, { userId }) => {
  const { paymentAttempts: t } = database.tables;
  const undecided = and(inArray(t.state, ['SENT', 'UNKNOWN']), eq(t.userId, userId));
  const [attempt] = await tx.select({ id: t.id }).from(t).where(undecided).limit(1);
  if (attempt) throw paymentInProgress();
};

export const paymentInProgress = () =>
  new Conflict('PAYMENT_IN_PROGRESS', 'A payment of this account is being decided; look again soon.');
