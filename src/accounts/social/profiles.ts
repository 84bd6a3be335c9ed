import { z } from 'zod';
import type { IdentityProviderName } from '../../schema.ts';
import * as field from '../fields.ts';

/** What a provider says of somebody who logged in there. Only the subject says who they are. */
export interface SocialProfile {
  subject: string;
  email: string | null;
  emailVerified: boolean;
  /** Offered when the account is completed; undefined where the provider knows none that fits our rules. */
  displayName: string | null;
  realName: string | null;
}

/** What a provider said, before our rules. */
interface Claims {
  subject: string;
  email?: string | null | undefined;
  emailVerified?: boolean | undefined;
  nickname?: string | null | undefined;
  name?: string | null | undefined;
}

const text = z.string().nullish();
const subject = z.string().min(1).max(128);

/** Claims of an ID token, which are also what Google's profile call answers. */
const standard = z
  .object({ sub: subject, email: text, email_verified: z.boolean().nullish(), nickname: text, name: text })
  .transform(({ sub, email, email_verified: verified, nickname, name }): Claims => ({
    subject: sub,
    email,
    emailVerified: verified ?? false,
    nickname: nickname ?? name,
    name,
  }));

/** An address that is no longer valid has gone over to somebody else's account at Kakao: it is left out. */
const kakao = z
  .object({
    id: z.int().transform(String).pipe(subject),
    kakao_account: z
      .object({
        email: text,
        is_email_valid: z.boolean().nullish(),
        is_email_verified: z.boolean().nullish(),
        name: text,
        profile: z.object({ nickname: text }).nullish(),
      })
      .nullish(),
  })
  .transform(({ id, kakao_account: account }): Claims => ({
    subject: id,
    email: account?.is_email_valid ? account.email : null,
    emailVerified: account?.is_email_verified ?? false,
    nickname: account?.profile?.nickname,
    name: account?.name,
  }));

/** Naver's e-mail is where somebody wants to be written to; nobody has checked that it is theirs. */
const naver = z
  .object({ response: z.object({ id: subject, email: text, nickname: text, name: text }) })
  .transform(({ response: { id, ...person } }): Claims => ({ subject: id, emailVerified: false, ...person }));

const PROFILE_CALLS = { GOOGLE: standard, KAKAO: kakao, NAVER: naver } as const;

/** Reads the claims of an ID token that was checked; undefined where they name nobody. */
export const profileOfClaims = (claims: unknown): SocialProfile | undefined => read(standard, claims);

/** Reads the answer of a provider's profile call; undefined where it names nobody. */
export const profileOfCall = (provider: IdentityProviderName, answer: unknown): SocialProfile | undefined =>
  read(PROFILE_CALLS[provider], answer);

function read(schema: z.ZodType<Claims>, answer: unknown): SocialProfile | undefined {
  const { data } = schema.safeParse(answer);
  if (!data) return undefined;
  const email = fitting(field.email, data.email);
  return {
    subject: data.subject,
    email,
    emailVerified: email !== null && (data.emailVerified ?? false),
    displayName: fitting(field.displayName, data.nickname?.normalize('NFC').replaceAll(/[^A-Za-z0-9가-힣]/g, '')),
    realName: fitting(field.realName, data.name?.replaceAll(/\s/g, '')),
  };
}

const fitting = (schema: z.ZodType<string>, value: string | null | undefined): string | null =>
  schema.safeParse(value).data ?? null;
