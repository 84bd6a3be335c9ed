import { and, eq } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import { enqueueEvents } from '../../outbox/index.ts';
import { takeOne } from '../../platform/limits.ts';
import { keyOf } from '../fields.ts';
import { subjectOf } from '../guesses.ts';

export interface ResetRequest {
  email: string;
  requestId: string;
}

/** Has a link sent to whoever has this e-mail. The caller does not learn whether anybody has. */
export async function requestReset(
  app: Pick<App, 'config' | 'database' | 'clock' | 'newId' | 'stores'>,
  { email, requestId }: ResetRequest,
): Promise<void> {
  await takeOne(app, 'resetsPerHour', subjectOf(keyOf(email)));
  const { users } = app.database.tables;
  await app.database.transaction(async (tx) => {
    const [user] = await tx
      .select({ id: users.id })
      .from(users)
      .where(and(eq(users.emailKey, keyOf(email)), eq(users.status, 'ACTIVE')));
    if (!user) return;
    const payload = { userId: user.id };
    const occasion = app.newId();
    await enqueueEvents(tx, app, [{ type: 'user.password_reset', subject: user.id, occasion, payload, requestId }]);
  });
}
