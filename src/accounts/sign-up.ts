import type { App } from '../app.ts';
import { randomBase32 } from '../platform/ids.ts';
import type { Role, User } from '../schema.ts';
import { keyOf, phoneDigits } from './fields.ts';
import { unlessTaken } from './taken.ts';

export interface SignUp {
  email: string;
  password: string;
  displayName: string;
  realName: string;
  phone: string;
  city: string;
  detailAddress: string;
  zipCode?: string | undefined;
}

/** Makes a user. Unique keys decide between two who want the same; the loser gets `Conflict` naming every taken field. */
export async function signUp(
  app: Pick<App, 'database' | 'clock' | 'newId' | 'passwords'>,
  { password, ...person }: SignUp,
): Promise<User> {
  const user = newUser(app, { ...person, passwordHash: await app.passwords.hash(password) });
  // A transaction of one statement: MySQL may give it up for another that wants the same keys, and it is repeated then.
  await unlessTaken(app, user, () =>
    app.database.transaction((tx) => tx.insert(app.database.tables.users).values(user)),
  );
  return user;
}

/** What is known of somebody when they get an account; a password, or another account that logs them in. */
export interface NewUser {
  email: string | null;
  passwordHash: string | null;
  displayName: string;
  realName?: string | undefined;
  phone?: string | undefined;
  zipCode?: string | undefined;
  city?: string | undefined;
  detailAddress?: string | undefined;
  role?: Role;
}

/** The row of somebody new. */
export function newUser({ clock, newId }: Pick<App, 'clock' | 'newId'>, person: NewUser): User {
  const { email, passwordHash, displayName, phone, role = 'USER' } = person;
  const { realName = null, zipCode = null, city = null, detailAddress = null } = person;
  const now = clock.now();
  return {
    id: newId(),
    customerRef: randomBase32(26),
    email,
    emailKey: email === null ? null : keyOf(email),
    emailVerifiedAt: null,
    passwordHash,
    displayName,
    displayNameKey: keyOf(displayName),
    realName,
    phone: phone === undefined ? null : phoneDigits(phone),
    zipCode,
    city,
    detailAddress,
    role,
    status: 'ACTIVE',
    withdrawnAt: null,
    createdAt: now,
    updatedAt: now,
  };
}
