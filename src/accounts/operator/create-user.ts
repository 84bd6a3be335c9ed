import { z } from 'zod';
import type { App } from '../../app.ts';
import { writeAudit, type Performer } from '../../audit.ts';
import { InvalidInput } from '../../platform/errors.ts';
import type { Role, User } from '../../schema.ts';
import * as field from '../fields.ts';
import { newUser } from '../sign-up.ts';
import { unlessTaken } from '../taken.ts';

export interface CreateUser {
  by: Performer;
  email: string;
  password: string;
  displayName: string;
  role: Role;
}

const Fields = z.object({ email: field.email, password: field.password, displayName: field.displayName });

/** What is wrong with a field, for a person at a terminal. */
const NEEDS: Record<string, string> = {
  email: 'an e-mail looks like name@example.com',
  password: 'a password has 8 to 64 characters without blanks, with a letter, a digit and another sign among them',
  displayName: 'a display name has 2 to 20 letters and digits, Latin or Hangul',
};

/** Makes a user by hand, such as a shop's first admin; name and address are theirs to add. */
export async function createUser(
  app: Pick<App, 'database' | 'clock' | 'newId' | 'passwords'>,
  { by, role, ...asked }: CreateUser,
): Promise<User> {
  const { password, ...person } = checked(asked);
  const user = newUser(app, { ...person, role, passwordHash: await app.passwords.hash(password) });
  const { id: targetId } = user;
  await unlessTaken(app, user, () =>
    app.database.transaction(async (tx) => {
      await tx.insert(app.database.tables.users).values(user);
      await writeAudit(tx, app, { by, action: 'user.create', targetType: 'user', targetId, after: { role } });
    }),
  );
  return user;
}

function checked(asked: z.input<typeof Fields>): z.output<typeof Fields> {
  const parsed = Fields.safeParse(asked);
  if (parsed.success) return parsed.data;
  const wrong = [...new Set(parsed.error.issues.map(({ path }) => String(path[0])))];
  const fields = wrong.map((name) => ({ field: name, reason: 'format' }));
  const sentence = wrong.map((name) => NEEDS[name]).join('; ');
  throw new InvalidInput('VALIDATION_FAILED', `${sentence[0]?.toUpperCase()}${sentence.slice(1)}.`, { fields });
}
