import { and, eq } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import { Conflict, Forbidden, PilliveryError } from '../../platform/errors.ts';
import type { IdentityProviderName, Queries, Transaction, User } from '../../schema.ts';
import { keyOf } from '../fields.ts';
import { lockUser } from '../queries.ts';
import type { Device } from '../sessions/device.ts';
import { openSession, tokensOf, type OpenSession, type TokenPair } from '../sessions/open.ts';
import { RESULT_PAGE } from './begin-login.ts';
import { atProvider } from './failures.ts';
import { linkIdentity } from './link.ts';
import { takeLogin, type LoginIntent } from './login-state.ts';
import type { SocialProfile } from './profiles.ts';
import { issueTicket } from './ticket.ts';

type FinishingLogin = Pick<App, 'config' | 'database' | 'clock' | 'newId' | 'log' | 'stores' | 'socialLogins'>;

/** A login at a provider, proved. */
export interface ProvedLogin {
  provider: IdentityProviderName;
  profile: SocialProfile;
}

/** What a return from a provider comes to. A refusal is one of the results: the browser is told of it like of the others. */
export type LoginResult =
  | { kind: 'logged_in'; tokens: TokenPair }
  | { kind: 'linked'; provider: IdentityProviderName }
  | { kind: 'profile_required'; ticket: string; login: ProvedLogin }
  | { kind: 'refused'; error: PilliveryError };

export interface Landing {
  /** Where the browser goes, in the storefront. */
  returnTo: string;
  result: LoginResult;
}

export interface ComingBack {
  /** As the path names it, in lower case. */
  provider: string;
  /** What the provider sent along. */
  returned: URLSearchParams;
  /** Of the cookie. */
  browser: string | undefined;
  device: Device;
}

/** Ends a login that began here: a session, a link, or a ticket for somebody who is new. */
export async function finishLogin(app: FinishingLogin, coming: ComingBack): Promise<Landing> {
  let returnTo = RESULT_PAGE;
  try {
    const { name, provider } = app.socialLogins.named(coming.provider);
    const state = coming.returned.get('state') ?? undefined;
    const intent = await takeLogin(app, { provider: name, state, browser: coming.browser });
    returnTo = intent.returnTo;
    const profile = await atProvider(app, name, () => provider.profileOf(coming.returned, intent.checks));
    return { returnTo, result: await conclude(app, intent, { profile, device: coming.device }) };
  } catch (error) {
    if (error instanceof PilliveryError && error.kind !== 'misconfigured')
      return { returnTo, result: { kind: 'refused', error } };
    throw error;
  }
}

async function conclude(
  app: FinishingLogin,
  { provider, link }: LoginIntent,
  { profile, device }: { profile: SocialProfile; device: Device },
): Promise<LoginResult> {
  const login = { provider, profile };
  if (link) {
    await linkIdentity(app, link, login);
    return { kind: 'linked', provider };
  }
  const tokens = await enterAs(app, login, device);
  if (tokens) return { kind: 'logged_in', tokens };
  await refuseKnownEmail(app, profile);
  return { kind: 'profile_required', ticket: issueTicket(app, login), login };
}

/** A session for whoever is linked to this account; undefined when nobody is. */
async function enterAs(app: FinishingLogin, login: ProvedLogin, device: Device): Promise<TokenPair | undefined> {
  const userId = await findOwner(app.database, app, login);
  if (!userId) return undefined;
  const entered = await app.database.transaction((tx) => enter(tx, app, { userId, login, device }));
  return entered && tokensOf(app, entered.user, entered.opened);
}

interface Entry {
  userId: string;
  login: ProvedLogin;
  device: Device;
}

/** Under the lock the account must still be linked: else a login outlives the unlinking or the withdrawal. */
async function enter(
  tx: Transaction,
  app: FinishingLogin,
  { userId, login, device }: Entry,
): Promise<{ user: User; opened: OpenSession } | undefined> {
  const user = await lockUser(tx, app, userId);
  if (!user || (await findOwner(tx, app, login)) !== userId) return undefined;
  if (user.status !== 'ACTIVE') throw new Forbidden('ACCOUNT_SUSPENDED', 'This account is suspended.');
  return { user, opened: await openSession(tx, app, { userId, device }) };
}

async function findOwner(
  queries: Queries,
  { database }: Pick<App, 'database'>,
  { provider, profile }: ProvedLogin,
): Promise<string | undefined> {
  const { identities: i } = database.tables;
  const same = and(eq(i.provider, provider), eq(i.subject, profile.subject));
  const [identity] = await queries.select({ userId: i.userId }).from(i).where(same);
  return identity?.userId;
}

/** An e-mail proves nothing about an account here: whoever has it logs in as always, and may then link. */
async function refuseKnownEmail({ database }: FinishingLogin, { email }: SocialProfile): Promise<void> {
  if (email === null) return;
  const { users } = database.tables;
  const [known] = await database
    .select({ id: users.id })
    .from(users)
    .where(eq(users.emailKey, keyOf(email)));
  if (known) {
    throw new Conflict('EMAIL_IN_USE', 'An account with this e-mail exists; log in to it, then link this one.');
  }
}
