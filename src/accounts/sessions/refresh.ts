import { eq } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import { Conflict, Unauthenticated } from '../../platform/errors.ts';
import type { Session, Transaction, User } from '../../schema.ts';
import { tokensOf, type OpenSession, type TokenPair } from './open.ts';
import { hashOf, newRefreshToken, readRefreshToken, type RefreshToken } from './refresh-token.ts';
import { revokeSessions } from './revoke.ts';
import { expiryFrom, judgeRefresh, type RefreshVerdict } from './rules.ts';

type Refreshing = Pick<App, 'config' | 'database' | 'clock'>;

interface Refreshed {
  verdict: RefreshVerdict;
  opened?: OpenSession;
  user?: User;
}

/**
 * Changes a refresh token for a new one. Of many who show the same token at once, one gets the new one and the others
 * hear `REFRESH_RACE`; one shown again later was stolen, from whom nobody knows, so its session ends.
 */
export async function refreshSession(app: Refreshing, refreshToken: string): Promise<TokenPair> {
  const token = readRefreshToken(app.config, refreshToken);
  const { verdict, opened, user }: Refreshed = token
    ? await app.database.transaction((tx) => judgeAndBook(tx, app, token))
    : { verdict: 'invalid' };
  if (opened && user) return tokensOf(app, user, opened);
  throw refusals[verdict]();
}

const invalid = () => new Unauthenticated('REFRESH_INVALID', 'This refresh token is no longer good; log in again.');

const refusals: Record<RefreshVerdict, () => Error> = {
  rotate: invalid,
  invalid,
  race: () => new Conflict('REFRESH_RACE', 'This refresh token was just used; use the newer one.'),
  reused: () =>
    new Unauthenticated('REFRESH_REUSED', 'This refresh token was used before; its session has ended. Log in again.'),
};

/** The lock on the session's row lets those who show one token at once pass one after the other. */
async function judgeAndBook(tx: Transaction, app: Refreshing, token: RefreshToken): Promise<Refreshed> {
  const { users, sessions } = app.database.tables;
  const own = eq(sessions.id, token.sessionId);
  const [session] = await tx.lock(tx.select().from(sessions).where(own));
  if (!session) return { verdict: 'invalid' };
  const [user] = await tx.select().from(users).where(eq(users.id, session.userId));
  const verdict = user?.status === 'ACTIVE' ? judgeRefresh(session, token, app.clock.now()) : 'invalid';
  if (verdict === 'reused') await revokeSessions(tx, app, { which: own, reason: 'REUSE_DETECTED' });
  if (verdict !== 'rotate' || !user) return { verdict };
  return { verdict, user, opened: await rotate(tx, app, session) };
}

async function rotate(
  tx: Transaction,
  { config, database, clock }: Refreshing,
  session: Session,
): Promise<OpenSession> {
  const { sessions } = database.tables;
  const now = clock.now();
  const refreshToken = newRefreshToken(config, session.id);
  const change = {
    refreshHash: hashOf(refreshToken),
    previousHash: session.refreshHash,
    rotatedAt: now,
    lastUsedAt: now,
    expiresAt: expiryFrom(now, session.absoluteExpiresAt),
    updatedAt: now,
  };
  await tx.update(sessions).set(change).where(eq(sessions.id, session.id));
  return { session: { ...session, ...change }, refreshToken };
}
