import { and, eq } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import { isDuplicateKey } from '../../platform/database/index.ts';
import { Conflict, NotFound, Unauthenticated } from '../../platform/errors.ts';
import { IDENTITY_PROVIDERS, type Identity, type IdentityProviderName, type Transaction } from '../../schema.ts';
import { lockUser } from '../queries.ts';
import { isLive } from '../sessions/rules.ts';
import type { ProvedLogin } from './finish-login.ts';
import type { LinkFor } from './login-state.ts';

type Linking = Pick<App, 'database' | 'clock' | 'newId'>;

/** The row that links a user to the account they proved to have elsewhere. */
export function newIdentity(
  { clock, newId }: Pick<App, 'clock' | 'newId'>,
  userId: string,
  { provider, profile }: ProvedLogin,
): Identity {
  const now = clock.now();
  const { subject, email, emailVerified } = profile;
  return { id: newId(), userId, provider, subject, emailAtLink: email, emailVerified, linkedAt: now, createdAt: now };
}

/** Links an account elsewhere to the user who asked for it; a second time changes nothing. */
export async function linkIdentity(app: Linking, link: LinkFor, login: ProvedLogin): Promise<void> {
  try {
    await app.database.transaction((tx) => insertFor(tx, app, { link, login }));
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    if (!(await isOwn(app, link.userId, login))) throw identityTaken();
  }
}

/** The session that asked must still be open: it may have been ended because somebody else held it. */
async function insertFor(
  tx: Transaction,
  app: Linking,
  { link: { userId, sessionId }, login }: { link: LinkFor; login: ProvedLogin },
): Promise<void> {
  const { sessions, identities } = app.database.tables;
  const user = await lockUser(tx, app, userId);
  const [session] = await tx.select().from(sessions).where(eq(sessions.id, sessionId));
  if (user?.status !== 'ACTIVE' || !session || !isLive(session, app.clock.now())) {
    throw new Unauthenticated('SESSION_REVOKED', 'This session has ended; log in again.');
  }
  await tx.insert(identities).values(newIdentity(app, userId, login));
}

async function isOwn(
  { database }: Pick<App, 'database'>,
  userId: string,
  { provider, profile }: ProvedLogin,
): Promise<boolean> {
  const { identities: i } = database.tables;
  const same = and(eq(i.userId, userId), eq(i.provider, provider), eq(i.subject, profile.subject));
  const [own] = await database.select({ id: i.id }).from(i).where(same);
  return own !== undefined;
}

export const identityTaken = () =>
  new Conflict('IDENTITY_TAKEN', 'That account is linked to another user, or you have linked another one from there.');

/** Unlinks an account elsewhere. The last way to log in stays. */
export async function unlinkIdentity(
  app: Pick<App, 'database'>,
  { userId, provider: path }: { userId: string; provider: string },
): Promise<void> {
  const provider = IDENTITY_PROVIDERS.find((known) => known.toLowerCase() === path);
  if (!provider) throw notLinked();
  await app.database.transaction((tx) => removeFrom(tx, app, { userId, provider }));
}

/** Under the lock on the user, two who unlink at once cannot both leave the last way to the other. */
async function removeFrom(
  tx: Transaction,
  app: Pick<App, 'database'>,
  { userId, provider }: { userId: string; provider: IdentityProviderName },
): Promise<void> {
  const { identities } = app.database.tables;
  const user = await lockUser(tx, app, userId);
  const linked = await tx.select().from(identities).where(eq(identities.userId, userId));
  const identity = linked.find((one) => one.provider === provider);
  if (!user || !identity) throw notLinked();
  if (user.passwordHash === null && linked.length === 1) {
    throw new Conflict(
      'LAST_CREDENTIAL',
      'This is the only way to log in; set a password or link another account first.',
    );
  }
  await tx.delete(identities).where(eq(identities.id, identity.id));
}

const notLinked = () => new NotFound('IDENTITY_NOT_FOUND', 'No account from there is linked.');
