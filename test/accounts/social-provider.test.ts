import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readFailure } from '../../src/accounts/social/failures.ts';
import type { LoginChecks } from '../../src/accounts/social/login-state.ts';
import { openSocialLogins } from '../../src/accounts/social/providers.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { openMetrics } from '../../src/platform/metrics.ts';
import { ROOT } from '../support/environment.ts';
import { recordingLog } from '../support/recording-log.ts';
import { settingsFor, startSocialProvider } from '../support/social-provider.ts';
import { newVisitor } from '../support/visitor.ts';

const CHECKS: LoginChecks = { state: 'a'.repeat(43), nonce: 'b'.repeat(43), codeVerifier: 'c'.repeat(43) };
const SHOP = 'http://127.0.0.1:8080';
const CALLBACKS = '/api/auth/oauth';

async function providers() {
  const callbackUrls = ['google', 'kakao', 'naver'].map((name) => `${SHOP}${CALLBACKS}/${name}/callback`);
  const server = await startSocialProvider({ callbackUrls });
  onTestFinished(() => server.close());
  server.account = {
    sub: 'haneul',
    email: 'haneul@example.test',
    email_verified: true,
    name: '김 하늘',
    nickname: '하늘!',
  };
  const config = loadConfig({ root: ROOT, cwd: ROOT, environment: settingsFor(server) });
  const log = recordingLog();
  const logins = openSocialLogins(config, { clock: systemClock(), log, metrics: openMetrics() });
  onTestFinished(() => logins.close());
  /** Logs in at the provider and returns with what the browser brings back. */
  const comeBack = async (name: string, change: (url: URL) => void = () => {}) => {
    const url = new URL(await logins.named(name).provider.authorizationUrl(CHECKS));
    change(url);
    const back = await newVisitor().followUntil(SHOP, url.href);
    return new URL(back).searchParams;
  };
  const profileOf = async (name: string, returned: URLSearchParams, checks = CHECKS) =>
    logins
      .named(name)
      .provider.profileOf(returned, checks)
      .catch((error: unknown) => `${readFailure(error).error.code}: ${readFailure(error).why}`);
  return { server, logins, comeBack, profileOf };
}

describe('a login at a provider', () => {
  it('tells who somebody is by the claims of a signed ID token', async () => {
    const { comeBack, profileOf } = await providers();

    expect(await profileOf('google', await comeBack('google'))).toEqual({
      subject: 'haneul',
      email: 'haneul@example.test',
      emailVerified: true,
      displayName: '하늘',
      realName: '김하늘',
    });
  });

  it('takes an e-mail for unverified where the provider does not say', async () => {
    const { server, comeBack, profileOf } = await providers();
    server.account = { sub: 'haneul', email: 'haneul@example.test' };

    expect(await profileOf('kakao', await comeBack('kakao'))).toMatchObject({
      emailVerified: false,
      displayName: null,
    });
  });

  it('tells who somebody is by the profile call of a provider without ID tokens', async () => {
    const { server, comeBack, profileOf } = await providers();

    expect(await profileOf('naver', await comeBack('naver'))).toEqual({
      subject: 'haneul',
      email: 'haneul@example.test',
      emailVerified: false,
      displayName: null,
      realName: '김하늘',
    });
    expect(server.heard).toContain('GET /v1/nid/me');
  });

  it.each(['google', 'naver'])('sends PKCE and state to %s', async (name) => {
    const { logins } = await providers();

    const url = new URL(await logins.named(name).provider.authorizationUrl(CHECKS));

    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      state: CHECKS.state,
      ...(name === 'google' && { nonce: CHECKS.nonce }),
    });
    expect(url.href).not.toContain(CHECKS.codeVerifier);
  });
});

describe('a login at a provider is refused', () => {
  it('when the person presses cancel', async () => {
    const { server, comeBack, profileOf } = await providers();
    server.account = undefined;

    expect(await profileOf('google', await comeBack('google'))).toBe(
      refusedFor('AUTHORIZATION_RESPONSE_ERROR access_denied'),
    );
  });

  it.each(['google', 'naver'])('when the code of %s comes without its PKCE verifier', async (name) => {
    const { comeBack, profileOf } = await providers();
    const stolen = await comeBack(name);

    expect(await profileOf(name, stolen, { ...CHECKS, codeVerifier: 'd'.repeat(43) })).toBe(
      refusedFor('RESPONSE_BODY_ERROR invalid_grant'),
    );
  });

  it('when the code was used already', async () => {
    const { comeBack, profileOf } = await providers();
    const returned = await comeBack('google');
    await profileOf('google', returned);

    expect(await profileOf('google', returned)).toBe(refusedFor('RESPONSE_BODY_ERROR invalid_grant'));
  });

  it('when the state is another', async () => {
    const { comeBack, profileOf } = await providers();
    const returned = await comeBack('google');
    returned.set('state', 'e'.repeat(43));

    expect(await profileOf('google', returned)).toBe(refusedFor('INVALID_RESPONSE'));
  });

  it('when the nonce is another', async () => {
    const { comeBack, profileOf } = await providers();
    const returned = await comeBack('google', (url) => url.searchParams.set('nonce', 'somebody else began this'));

    expect(await profileOf('google', returned)).toBe(refusedFor('JWT_CLAIM_COMPARISON_FAILED'));
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['the issuer is another', { iss: 'https://accounts.example.test' }, 'JWT_CLAIM_COMPARISON_FAILED'],
    ['the audience is another', { aud: 'another-shop' }, 'JWT_CLAIM_COMPARISON_FAILED'],
    ['it has expired', { exp: 1_000_000_000 }, 'JWT_TIMESTAMP_CHECK_FAILED'],
    ['it has no nonce', { nonce: undefined }, 'INVALID_RESPONSE'],
    ['it names nobody', { sub: undefined }, 'INVALID_RESPONSE'],
  ])('when %s in the ID token', async (_, changed, why) => {
    const { server, comeBack, profileOf } = await providers();
    server.forge = (claims) => ({ ...claims, ...changed });

    expect(await profileOf('google', await comeBack('google'))).toBe(refusedFor(why));
  });

  it('when the ID token is signed with another key than the provider shows', async () => {
    const { server, comeBack, profileOf } = await providers();
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const keys = [{ ...publicKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'test' }];
    server.instead = (request, response) => request.url === '/jwks' && answerJson(response, { keys });

    expect(await profileOf('google', await comeBack('google'))).toBe(refusedFor('INVALID_RESPONSE'));
  });
});

describe('a provider that does not work', () => {
  it.each<[string, string, (request: IncomingMessage, response: ServerResponse) => boolean]>([
    ['answers 500', 'PROVIDER_ERROR', (_, response) => answerJson(response, {}, 500)],
    ['answers something that is no JSON', 'PROVIDER_ERROR', (_, response) => !!response.end('<html>')],
    [
      'does not know our application',
      'PROVIDER_ERROR',
      (_, response) => answerJson(response, { error: 'invalid_client' }, 401),
    ],
    ['hangs up', 'PROVIDER_UNAVAILABLE', (request) => !!request.destroy()],
    ['sends elsewhere', 'PROVIDER_UNAVAILABLE', (_, response) => !!response.writeHead(302, { location: '/' }).end()],
  ])('is told apart from a login that failed: it %s', async (_, code, instead) => {
    const { server, comeBack, profileOf } = await providers();
    const returned = await comeBack('google');
    server.instead = (request, response) => request.url === '/token' && instead(request, response);

    expect(await profileOf('google', returned)).toContain(code);
  });

  it('is asked anew for what it is once it works again', async () => {
    const { server, logins } = await providers();
    server.instead = (_, response) => answerJson(response, {}, 503);
    const { provider } = logins.named('google');
    await expect(provider.authorizationUrl(CHECKS)).rejects.toThrow('unexpected HTTP response status code');
    server.instead = undefined;

    expect(await provider.authorizationUrl(CHECKS)).toContain(server.url);
  });
});

it('offers no provider without an id and a secret', async () => {
  const config = loadConfig({ root: ROOT, cwd: ROOT, environment: {} });
  const logins = openSocialLogins(config, { clock: systemClock(), log: recordingLog(), metrics: openMetrics() });

  for (const name of ['google', 'kakao', 'naver', 'GOOGLE', 'facebook']) {
    expect(() => logins.named(name)).toThrow(expect.objectContaining({ code: 'PROVIDER_NOT_CONFIGURED' }));
  }
});

const refusedFor = (why: string) => `OAUTH_FAILED: OAUTH_${why}`;

const answerJson = (response: ServerResponse, body: object, status = 200): boolean =>
  !!response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
