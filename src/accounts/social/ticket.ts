import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { App } from '../../app.ts';
import { requireSecret, type Config } from '../../platform/config/index.ts';
import { Unauthenticated } from '../../platform/errors.ts';
import { IDENTITY_PROVIDERS, type IdentityProviderName } from '../../schema.ts';
import type { SocialProfile } from './profiles.ts';

/** Time to fill in a form; who needs longer logs in there once more. */
export const TICKET_MS = 10 * 60_000;

/** What a finished login at a provider proved, and until when that counts. */
export interface Ticket {
  provider: IdentityProviderName;
  profile: SocialProfile;
  expiresAt: Date;
  /** By this the database knows a ticket that was used. */
  hash: string;
}

const Content = z.object({
  provider: z.enum(IDENTITY_PROVIDERS),
  profile: z.object({
    subject: z.string(),
    email: z.string().nullable(),
    emailVerified: z.boolean(),
    displayName: z.string().nullable(),
    realName: z.string().nullable(),
  }),
  endsAt: z.int(),
});

/** `pvt_`, the content and its signature: a proof that its holder carries, so nothing is kept of logins not completed. */
const FORM = /^pvt_([\w-]+)\.([\w-]{43})$/;

export function issueTicket(
  { config, clock }: Pick<App, 'config' | 'clock'>,
  login: { provider: IdentityProviderName; profile: SocialProfile },
): string {
  const endsAt = clock.now().getTime() + TICKET_MS;
  // The random part tells two tickets of one person apart: using one must not use up the other.
  const once = randomBytes(12).toString('base64url');
  const content = Buffer.from(JSON.stringify({ ...login, endsAt, once })).toString('base64url');
  return `pvt_${content}.${sign(config, content)}`;
}

/** What a ticket says; `TICKET_INVALID` for a forged or expired one. Whether it was used, the database knows. */
export function readTicket({ config, clock }: Pick<App, 'config' | 'clock'>, ticket: string | undefined): Ticket {
  const [, content, signature] = FORM.exec(ticket ?? '') ?? [];
  if (!ticket || !content || !signature || !isEqual(signature, sign(config, content))) throw ticketInvalid();
  const { provider, profile, endsAt } = Content.parse(JSON.parse(Buffer.from(content, 'base64url').toString()));
  if (endsAt <= clock.now().getTime()) throw ticketInvalid();
  // Of the content alone, as base64url can be written in more than one way and a signature, too.
  const hash = createHash('sha256').update(content).digest('hex');
  return { provider, profile, expiresAt: new Date(endsAt), hash };
}

export const ticketInvalid = () =>
  new Unauthenticated('TICKET_INVALID', 'This sign-up can no longer be completed; log in at the provider again.');

/** A key of its own from the secret that signs access tokens: what one is used for says nothing about the other. */
function sign(config: Config, content: string): string {
  const secret = requireSecret(config, 'auth.jwtKey');
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'pillivery sign-up ticket', 32));
  return createHmac('sha256', key).update(content).digest('base64url');
}

const isEqual = (left: string, right: string): boolean =>
  left.length === right.length && timingSafeEqual(Buffer.from(left), Buffer.from(right));
