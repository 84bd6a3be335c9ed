import { and, eq, gt, isNull, ne, type SQL } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import { NotFound } from '../../platform/errors.ts';
import type { Queries, SessionRevokeReason } from '../../schema.ts';

type Revoking = Pick<App, 'database' | 'clock'>;

export interface Revocation {
  which: SQL | undefined;
  reason: SessionRevokeReason;
}

/** Ends those of the sessions that are not over yet, for every process from its next request on; says how many. */
export async function revokeSessions(
  queries: Queries,
  { database, clock }: Revoking,
  { which, reason }: Revocation,
): Promise<number> {
  const { sessions } = database.tables;
  const now = clock.now();
  const { rowsAffected } = await queries
    .update(sessions)
    .set({ revokedAt: now, revokeReason: reason, updatedAt: now })
    .where(and(which, isNull(sessions.revokedAt), gt(sessions.expiresAt, now)));
  return rowsAffected;
}

/** Ends every session of a user, in the transaction of what makes it necessary. */
export const revokeAllOf = (
  queries: Queries,
  app: Revoking,
  { userId, reason }: { userId: string; reason: SessionRevokeReason },
): Promise<number> => revokeSessions(queries, app, { which: eq(app.database.tables.sessions.userId, userId), reason });

/** Ends one session of the caller. */
export async function revokeOwnSession(app: Revoking, { userId, id }: { userId: string; id: string }): Promise<void> {
  const { sessions } = app.database.tables;
  const which = and(eq(sessions.id, id), eq(sessions.userId, userId));
  const revoked = await revokeSessions(app.database, app, { which, reason: 'USER_REVOKED' });
  if (revoked === 0) throw new NotFound('SESSION_NOT_FOUND', 'There is no such session.');
}

/** Ends every session of the caller but the one that asks. */
export async function revokeOtherSessions(
  app: Revoking,
  { userId, sessionId }: { userId: string; sessionId: string },
): Promise<void> {
  const { sessions } = app.database.tables;
  const which = and(eq(sessions.userId, userId), ne(sessions.id, sessionId));
  await revokeSessions(app.database, app, { which, reason: 'USER_REVOKED' });
}
