import type { Session } from '../../schema.ts';
import type { RefreshToken } from './refresh-token.ts';

/** A session unused for so long is over; each refresh begins it anew. */
const IDLE_MS = 7 * 86_400_000;
/** No session lasts longer, however often it is refreshed. */
export const LONGEST_MS = 30 * 86_400_000;
/** Two tabs that refresh at once, or an answer that was lost, are no theft; what comes later is. */
const RACE_MS = 10_000;

/** When a session used `now` ends unless it is used again. */
export const expiryFrom = (now: Date, absoluteExpiresAt: Date): Date =>
  new Date(Math.min(now.getTime() + IDLE_MS, absoluteExpiresAt.getTime()));

export const isLive = ({ revokedAt, expiresAt }: Session, now: Date): boolean => revokedAt === null && expiresAt > now;

export type RefreshVerdict = 'rotate' | 'race' | 'reused' | 'invalid';

/** What showing a refresh token means. */
export function judgeRefresh(session: Session, { hash, isOurs }: RefreshToken, now: Date): RefreshVerdict {
  if (!isLive(session, now)) return 'invalid';
  if (hash === session.refreshHash) return 'rotate';
  if (hash === session.previousHash && now.getTime() - session.rotatedAt.getTime() <= RACE_MS) return 'race';
  return isOurs ? 'reused' : 'invalid';
}
