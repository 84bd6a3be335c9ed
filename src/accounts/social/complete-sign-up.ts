import { and, eq } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import { isDuplicateKey } from '../../platform/database/index.ts';
import { InvalidInput } from '../../platform/errors.ts';
import type { Transaction, User } from '../../schema.ts';
import { newUser } from '../sign-up.ts';
import type { Device } from '../sessions/device.ts';
import { openSession, tokensOf, type OpenSession, type TokenPair } from '../sessions/open.ts';
import { unlessTaken } from '../taken.ts';
import { identityTaken, newIdentity } from './link.ts';
import { readTicket, ticketInvalid, type Ticket } from './ticket.ts';

type Completing = Pick<App, 'config' | 'database' | 'clock' | 'newId'>;

/** What a provider does not tell, or what a person wants to be different. */
export interface AdditionalInformation {
  /** Only where the provider gave none. */
  email?: string | undefined;
  displayName: string;
  realName: string;
  phone: string;
  zipCode?: string | undefined;
  city: string;
  detailAddress: string;
}

export interface Completion {
  ticket: string | undefined;
  person: AdditionalInformation;
  device: Device;
}

/**
 * Makes the user whom a login at a provider announced, and opens a session. One transaction: whatever is taken, the
 * ticket is as good as before; whoever comes second with it is too late.
 */
export async function completeSignUp(
  app: Completing,
  { ticket: text, person, device }: Completion,
): Promise<TokenPair> {
  const ticket = readTicket(app, text);
  const user = userOf(app, ticket, person);
  const opened = await unlessTaken(app, user, () =>
    unlessUsed(app, ticket, () => app.database.transaction((tx) => book(tx, app, { ticket, user, device }))),
  );
  return tokensOf(app, user, opened);
}

/** What a ticket says, as long as it was not used: to fill in the form. */
export async function readPending(
  app: Pick<App, 'config' | 'database' | 'clock'>,
  text: string | undefined,
): Promise<Ticket> {
  const ticket = readTicket(app, text);
  if (await isUsed(app, ticket)) throw ticketInvalid();
  return ticket;
}

function userOf(app: Completing, { profile }: Ticket, person: AdditionalInformation): User {
  if (profile.email !== null && person.email !== undefined) throw aboutEmail('not_allowed');
  const email = profile.email ?? person.email;
  if (email === undefined) throw aboutEmail('required');
  const user = newUser(app, { ...person, email, passwordHash: null });
  return { ...user, emailVerifiedAt: profile.emailVerified ? user.createdAt : null };
}

const aboutEmail = (reason: 'required' | 'not_allowed') =>
  new InvalidInput('VALIDATION_FAILED', 'Some fields are not as they should be.', {
    fields: [{ field: 'email', reason }],
  });

async function book(
  tx: Transaction,
  app: Completing,
  { ticket, user, device }: { ticket: Ticket; user: User; device: Device },
): Promise<OpenSession> {
  const { oneTimeTokens, users, identities } = app.database.tables;
  const now = app.clock.now();
  const { hash: tokenHash, expiresAt } = ticket;
  // No user is named, so that a withdrawal, which forgets the user's tokens, does not make this one good again.
  const used = { tokenHash, purpose: 'SIGNUP_TICKET' as const, userId: null, expiresAt, usedAt: now, createdAt: now };
  await tx.insert(oneTimeTokens).values(used);
  await tx.insert(users).values(user);
  await tx.insert(identities).values(newIdentity(app, user.id, ticket));
  return openSession(tx, app, { userId: user.id, device });
}

/** Finds out which key was there already: of the ticket or of the account elsewhere; the rest are the user's own. */
async function unlessUsed<T>(app: Completing, ticket: Ticket, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    if (await isUsed(app, ticket)) throw ticketInvalid();
    if (await isLinked(app, ticket)) throw identityTaken();
    throw error;
  }
}

async function isUsed({ database }: Pick<App, 'database'>, { hash }: Ticket): Promise<boolean> {
  const { oneTimeTokens: t } = database.tables;
  const [used] = await database.select({ hash: t.tokenHash }).from(t).where(eq(t.tokenHash, hash));
  return used !== undefined;
}

async function isLinked({ database }: Pick<App, 'database'>, { provider, profile }: Ticket): Promise<boolean> {
  const { identities: i } = database.tables;
  const same = and(eq(i.provider, provider), eq(i.subject, profile.subject));
  const [linked] = await database.select({ id: i.id }).from(i).where(same);
  return linked !== undefined;
}
