import { and, desc, eq, gt, isNull } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import type { Session } from '../../schema.ts';

/** Nobody has more devices; whoever has sees the newest. */
const MOST_SHOWN = 100;

/** The caller's sessions that are not over, newest first. */
export async function listSessions(
  { database, clock }: Pick<App, 'database' | 'clock'>,
  userId: string,
): Promise<Session[]> {
  const { sessions: s } = database.tables;
  return database
    .select()
    .from(s)
    .where(and(eq(s.userId, userId), isNull(s.revokedAt), gt(s.expiresAt, clock.now())))
    .orderBy(desc(s.createdAt), desc(s.id))
    .limit(MOST_SHOWN);
}
