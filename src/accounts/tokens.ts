import { createHash } from 'node:crypto';
import { decode, sign, verify } from 'hono/jwt';
import type { App } from '../app.ts';
import { requireSecret, type Config } from '../platform/config/index.ts';
import { Unauthenticated } from '../platform/errors.ts';
import type { Role } from '../schema.ts';

export interface AccessToken {
  userId: string;
  sessionId: string;
}

/** Clocks of two machines may differ this much, in seconds. */
const SKEW_SECONDS = 30;

/** Makes an access token (HS256); throws `Misconfigured` when no key is set. Returns it with its life in seconds. */
export async function issueAccessToken(
  { config, clock }: Pick<App, 'config' | 'clock'>,
  { userId, sessionId, role }: AccessToken & { role: Role },
): Promise<{ accessToken: string; expiresIn: number }> {
  const iat = Math.floor(clock.now().getTime() / 1_000);
  const expiresIn = config.auth.accessTokenMinutes * 60;
  const claims = { sub: userId, sid: sessionId, role, typ: 'access', iat, exp: iat + expiresIn };
  const key = keyOf(requireSecret(config, 'auth.jwtKey'));
  return { accessToken: await sign(claims, key), expiresIn };
}

/** Reads an access token; anything but a good one is `Unauthenticated`. The session behind it may be over. */
export async function readAccessToken(
  { config, clock }: Pick<App, 'config' | 'clock'>,
  token: string,
): Promise<AccessToken> {
  const { typ, sub, sid, exp } = await verifySignature(config, token);
  if (typ !== 'access' || typeof sub !== 'string' || typeof sid !== 'string') throw badToken();
  if (typeof exp !== 'number' || exp + SKEW_SECONDS < clock.now().getTime() / 1_000) {
    throw new Unauthenticated('TOKEN_EXPIRED', 'The access token has expired; refresh it or log in again.');
  }
  return { userId: sub, sessionId: sid };
}

/** Times are compared above, against the given clock; the library would use the machine's. */
async function verifySignature(config: Config, token: string): Promise<Record<string, unknown>> {
  try {
    const { kid } = decode(token).header;
    const key = signingSecrets(config)
      .map(keyOf)
      .find((one) => one.kid === kid);
    if (!key) throw badToken();
    return await verify(token, key, { alg: 'HS256', exp: false, nbf: false, iat: false });
  } catch {
    throw badToken();
  }
}

export const badToken = () => new Unauthenticated('UNAUTHENTICATED', 'A valid access token is needed.');

/** The present secret, which signs, and the earlier ones, of which tokens are still about. */
export const signingSecrets = (config: Config): string[] => [
  requireSecret(config, 'auth.jwtKey'),
  ...(config.auth.oldJwtKeys?.split(',') ?? []),
];

/** As a JWK, because the library looks for a PEM in a key that is text. The id tells two keys apart and says nothing. */
const keyOf = (secret: string) => ({
  kty: 'oct',
  alg: 'HS256',
  k: Buffer.from(secret).toString('base64url'),
  kid: createHash('sha256').update(`kid:${secret}`).digest('hex').slice(0, 8),
});
