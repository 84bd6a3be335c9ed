import { eq } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { Forbidden, Unauthenticated } from '../platform/errors.ts';
import type { User } from '../schema.ts';
import { keyOf } from './fields.ts';
import { verifyPassword } from './passwords.ts';
import { issueAccessToken } from './tokens.ts';

/** Checks e-mail and password; unknown, wrong and withdrawn get one answer in one time. */
export async function logIn(
  app: Pick<App, 'config' | 'database' | 'clock'>,
  { email, password }: { email: string; password: string },
): Promise<{ user: User; accessToken: string; expiresIn: number }> {
  const { users } = app.database.tables;
  const [user] = await app.database
    .select()
    .from(users)
    .where(eq(users.emailKey, keyOf(email)));
  if (!(await verifyPassword(user?.passwordHash, password)) || !user) {
    throw new Unauthenticated('BAD_CREDENTIALS', 'E-mail or password is wrong.');
  }
  if (user.status !== 'ACTIVE') throw new Forbidden('ACCOUNT_SUSPENDED', 'This account is suspended.');
  return { user, ...(await issueAccessToken(app, { userId: user.id, role: user.role })) };
}
