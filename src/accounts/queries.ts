import { eq } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import type { User } from '../schema.ts';

export async function findUser({ database }: Pick<App, 'database'>, id: string): Promise<User | undefined> {
  const { users } = database.tables;
  const [user] = await database.select().from(users).where(eq(users.id, id));
  return user;
}
