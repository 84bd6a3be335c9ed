import { z } from 'zod';
import { withOffset } from '../platform/calendar.ts';
import { IDENTITY_PROVIDERS, ROLES, type Identity, type Session, type User } from '../schema.ts';
import { phoneWithDashes } from './fields.ts';
import type { TokenPair as Pair } from './sessions/open.ts';

export const Profile = z
  .object({
    id: z.string(),
    email: z.string(),
    emailVerified: z.boolean(),
    displayName: z.string(),
    realName: z.string(),
    phone: z.string(),
    zipCode: z.string().nullable(),
    city: z.string(),
    detailAddress: z.string(),
    role: z.enum(ROLES),
    hasPassword: z.boolean(),
    /** At least one account elsewhere logs this user in. */
    social: z.boolean(),
    identities: z.array(z.object({ provider: z.enum(IDENTITY_PROVIDERS), linkedAt: z.string() })),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Profile' });

/** What a user sees of their own row. */
export const toProfile = (user: User, identities: readonly Identity[], timeZone: string): z.infer<typeof Profile> => ({
  id: user.id,
  email: user.email ?? '',
  emailVerified: user.emailVerifiedAt !== null,
  displayName: user.displayName ?? '',
  realName: user.realName ?? '',
  phone: phoneWithDashes(user.phone ?? ''),
  zipCode: user.zipCode,
  city: user.city ?? '',
  detailAddress: user.detailAddress ?? '',
  role: user.role,
  hasPassword: user.passwordHash !== null,
  social: identities.length > 0,
  identities: identities.map(({ provider, linkedAt }) => ({ provider, linkedAt: withOffset(timeZone, linkedAt) })),
  createdAt: withOffset(timeZone, user.createdAt),
  updatedAt: withOffset(timeZone, user.updatedAt),
});

export const TokenPair = z
  .object({
    accessToken: z.string(),
    tokenType: z.literal('Bearer'),
    /** Seconds the access token is good for. */
    expiresIn: z.int(),
    /** Only with `delivery` json; else it is in the cookie. */
    refreshToken: z.string().optional(),
    refreshExpiresIn: z.int(),
    user: z.object({ id: z.string(), displayName: z.string(), role: z.enum(ROLES) }),
  })
  .meta({ id: 'TokenPair' });

/** How a client gets its refresh token: in a cookie that scripts cannot read, or in the body. */
export const Delivery = z.enum(['cookie', 'json']).default('cookie');

export const toTokenPair = (
  { user, accessToken, expiresIn, refreshToken, refreshExpiresIn }: Pair,
  delivery: z.infer<typeof Delivery>,
): z.infer<typeof TokenPair> => ({
  accessToken,
  tokenType: 'Bearer',
  expiresIn,
  ...(delivery === 'json' && { refreshToken }),
  refreshExpiresIn,
  user: { id: user.id, displayName: user.displayName ?? '', role: user.role },
});

export const SessionBody = z
  .object({
    id: z.string(),
    /** The one that asks. */
    current: z.boolean(),
    userAgent: z.string().nullable(),
    /** With its last part masked. */
    ip: z.string().nullable(),
    createdAt: z.string(),
    lastUsedAt: z.string(),
    expiresAt: z.string(),
  })
  .meta({ id: 'Session' });

export const toSessionBody = (
  { id, userAgent, ip, createdAt, lastUsedAt, expiresAt }: Session,
  currentId: string,
  timeZone: string,
): z.infer<typeof SessionBody> => ({
  id,
  current: id === currentId,
  userAgent,
  ip: ip?.replace(/[^.:]*$/, 'x') ?? null,
  createdAt: withOffset(timeZone, createdAt),
  lastUsedAt: withOffset(timeZone, lastUsedAt),
  expiresAt: withOffset(timeZone, expiresAt),
});
