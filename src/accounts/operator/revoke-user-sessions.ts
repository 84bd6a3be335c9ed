import { eq } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import { writeAudit, type Performer } from '../../audit.ts';
import { NotFound } from '../../platform/errors.ts';
import type { User } from '../../schema.ts';
import { keyOf } from '../fields.ts';
import { lockUser } from '../queries.ts';
import { revokeAllOf } from '../sessions/revoke.ts';

export interface RevokeUserSessions {
  by: Performer;
  /** Whose: an id, or an e-mail. */
  who: { id: string } | { email: string };
  note?: string | undefined;
}

export interface RevokedSessions {
  userId: string;
  /** How many were not over yet. */
  revoked: number;
}

/** Logs somebody out everywhere; they may log in again. */
export async function revokeUserSessions(
  app: Pick<App, 'database' | 'clock' | 'newId'>,
  { by, who, note: reason }: RevokeUserSessions,
): Promise<RevokedSessions> {
  const { id: userId } = await findUser(app, who);
  return app.database.transaction(async (tx) => {
    await lockUser(tx, app, userId); // a login that is being checked waits, and is a new session then
    const revoked = await revokeAllOf(tx, app, { userId, reason: 'USER_REVOKED' });
    const target = { targetType: 'user', targetId: userId };
    const after = { revoked };
    await writeAudit(tx, app, { by, action: 'user.revoke_sessions', ...target, after, ...(reason && { reason }) });
    return { userId, revoked };
  });
}

async function findUser({ database }: Pick<App, 'database'>, who: RevokeUserSessions['who']): Promise<User> {
  const { users } = database.tables;
  const named = 'id' in who ? eq(users.id, who.id) : eq(users.emailKey, keyOf(who.email));
  const [user] = await database.select().from(users).where(named);
  if (!user) throw new NotFound('USER_NOT_FOUND', 'There is no such user.');
  return user;
}
