import { eq, or } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { isDuplicateKey } from '../platform/database/index.ts';
import { Conflict, type FieldProblem } from '../platform/errors.ts';
import { randomBase32 } from '../platform/ids.ts';
import type { User } from '../schema.ts';
import { keyOf, phoneDigits } from './fields.ts';
import { hashPassword } from './passwords.ts';

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
  app: Pick<App, 'database' | 'clock' | 'newId'>,
  { password, ...person }: SignUp,
): Promise<User> {
  const now = app.clock.now();
  const user: User = {
    id: app.newId(),
    customerRef: randomBase32(26),
    email: person.email,
    emailKey: keyOf(person.email),
    passwordHash: await hashPassword(password),
    displayName: person.displayName,
    displayNameKey: keyOf(person.displayName),
    realName: person.realName,
    phone: phoneDigits(person.phone),
    zipCode: person.zipCode ?? null,
    city: person.city,
    detailAddress: person.detailAddress,
    role: 'USER',
    status: 'ACTIVE',
    createdAt: now,
    updatedAt: now,
  };
  try {
    await app.database.insert(app.database.tables.users).values(user);
  } catch (error) {
    if (isDuplicateKey(error)) throw await takenBy(app, user);
    throw error;
  }
  return user;
}

const CODES: Record<string, string> = { email: 'EMAIL_TAKEN', displayName: 'DISPLAY_NAME_TAKEN', phone: 'PHONE_TAKEN' };

async function takenBy({ database }: Pick<App, 'database'>, wanted: User): Promise<Conflict> {
  const { users } = database.tables;
  const keys = { email: users.emailKey, displayName: users.displayNameKey, phone: users.phone };
  const values = { email: wanted.emailKey ?? '', displayName: wanted.displayNameKey ?? '', phone: wanted.phone ?? '' };
  const others = await database
    .select(keys)
    .from(users)
    .where(or(eq(keys.email, values.email), eq(keys.displayName, values.displayName), eq(keys.phone, values.phone)));
  const taken = (['email', 'displayName', 'phone'] as const).filter((field) =>
    others.some((other) => other[field] === values[field]),
  );
  const fields: FieldProblem[] = taken.map((field) => ({ field, reason: 'taken' }));
  return new Conflict(CODES[taken[0] ?? 'email'] ?? 'EMAIL_TAKEN', `Already taken: ${taken.join(', ')}.`, { fields });
}
