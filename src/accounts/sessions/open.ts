import type { App } from '../../app.ts';
import { randomBase32 } from '../../platform/ids.ts';
import type { Session, Transaction, User } from '../../schema.ts';
import { issueAccessToken } from '../tokens.ts';
import type { Device } from './device.ts';
import { hashOf, newRefreshToken } from './refresh-token.ts';
import { expiryFrom, LONGEST_MS } from './rules.ts';

/** A session and its refresh token, which is nowhere else. */
export interface OpenSession {
  session: Session;
  refreshToken: string;
}

/** What a client gets to go on with. */
export interface TokenPair {
  user: User;
  accessToken: string;
  expiresIn: number;
  refreshToken: string;
  refreshExpiresIn: number;
}

/** Opens a session for a user who has just proved who they are. */
export async function openSession(
  tx: Transaction,
  { config, database, clock }: Pick<App, 'config' | 'database' | 'clock'>,
  { userId, device }: { userId: string; device: Device },
): Promise<OpenSession> {
  const id = randomBase32(26);
  const refreshToken = newRefreshToken(config, id);
  const now = clock.now();
  const absoluteExpiresAt = new Date(now.getTime() + LONGEST_MS);
  const session: Session = {
    id,
    userId,
    refreshHash: hashOf(refreshToken),
    previousHash: null,
    rotatedAt: now,
    authenticatedAt: now,
    ...device,
    lastUsedAt: now,
    expiresAt: expiryFrom(now, absoluteExpiresAt),
    absoluteExpiresAt,
    revokedAt: null,
    revokeReason: null,
    createdAt: now,
    updatedAt: now,
  };
  await tx.insert(database.tables.sessions).values(session);
  return { session, refreshToken };
}

/** The tokens of an open session; to be called when its transaction has ended, for signing is no query. */
export async function tokensOf(
  app: Pick<App, 'config' | 'clock'>,
  user: User,
  { session, refreshToken }: OpenSession,
): Promise<TokenPair> {
  const { id: sessionId, userId, lastUsedAt, expiresAt } = session;
  const issued = await issueAccessToken(app, { userId, sessionId, role: user.role });
  const refreshExpiresIn = Math.floor((expiresAt.getTime() - lastUsedAt.getTime()) / 1_000);
  return { user, ...issued, refreshToken, refreshExpiresIn };
}
