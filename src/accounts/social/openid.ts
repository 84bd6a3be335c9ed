import * as openid from 'openid-client';
import type { Config } from '../../platform/config/index.ts';
import { ProviderFault } from '../../platform/errors.ts';
import type { GuardedFetch } from '../../platform/http/index.ts';
import type { IdentityProviderName } from '../../schema.ts';
import type { LoginChecks } from './login-state.ts';
import { profileOfCall, profileOfClaims, type SocialProfile } from './profiles.ts';

/** One provider of social logins, whatever it speaks. */
export interface SocialProvider {
  /** Where a browser goes to log in. */
  authorizationUrl(checks: LoginChecks): Promise<string>;
  /** Who came back with these parameters. Throws what openid-client throws for anything that does not prove it. */
  profileOf(returned: URLSearchParams, checks: LoginChecks): Promise<SocialProfile>;
}

export interface SocialApplication {
  name: IdentityProviderName;
  settings: Config['auth']['oauth']['google'];
  clientSecret: string;
  callbackUrl: string;
  allowHttp: boolean;
  fetch: GuardedFetch['fetch'];
}

/** Seconds by which a provider's clock may differ from this machine's, by which openid-client judges ID tokens. */
const SKEW_SECONDS = 30;

/** Authorization code with PKCE (S256) and state; with a nonce and a signed ID token where the provider issues one. */
export function openSocialProvider(application: SocialApplication): SocialProvider {
  const { settings, callbackUrl } = application;
  const configuration = onceDone(() => configure(application));
  const isOidc = settings.protocol === 'OIDC';
  return {
    async authorizationUrl({ state, nonce, codeVerifier }) {
      const parameters = {
        redirect_uri: callbackUrl,
        state,
        code_challenge: await openid.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
        ...(settings.scope && { scope: settings.scope }),
        ...(isOidc && { nonce }),
      };
      return openid.buildAuthorizationUrl(await configuration(), parameters).href;
    },
    async profileOf(returned, { state, nonce, codeVerifier }) {
      const known = await configuration();
      const back = new URL(callbackUrl);
      back.search = returned.toString();
      const checks = { expectedState: state, pkceCodeVerifier: codeVerifier, ...(isOidc && { expectedNonce: nonce }) };
      // Naver asks for the state once more when the code is redeemed; to the others it is a word they pass over.
      const tokens = await openid.authorizationCodeGrant(known, back, checks, isOidc ? {} : { state });
      const profile = isOidc
        ? profileOfClaims(tokens.claims())
        : profileOfCall(application.name, await callForProfile(known, settings.profileUrl, tokens.access_token));
      return profile ?? fail();
    },
  };
}

function fail(): never {
  throw new ProviderFault('PROVIDER_ERROR', 'The provider does not say who logged in.');
}

async function configure(application: SocialApplication): Promise<openid.Configuration> {
  const { settings, clientSecret, allowHttp, fetch } = application;
  const metadata = { client_secret: clientSecret, [openid.clockTolerance]: SKEW_SECONDS };
  const execute = allowHttp ? [openid.allowInsecureRequests] : [];
  if (settings.protocol === 'OIDC') {
    return openid.discovery(new URL(settings.issuer), settings.clientId, metadata, undefined, {
      // Without it the library trusts TLS instead of the ID token's signature.
      execute: [...execute, openid.enableNonRepudiationChecks],
      [openid.customFetch]: fetch,
    });
  }
  const server = {
    issuer: new URL(settings.authorizationUrl).origin,
    authorization_endpoint: settings.authorizationUrl,
    token_endpoint: settings.tokenUrl,
  };
  const configuration = new openid.Configuration(server, settings.clientId, metadata);
  configuration[openid.customFetch] = fetch;
  for (const step of execute) step(configuration);
  return configuration;
}

async function callForProfile(known: openid.Configuration, url: string, accessToken: string): Promise<unknown> {
  const answer = await openid.fetchProtectedResource(known, accessToken, new URL(url), 'GET');
  return answer.ok ? answer.json() : undefined;
}

/** Does something at its first call and keeps what came of it; a failure is not kept. */
function onceDone<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined;
  return () => {
    done ??= work().catch((error: unknown) => {
      done = undefined;
      throw error;
    });
    return done;
  };
}
