import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { App } from '../../app.ts';
import { InvalidInput } from '../../platform/errors.ts';
import { IDENTITY_PROVIDERS, type IdentityProviderName } from '../../schema.ts';

/** Time to log in at the provider. */
export const LOGIN_MS = 10 * 60_000;

/** What the answer of the provider is checked against. */
export interface LoginChecks {
  state: string;
  nonce: string;
  codeVerifier: string;
}

/** Whose account the login is to be linked to, and by which session they asked for it. */
export interface LinkFor {
  userId: string;
  sessionId: string;
}

export interface LoginIntent {
  provider: IdentityProviderName;
  /** Where the browser goes afterwards, in the storefront. */
  returnTo: string;
  link?: LinkFor | undefined;
}

const Kept = z.object({
  provider: z.enum(IDENTITY_PROVIDERS),
  returnTo: z.string(),
  link: z.object({ userId: z.string(), sessionId: z.string() }).optional(),
  nonce: z.string(),
  codeVerifier: z.string(),
  browserHash: z.string(),
});

type WithStores = Pick<App, 'stores'>;

/** Remembers a login that begins. `browser` goes into a cookie: only the browser that began a login can end it. */
export async function keepLogin(
  { stores }: WithStores,
  intent: LoginIntent,
): Promise<{ checks: LoginChecks; browser: string }> {
  const checks = { state: random(), nonce: random(), codeVerifier: random() };
  const browser = random();
  const { nonce, codeVerifier } = checks;
  const kept: z.infer<typeof Kept> = { ...intent, nonce, codeVerifier, browserHash: hashOf(browser) };
  await stores.kv.set(keyOf(checks.state), JSON.stringify(kept), LOGIN_MS);
  return { checks, browser };
}

export interface Returning {
  provider: IdentityProviderName;
  state: string | undefined;
  browser: string | undefined;
}

/** The login that a browser comes back from. It is forgotten with this, so a state works once, whatever follows. */
export async function takeLogin(
  { stores }: WithStores,
  { provider, state, browser }: Returning,
): Promise<LoginIntent & { checks: LoginChecks }> {
  if (!state || !browser || state.length > LONGEST_STATE) throw stateInvalid();
  const text = await stores.kv.take(keyOf(state));
  if (text === undefined) throw stateInvalid();
  const { nonce, codeVerifier, browserHash, ...intent } = Kept.parse(JSON.parse(text));
  if (intent.provider !== provider || !isSame(browserHash, hashOf(browser))) throw stateInvalid();
  return { ...intent, checks: { state, nonce, codeVerifier } };
}

/** Ours have 43 characters; nothing longer is looked up. */
const LONGEST_STATE = 64;

const stateInvalid = () =>
  new InvalidInput('OAUTH_STATE_INVALID', 'This login was not begun in this browser, or too long ago; begin again.');

const random = (): string => randomBytes(32).toString('base64url');

const keyOf = (state: string): string => `oauth:${state}`;

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

const isSame = (left: string, right: string): boolean => timingSafeEqual(Buffer.from(left), Buffer.from(right));
