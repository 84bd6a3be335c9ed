import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Config } from '../../platform/config/index.ts';
import { signingSecrets } from '../tokens.ts';

/**
 * `pvr_`, the session, 256 random bits, and a tag that only we can make. By the tag a token of long ago is known for ours,
 * though nothing of it is kept: whoever shows one has found it somewhere, while a made-up one must end nobody's session.
 */
const FORM = /^pvr_([0-9a-z]{26})([\w-]{43})([\w-]{22})$/;

export interface RefreshToken {
  sessionId: string;
  /** What is kept of it. */
  hash: string;
  /** We made it once. */
  isOurs: boolean;
}

export function newRefreshToken(config: Config, sessionId: string): string {
  const random = randomBytes(32).toString('base64url');
  const [secret = ''] = signingSecrets(config);
  return `pvr_${sessionId}${random}${tagOf(secret, sessionId + random)}`;
}

/** Undefined for anything that does not look like one, such as an access token. */
export function readRefreshToken(config: Config, text: string): RefreshToken | undefined {
  const [, sessionId, random, tag] = FORM.exec(text) ?? [];
  if (!sessionId || !random || !tag) return undefined;
  const isOurs = signingSecrets(config).some((secret) => isEqual(tag, tagOf(secret, sessionId + random)));
  return { sessionId, hash: hashOf(text), isOurs };
}

export const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** A key of its own from the secret that signs access tokens: what one is used for says nothing about the other. */
function tagOf(secret: string, text: string): string {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'pillivery refresh token', 32));
  return createHmac('sha256', key).update(text).digest('base64url').slice(0, 22);
}

const isEqual = (left: string, right: string): boolean => timingSafeEqual(Buffer.from(left), Buffer.from(right));
