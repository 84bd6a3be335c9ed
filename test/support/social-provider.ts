import { once } from 'node:events';
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Provider } from 'oidc-provider';
import type { Environment } from '../../src/platform/config/index.ts';

/** Somebody with an account at the provider. */
export interface SocialAccount {
  sub: string;
  email?: string;
  email_verified?: boolean;
  name?: string;
  nickname?: string;
}

/** A real OpenID provider on a loopback port, at which one person is logged in and agrees to everything. */
export interface SocialProviderServer {
  url: string;
  /** Who logs in from here on; undefined for somebody who presses cancel. */
  account: SocialAccount | undefined;
  /** Changes the claims of ID tokens, which are signed again with the provider's own key. */
  forge?: ((claims: Record<string, unknown>) => Record<string, unknown>) | undefined;
  /** Answers instead of the provider, where it returns true. */
  instead?: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  /** Requests by method and path, as the provider saw them. */
  readonly heard: string[];
  close(): Promise<void>;
}

const CLIENT = { id: 'pillivery-test', secret: 'a-secret-of-the-test-provider' };

/** The provider gives nothing to somebody who asks for nothing. */
const PLAIN_SCOPE = 'profile_call';

const KEY = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });

/** Variables under which a shop takes the server for all three: Google and Kakao by OpenID Connect, Naver by OAuth 2. */
export function settingsFor({ url }: Pick<SocialProviderServer, 'url'>): Environment {
  const settings: Environment = { PILLIVERY_AUTH__OAUTH__ALLOW_HTTP: 'true' };
  for (const name of ['GOOGLE', 'KAKAO', 'NAVER']) {
    const of = `PILLIVERY_AUTH__OAUTH__${name}__`;
    Object.assign(settings, { [`${of}CLIENT_ID`]: CLIENT.id, [`${of}CLIENT_SECRET`]: CLIENT.secret });
    Object.assign(settings, { [`${of}ISSUER`]: url, [`${of}AUTHORIZATION_URL`]: `${url}/auth` });
    Object.assign(settings, { [`${of}TOKEN_URL`]: `${url}/token`, [`${of}PROFILE_URL`]: `${url}/v1/nid/me` });
  }
  return {
    ...settings,
    PILLIVERY_AUTH__OAUTH__KAKAO__SCOPE: 'openid email profile',
    PILLIVERY_AUTH__OAUTH__NAVER__SCOPE: PLAIN_SCOPE,
  };
}

export interface SocialProviderOptions {
  /** Return addresses that the application has registered. */
  callbackUrls: string[];
  /** `localhost` makes it another site than the shop's 127.0.0.1, to a browser's cookies. */
  host?: 'localhost' | '127.0.0.1';
}

export async function startSocialProvider({
  callbackUrls,
  host = '127.0.0.1',
}: SocialProviderOptions): Promise<SocialProviderServer> {
  const late: { handle?: (request: IncomingMessage, response: ServerResponse) => void } = {};
  const server = createServer((request, response) => late.handle?.(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://${host}:${typeof address === 'object' && address ? address.port : 0}`;
  const self: SocialProviderServer = {
    url,
    account: undefined,
    heard: [],
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  const provider = openProvider(self, callbackUrls);
  const answer = provider.callback();
  late.handle = (request, response) => {
    const path = request.url?.split('?')[0] ?? '';
    self.heard.push(`${request.method} ${path}`);
    if (self.instead?.(request, response)) return;
    if (path.startsWith('/interaction/')) void finishInteraction(self, provider, { request, response });
    else if (path === '/v1/nid/me') void answerLikeNaver(self, provider, { request, response });
    else void answer(request, response);
  };
  return self;
}

function openProvider(self: SocialProviderServer, callbackUrls: string[]): Provider {
  const provider = new Provider(self.url, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: callbackUrls,
        grant_types: ['authorization_code'],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    jwks: { keys: [{ ...KEY, use: 'sig', alg: 'RS256', kid: 'test' } as never] },
    cookies: { keys: ['only for tests'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'nickname'] },
    // As the real ones do, the ID token itself tells the e-mail and the name.
    conformIdTokenClaims: false,
    scopes: ['openid', PLAIN_SCOPE],
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ ...self.account, sub: accountId }) }),
  });
  provider.use(async (context, next) => {
    await next();
    const body = context.body as { id_token?: string } | undefined;
    if (self.forge && context.path === '/token' && body?.id_token) body.id_token = forged(body.id_token, self.forge);
  });
  return provider;
}

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
}

/** Logs the account in and lets it agree to what is asked for, as two pages with a button each would. */
async function finishInteraction(self: SocialProviderServer, provider: Provider, { request, response }: Exchange) {
  const { params } = await provider.interactionDetails(request, response);
  const { client_id: clientId, scope } = params as { client_id: string; scope?: string };
  if (!self.account) {
    await provider.interactionFinished(request, response, { error: 'access_denied' });
    return;
  }
  const { sub } = self.account;
  const grant = new provider.Grant({ accountId: sub, clientId });
  grant.addOIDCScope(scope ?? '');
  const grantId = await grant.save();
  await provider.interactionFinished(request, response, { login: { accountId: sub }, consent: { grantId } });
}

/** The profile call of a provider that speaks OAuth 2 only, in the form of Naver's. */
async function answerLikeNaver(self: SocialProviderServer, provider: Provider, { request, response }: Exchange) {
  const [, token = ''] = request.headers.authorization?.split(' ') ?? [];
  const found = await provider.AccessToken.find(token);
  response.writeHead(found ? 200 : 401, { 'content-type': 'application/json;charset=utf-8' });
  const person = { id: found?.accountId, email: self.account?.email, name: self.account?.name };
  const failed = { resultcode: '024', message: 'Authentication failed' };
  response.end(JSON.stringify(found ? { resultcode: '00', message: 'success', response: person } : failed));
}

function forged(token: string, change: NonNullable<SocialProviderServer['forge']>): string {
  const [head = '', claims = ''] = token.split('.');
  const changed = change(JSON.parse(Buffer.from(claims, 'base64url').toString()));
  const content = `${head}.${Buffer.from(JSON.stringify(changed)).toString('base64url')}`;
  const key = createPrivateKey({ key: KEY, format: 'jwk' });
  return `${content}.${sign('sha256', Buffer.from(content), key).toString('base64url')}`;
}
