import { and, eq, ne, or } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { isDuplicateKey } from '../platform/database/index.ts';
import { Conflict } from '../platform/errors.ts';
import type { User } from '../schema.ts';

/** What only one user may have, in the order in which a caller is told. */
export type Unique = Partial<Pick<User, 'emailKey' | 'displayNameKey' | 'phone'>> & { id: string };

const FIELDS = [
  { field: 'email', key: 'emailKey', code: 'EMAIL_TAKEN' },
  { field: 'displayName', key: 'displayNameKey', code: 'DISPLAY_NAME_TAKEN' },
  { field: 'phone', key: 'phone', code: 'PHONE_TAKEN' },
] as const;

/** Runs a write that unique keys may refuse; the loser of a race gets `Conflict` naming every taken field. */
export async function unlessTaken<T>(app: Pick<App, 'database'>, wanted: Unique, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (isDuplicateKey(error)) throw await takenBy(app, wanted);
    throw error;
  }
}

async function takenBy({ database }: Pick<App, 'database'>, wanted: Unique): Promise<Conflict> {
  const { users } = database.tables;
  const asked = FIELDS.filter(({ key }) => typeof wanted[key] === 'string');
  const others = await database
    .select()
    .from(users)
    .where(and(ne(users.id, wanted.id), or(...asked.map(({ key }) => eq(users[key], wanted[key] ?? '')))));
  const taken = asked.filter(({ key }) => others.some((other) => other[key] === wanted[key]));
  const fields = taken.map(({ field }) => ({ field, reason: 'taken' }));
  const names = fields.map(({ field }) => field).join(', ');
  // Nothing is found when whoever had it has just given it up; then the first is the best guess.
  return new Conflict((taken[0] ?? FIELDS[0]).code, `Already taken: ${names || 'email'}.`, { fields });
}
