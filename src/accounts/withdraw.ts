import { and, asc, eq } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { Conflict } from '../platform/errors.ts';
import type { Transaction, User } from '../schema.ts';
import { requireProof, wrongPassword } from './proof.ts';
import { lockUser } from './queries.ts';
import { revokeAllOf } from './sessions/revoke.ts';

type Withdrawing = Pick<App, 'config' | 'database' | 'clock' | 'newId' | 'passwords' | 'stores' | 'farewells'>;

export interface Leaving {
  userId: string;
  /** What is running is to be ended; else it stands in the way. */
  cancelSubscriptions: boolean;
}

/** What another feature settles when a user goes, or refuses by throwing, in the transaction of the withdrawal. */
export type Farewell = (
  tx: Transaction,
  app: Pick<App, 'database' | 'clock' | 'newId'>,
  leaving: Leaving,
) => Promise<void>;

export interface Withdrawal {
  user: User;
  sessionId: string;
  ip: string | null;
  password?: string | undefined;
  cancelSubscriptions: boolean;
}

/**
 * Ends an account. What tells who it was is gone from the row, whose id orders still name; the same person may sign up
 * again at once and is somebody new.
 */
export async function withdraw(app: Withdrawing, { cancelSubscriptions, ...proof }: Withdrawal): Promise<void> {
  const { user } = proof;
  await requireProof(app, { ...proof, password: proof.password, field: 'password' });
  await app.database.transaction(async (tx) => {
    if (user.role === 'ADMIN') await refuseLastAdmin(tx, app, user.id);
    const current = await lockUser(tx, app, user.id);
    if (current?.status !== 'ACTIVE' || current.passwordHash !== user.passwordHash) throw wrongPassword();
    for (const say of app.farewells) await say(tx, app, { userId: user.id, cancelSubscriptions });
    await forget(tx, app, user.id);
  });
}

/** Of two last admins who go at once, the lock lets one go. */
async function refuseLastAdmin(tx: Transaction, { database }: Pick<App, 'database'>, id: string): Promise<void> {
  const { users } = database.tables;
  const admins = await tx.lock(
    tx
      .select({ id: users.id })
      .from(users)
      .where(and(eq(users.role, 'ADMIN'), eq(users.status, 'ACTIVE')))
      .orderBy(asc(users.id)),
  );
  if (admins.every((admin) => admin.id === id)) {
    throw new Conflict('LAST_ADMIN', 'This is the last admin; the shop would have nobody to look after it.');
  }
}

/** Everything that tells of a person, by column. */
const NOBODY = {
  email: null,
  emailKey: null,
  emailVerifiedAt: null,
  passwordHash: null,
  displayName: null,
  displayNameKey: null,
  realName: null,
  phone: null,
  zipCode: null,
  city: null,
  detailAddress: null,
} as const;

async function forget(tx: Transaction, app: Withdrawing, userId: string): Promise<void> {
  const { users, identities, oneTimeTokens, sessions } = app.database.tables;
  const now = app.clock.now();
  await tx
    .update(users)
    .set({ ...NOBODY, status: 'WITHDRAWN', withdrawnAt: now, updatedAt: now })
    .where(eq(users.id, userId));
  await tx.delete(identities).where(eq(identities.userId, userId));
  await tx.delete(oneTimeTokens).where(eq(oneTimeTokens.userId, userId));
  await revokeAllOf(tx, app, { userId, reason: 'WITHDRAWN' });
  await tx.update(sessions).set({ userAgent: null, ip: null }).where(eq(sessions.userId, userId));
}
