import { eq } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { Forbidden, Unauthenticated } from '../platform/errors.ts';
import type { Transaction, User } from '../schema.ts';
import { keyOf } from './fields.ts';
import { guessing } from './guesses.ts';
import { isOutgrown } from './passwords.ts';
import { lockUser } from './queries.ts';
import type { Device } from './sessions/device.ts';
import { openSession, tokensOf, type OpenSession, type TokenPair } from './sessions/open.ts';

type LoggingIn = Pick<App, 'config' | 'database' | 'clock' | 'passwords' | 'stores'>;

export interface Credentials {
  email: string;
  password: string;
  device: Device;
}

/** Opens a session for e-mail and password; unknown, wrong, withdrawn and without a password get one answer in one time. */
export async function logIn(app: LoggingIn, { email, password, device }: Credentials): Promise<TokenPair> {
  const { users } = app.database.tables;
  const [user] = await app.database
    .select()
    .from(users)
    .where(eq(users.emailKey, keyOf(email)));
  const matches = () => app.passwords.matches(user?.passwordHash, password);
  const isRight = await guessing(app, { account: keyOf(email), ip: device.ip }, matches);
  if (!isRight || !user?.passwordHash) throw badCredentials();
  if (user.status !== 'ACTIVE') throw new Forbidden('ACCOUNT_SUSPENDED', 'This account is suspended.');
  const rehashed = isOutgrown(user.passwordHash) ? await app.passwords.hash(password) : undefined;
  const opened = await app.database.transaction((tx) => enter(tx, app, { user, device, rehashed }));
  if (!opened) throw badCredentials();
  return tokensOf(app, user, opened);
}

const badCredentials = () => new Unauthenticated('BAD_CREDENTIALS', 'E-mail or password is wrong.');

interface Entry {
  user: User;
  device: Device;
  rehashed: string | undefined;
}

/** Under the lock the password must still be the one that was checked: else a login outlives the change that ends all. */
async function enter(
  tx: Transaction,
  app: LoggingIn,
  { user, device, rehashed }: Entry,
): Promise<OpenSession | undefined> {
  const { users } = app.database.tables;
  const current = await lockUser(tx, app, user.id);
  if (current?.status !== 'ACTIVE' || current.passwordHash !== user.passwordHash) return undefined;
  if (rehashed) await tx.update(users).set({ passwordHash: rehashed }).where(eq(users.id, user.id));
  return openSession(tx, app, { userId: user.id, device });
}
