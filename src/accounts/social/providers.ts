import type { Config } from '../../platform/config/index.ts';
import { Misconfigured, NotFound } from '../../platform/errors.ts';
import { openGuardedFetch, type GuardedFetch, type GuardSettings, type GuardTools } from '../../platform/http/index.ts';
import { IDENTITY_PROVIDERS, type IdentityProviderName } from '../../schema.ts';
import type { SocialApplication, SocialProvider } from './openid.ts';

/** The configured providers of social logins. Nothing is opened before somebody wants to log in there. */
export interface SocialLogins {
  /** The provider as a path names it, in lower case; `NotFound` when the shop does not offer it. */
  named(name: string): { name: IdentityProviderName; provider: SocialProvider };
  close(): Promise<void>;
}

/** A login makes two or three calls, and few people log in at once; a provider that is down is left alone for a while. */
const LIMITS = {
  bulkhead: 20,
  queue: 40,
  longestWaitMs: 1_000,
  retries: 1,
  backoffMs: 200,
  breaker: { size: 20, minimumCalls: 10, threshold: 0.6, openMs: 10_000, trialCalls: 3 },
};

export function openSocialLogins(config: Config, tools: GuardTools): SocialLogins {
  const opened = new Map<IdentityProviderName, { provider: SocialProvider; transport: GuardedFetch }>();
  return {
    named(path) {
      const name = IDENTITY_PROVIDERS.find((known) => known.toLowerCase() === path);
      if (!name || !isConfigured(config, name)) {
        throw new NotFound('PROVIDER_NOT_CONFIGURED', 'This shop does not offer logging in there.');
      }
      const known = opened.get(name) ?? open(config, name, tools);
      opened.set(name, known);
      return { name, provider: known.provider };
    },
    async close() {
      await Promise.all([...opened.values()].map(({ transport }) => transport.close()));
    },
  };
}

const keyOf = (name: IdentityProviderName) => name.toLowerCase() as Lowercase<IdentityProviderName>;

function isConfigured({ auth }: Config, name: IdentityProviderName): boolean {
  const { clientId, clientSecret } = auth.oauth[keyOf(name)];
  return clientId !== '' && clientSecret !== undefined;
}

function open({ auth, shop }: Config, name: IdentityProviderName, tools: GuardTools) {
  const { allowHttp, google: _, kakao: __, naver: ___, ...timeouts } = auth.oauth;
  const settings = auth.oauth[keyOf(name)];
  refuseUnsafe(settings, allowHttp);
  const guardSettings: GuardSettings = { ...LIMITS, ...timeouts };
  const transport = openGuardedFetch({ provider: keyOf(name), group: 'login' }, guardSettings, tools);
  const provider = openLate({
    name,
    settings,
    clientSecret: settings.clientSecret ?? '',
    callbackUrl: `${shop.publicUrl}/api/auth/oauth/${keyOf(name)}/callback`,
    allowHttp,
    fetch: transport.fetch,
  });
  return { provider, transport };
}

/** Its library is loaded when somebody logs in there: every command opens these, and few processes serve logins. */
function openLate(application: SocialApplication): SocialProvider {
  let opened: Promise<SocialProvider> | undefined;
  const open = () =>
    (opened ??= import('./openid.ts').then(({ openSocialProvider }) => openSocialProvider(application)));
  return {
    authorizationUrl: async (checks) => (await open()).authorizationUrl(checks),
    profileOf: async (returned, checks) => (await open()).profileOf(returned, checks),
  };
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/;

/** Codes and secrets go over https; plain http only to this machine, and only where that is allowed. */
function refuseUnsafe(
  { issuer, authorizationUrl, tokenUrl, profileUrl }: Config['auth']['oauth']['google'],
  allowHttp: boolean,
): void {
  for (const url of [issuer, authorizationUrl, tokenUrl, profileUrl].filter((one) => one !== '')) {
    const { protocol, hostname } = new URL(url);
    if (protocol === 'https:' || (allowHttp && LOOPBACK.test(hostname))) continue;
    throw new Misconfigured('PROVIDER_URL_UNSAFE', `${url} must be https, or a loopback address with allowHttp.`, {});
  }
}
