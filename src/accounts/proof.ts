import { eq } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { Forbidden, InvalidInput, Refused } from '../platform/errors.ts';
import type { User } from '../schema.ts';
import { guessing } from './guesses.ts';

export interface Proof {
  user: User;
  sessionId: string;
  ip: string | null;
  password: string | undefined;
  /** The field the password came in. */
  field: string;
}

/** A login this young is as good as a password, for those who have none. */
const RECENT_MS = 600_000;

/** Makes sure that it is really the user who asks, not only somebody with their token. */
export async function requireProof(
  app: Pick<App, 'config' | 'database' | 'clock' | 'passwords' | 'stores'>,
  { user, sessionId, ip, password, field }: Proof,
): Promise<void> {
  const { passwordHash } = user;
  if (passwordHash === null) return requireRecentLogin(app, sessionId);
  if (password === undefined) {
    const fields = [{ field, reason: 'required' }];
    throw new InvalidInput('VALIDATION_FAILED', 'The present password is needed.', { fields });
  }
  const matches = () => app.passwords.matches(passwordHash, password);
  if (!(await guessing(app, { account: user.id, ip }, matches))) throw wrongPassword();
}

export const wrongPassword = () => new Refused('WRONG_PASSWORD', 'The present password is another one.');

async function requireRecentLogin({ database, clock }: Pick<App, 'database' | 'clock'>, id: string): Promise<void> {
  const { sessions } = database.tables;
  const [session] = await database.select().from(sessions).where(eq(sessions.id, id));
  const since = clock.now().getTime() - (session?.authenticatedAt.getTime() ?? 0);
  if (since > RECENT_MS) throw new Forbidden('REAUTH_REQUIRED', 'Log in again first; the last login is too long ago.');
}
