import type { App } from '../../src/app.ts';
import { openSession, tokensOf } from '../../src/accounts/sessions/open.ts';
import type { User } from '../../src/schema.ts';

/** An access token as a login gives it, without the password. */
export async function accessTokenOf(app: App, user: User): Promise<string> {
  const device = { userAgent: null, ip: null };
  const opened = await app.database.transaction((tx) => openSession(tx, app, { userId: user.id, device }));
  return (await tokensOf(app, user, opened)).accessToken;
}
