import { eq } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { enqueueEvents } from '../outbox/index.ts';
import { Refused } from '../platform/errors.ts';
import type { Transaction, User } from '../schema.ts';
import { requireProof, wrongPassword } from './proof.ts';
import { lockUser } from './queries.ts';
import type { Device } from './sessions/device.ts';
import { openSession, tokensOf, type TokenPair } from './sessions/open.ts';
import { revokeAllOf } from './sessions/revoke.ts';

type Changing = Pick<App, 'config' | 'database' | 'clock' | 'newId' | 'passwords' | 'stores'>;

export interface PasswordChange {
  user: User;
  sessionId: string;
  device: Device;
  /** Not there for those who have none. */
  currentPassword?: string | undefined;
  newPassword: string;
}

/** Sets another password. Every session ends, be it the owner's or a thief's; the one who asks gets a new one. */
export async function changePassword(app: Changing, change: PasswordChange): Promise<TokenPair> {
  const { user, sessionId, device, currentPassword, newPassword } = change;
  await requireProof(app, { user, sessionId, ip: device.ip, password: currentPassword, field: 'currentPassword' });
  if (user.passwordHash !== null && newPassword === currentPassword) {
    throw new Refused('PASSWORD_UNCHANGED', 'The new password is the present one.');
  }
  const passwordHash = await app.passwords.hash(newPassword);
  const opened = await app.database.transaction(async (tx) => {
    const current = await lockUser(tx, app, user.id);
    // Another change was quicker: what was proved above is no longer the password.
    if (current?.status !== 'ACTIVE' || current.passwordHash !== user.passwordHash) throw wrongPassword();
    await setPassword(tx, app, user.id, { passwordHash });
    return openSession(tx, app, { userId: user.id, device });
  });
  return tokensOf(app, user, opened);
}

/** Writes a new password, ends every session and tells the user. */
export async function setPassword(
  tx: Transaction,
  app: Pick<App, 'database' | 'clock' | 'newId'>,
  userId: string,
  columns: Pick<User, 'passwordHash'> & Partial<Pick<User, 'emailVerifiedAt'>>,
): Promise<void> {
  const { users } = app.database.tables;
  await tx
    .update(users)
    .set({ ...columns, updatedAt: app.clock.now() })
    .where(eq(users.id, userId));
  await revokeAllOf(tx, app, { userId, reason: 'PASSWORD_CHANGED' });
  await enqueueEvents(tx, app, [
    { type: 'user.password_changed', subject: userId, occasion: app.newId(), payload: { userId } },
  ]);
}
