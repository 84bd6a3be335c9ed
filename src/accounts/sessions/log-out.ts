import { eq } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import { Unauthenticated } from '../../platform/errors.ts';
import { bearerOf } from '../authenticate.ts';
import { readAccessToken } from '../tokens.ts';
import { readRefreshToken } from './refresh-token.ts';
import { revokeSessions } from './revoke.ts';

type LoggingOut = Pick<App, 'config' | 'database' | 'clock'>;

export interface Shown {
  authorization?: string | undefined;
  refreshTokens: readonly string[];
}

/** Ends the sessions of whatever good tokens are shown; a bad one ends nothing and is no error. */
export async function logOut(app: LoggingOut, { authorization, refreshTokens }: Shown): Promise<void> {
  const { sessions } = app.database.tables;
  const byAccess = await sessionOfAccessToken(app, authorization);
  const byRefresh = refreshTokens.map((text) => sessionOfRefreshToken(app, text));
  for (const id of new Set([byAccess, ...byRefresh])) {
    if (id) await revokeSessions(app.database, app, { which: eq(sessions.id, id), reason: 'LOGOUT' });
  }
}

async function sessionOfAccessToken(app: LoggingOut, authorization: string | undefined): Promise<string | undefined> {
  const token = bearerOf(authorization);
  if (!token) return undefined;
  try {
    return (await readAccessToken(app, token)).sessionId;
  } catch (error) {
    if (error instanceof Unauthenticated) return undefined;
    throw error;
  }
}

/** An earlier token will do, too: whoever holds one may end the session, be it the owner or somebody who found it. */
function sessionOfRefreshToken({ config }: LoggingOut, text: string): string | undefined {
  const token = readRefreshToken(config, text);
  return token?.isOurs ? token.sessionId : undefined;
}
