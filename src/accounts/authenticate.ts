import { eq } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { Unauthenticated } from '../platform/errors.ts';
import type { User } from '../schema.ts';
import { isLive } from './sessions/rules.ts';
import { badToken, readAccessToken } from './tokens.ts';

/** Who calls, and by which of their sessions. */
export interface Caller {
  user: User;
  sessionId: string;
}

/** The token of an `Authorization` header. */
export const bearerOf = (authorization: string | undefined): string | undefined =>
  /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];

/**
 * The user behind an `Authorization` header; `Unauthenticated` for anything but a good token of a live session of an
 * active user. The row is read each time, so what one process ends is over for all of them with the next request.
 */
export async function authenticate(
  app: Pick<App, 'config' | 'database' | 'clock'>,
  authorization: string | undefined,
): Promise<Caller> {
  const token = bearerOf(authorization);
  if (!token) throw badToken();
  const { userId, sessionId } = await readAccessToken(app, token);
  const { users, sessions } = app.database.tables;
  const [found] = await app.database
    .select({ user: users, session: sessions })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(eq(sessions.id, sessionId));
  if (found?.user.id !== userId) throw badToken();
  const { user, session } = found;
  if (!isLive(session, app.clock.now()) || user.status !== 'ACTIVE') {
    throw new Unauthenticated('SESSION_REVOKED', 'This session has ended; log in again.');
  }
  return { user, sessionId };
}

/** The same on routes that are for anyone: a token that is not good is no token. */
export async function findCaller(
  app: Pick<App, 'config' | 'database' | 'clock'>,
  authorization: string | undefined,
): Promise<Caller | undefined> {
  if (authorization === undefined) return undefined;
  try {
    return await authenticate(app, authorization);
  } catch (error) {
    if (error instanceof Unauthenticated) return undefined;
    throw error;
  }
}
