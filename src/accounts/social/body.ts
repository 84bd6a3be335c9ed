import { z } from 'zod';
import { IDENTITY_PROVIDERS } from '../../schema.ts';
import type { ProvedLogin } from './finish-login.ts';

/** What a provider told, to fill in the form of a sign-up. */
export const Suggestion = z
  .object({
    provider: z.enum(IDENTITY_PROVIDERS),
    /** Null where the provider gave none: then the form asks for it. */
    email: z.string().nullable(),
    emailVerified: z.boolean(),
    displayName: z.string().nullable(),
    realName: z.string().nullable(),
  })
  .meta({ id: 'SignUpSuggestion' });

/** Without the subject, which is nobody's business. */
export const toSuggestion = ({
  provider,
  profile: { email, emailVerified, displayName, realName },
}: ProvedLogin): z.infer<typeof Suggestion> => ({ provider, email, emailVerified, displayName, realName });

export const ProfileRequired = z
  .object({ status: z.literal('PROFILE_REQUIRED'), ticket: z.string(), suggested: Suggestion })
  .meta({ id: 'ProfileRequired' });

export const Linked = z
  .object({ status: z.literal('LINKED'), provider: z.enum(IDENTITY_PROVIDERS) })
  .meta({ id: 'IdentityLinked' });

export const Authorization = z.object({ authorizationUrl: z.string() }).meta({ id: 'SocialAuthorization' });

/** A path of the storefront, which cannot be read as another host; browsers pass over control characters. */
export const ReturnTo = z
  .string()
  .max(500)
  .regex(/^\/(?![/\\])[^\p{Cc}\\]*$/u)
  .optional();
