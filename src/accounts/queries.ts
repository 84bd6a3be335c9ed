import { asc, eq } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import type { Identity, Transaction, User } from '../schema.ts';

/** A user as they are until the transaction ends. */
export async function lockUser(
  tx: Transaction,
  { database }: Pick<App, 'database'>,
  id: string,
): Promise<User | undefined> {
  const { users } = database.tables;
  const [user] = await tx.lock(tx.select().from(users).where(eq(users.id, id)));
  return user;
}

/** The accounts elsewhere that log a user in, first linked first. */
export async function identitiesOf({ database }: Pick<App, 'database'>, userId: string): Promise<Identity[]> {
  const { identities } = database.tables;
  return database.select().from(identities).where(eq(identities.userId, userId)).orderBy(asc(identities.id));
}
