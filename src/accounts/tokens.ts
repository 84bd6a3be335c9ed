import { createHash } from 'node:crypto';
import { sign, verify } from 'hono/jwt';
import type { App } from '../app.ts';
import { requireSecret } from '../platform/config/index.ts';
import { Unauthenticated } from '../platform/errors.ts';

export interface AccessToken {
  userId: string;
  role: 'USER' | 'ADMIN';
}

/** Clocks of two machines may differ this much, in seconds. */
const SKEW_SECONDS = 30;

/** Makes an access token (HS256); throws `Misconfigured` when no key is set. Returns it with its life in seconds. */
export async function issueAccessToken(
  { config, clock }: Pick<App, 'config' | 'clock'>,
  { userId, role }: AccessToken,
): Promise<{ accessToken: string; expiresIn: number }> {
  const key = requireSecret(config, 'auth.jwtKey');
  const iat = Math.floor(clock.now().getTime() / 1_000);
  const expiresIn = config.auth.accessTokenMinutes * 60;
  const claims = { sub: userId, role, typ: 'access', iat, exp: iat + expiresIn, kid: keyId(key) };
  return { accessToken: await sign(claims, key, 'HS256'), expiresIn };
}

/** Reads an access token; anything but a good one is `Unauthenticated`. */
export async function readAccessToken(
  { config, clock }: Pick<App, 'config' | 'clock'>,
  token: string,
): Promise<AccessToken> {
  const claims = await verifySignature(requireSecret(config, 'auth.jwtKey'), token);
  const now = clock.now().getTime() / 1_000;
  if (typeof claims['exp'] !== 'number' || claims['exp'] + SKEW_SECONDS < now) {
    throw new Unauthenticated('TOKEN_EXPIRED', 'The access token has expired; log in again.');
  }
  if (claims['typ'] !== 'access' || typeof claims['sub'] !== 'string') throw badToken();
  return { userId: claims['sub'], role: claims['role'] === 'ADMIN' ? 'ADMIN' : 'USER' };
}

/** Times are compared above, against the given clock; the library would use the machine's. */
async function verifySignature(key: string, token: string): Promise<Record<string, unknown>> {
  try {
    return await verify(token, key, { alg: 'HS256', exp: false, nbf: false, iat: false });
  } catch {
    throw badToken();
  }
}

const badToken = () => new Unauthenticated('UNAUTHENTICATED', 'A valid access token is needed.');

/** Names the key without telling it, so that a second one can be added for rotation. */
const keyId = (key: string): string => createHash('sha256').update(`kid:${key}`).digest('hex').slice(0, 8);
