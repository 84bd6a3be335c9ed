import { and, eq } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import type { User } from '../schema.ts';
import { keyOf, phoneDigits } from './fields.ts';
import { unlessTaken } from './taken.ts';

/** What a user may change of themselves; e-mail and password have ways of their own. */
export interface ProfileChange {
  displayName?: string | undefined;
  realName?: string | undefined;
  phone?: string | undefined;
  zipCode?: string | null | undefined;
  city?: string | undefined;
  detailAddress?: string | undefined;
}

/** Changes what is given and leaves the rest; what somebody else has is `Conflict`, one's own is not. */
export async function editProfile(
  app: Pick<App, 'database' | 'clock'>,
  user: User,
  { phone, ...change }: ProfileChange,
): Promise<User> {
  const { users } = app.database.tables;
  const keys = {
    ...(change.displayName !== undefined && { displayNameKey: keyOf(change.displayName) }),
    ...(phone !== undefined && { phone: phoneDigits(phone) }),
  };
  const columns = { ...withoutGaps(change), ...keys, updatedAt: app.clock.now() };
  // Who withdraws meanwhile is not written over.
  const own = and(eq(users.id, user.id), eq(users.status, 'ACTIVE'));
  await unlessTaken(app, { id: user.id, ...keys }, () =>
    app.database.transaction((tx) => tx.update(users).set(columns).where(own)),
  );
  return { ...user, ...columns };
}

const withoutGaps = (change: Omit<ProfileChange, 'phone'>): Partial<User> =>
  Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
