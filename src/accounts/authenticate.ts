import type { App } from '../app.ts';
import { Unauthenticated } from '../platform/errors.ts';
import type { User } from '../schema.ts';
import { findUser } from './queries.ts';
import { readAccessToken } from './tokens.ts';

/** The user behind an `Authorization` header; `Unauthenticated` for anything but a good token of an active user. */
export async function authenticate(
  app: Pick<App, 'config' | 'database' | 'clock'>,
  authorization: string | undefined,
): Promise<User> {
  const [, token] = /^Bearer (\S+)$/.exec(authorization ?? '') ?? [];
  if (!token) throw new Unauthenticated('UNAUTHENTICATED', 'A valid access token is needed.');
  const { userId } = await readAccessToken(app, token);
  const user = await findUser(app, userId);
  if (user?.status !== 'ACTIVE') throw new Unauthenticated('UNAUTHENTICATED', 'A valid access token is needed.');
  return user;
}
