/**
 * Keeps secrets and people out of everything that outlives a call: logs, histories, error texts. Twice over, by the
 * name of a field and by the form of a text, because either alone has holes.
 */

const REDACTED = '[redacted]';
/** Nothing we log is nested deeper; what is would be a whole object that was never meant for a log. */
const DEEPEST = 6;

/** Names whose values are never shown; compared without case, hyphens and underscores. */
const SECRET_NAMES = new Set(
  `authorization cookie setcookie password passwordhash token accesstoken refreshtoken tokencipher tokenhash sid pgtoken
  authkey billingkey secret secretkey clientkey jwtkey oldjwtkeys tokenkey oldtokenkeys cardinfo selectedcardinfo card bin cardbin
  cardnumber cardmid approvedid email emailkey phone receiverphone realname receivername detailaddress receiverdetail
  ticket xsignupticket clientsecret codeverifier idtoken query approvalurl cancelurl failurl returnurls`.split(/\s+/),
);

const isSecretName = (name: string): boolean => SECRET_NAMES.has(name.replaceAll(/[-_]/g, '').toLowerCase());

/** Forms of secrets and of people's data, wherever they stand in a text. `$1` is what may stay. */
const SECRET_FORMS: readonly (readonly [RegExp, string])[] = [
  [/\b((?:DEV_)?SECRET_KEY|Bearer|Basic|Service)\s+[^\s"',]+/g, `$1 ${REDACTED}`],
  [
    /([?&](?:pg_token|authKey|token|ticket|code|state|code_verifier|client_secret|id_token|access_token)=)[^&\s"']+/gi,
    `$1${REDACTED}`,
  ],
  [/("?(?:pg_token|sid|billingKey|authKey)"?\s*[:=]\s*"?)[\w.-]+/g, `$1${REDACTED}`],
  [/\bpv[rpt]_[\w.-]{20,}/g, REDACTED], // our own refresh and password-reset tokens, and sign-up tickets
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, REDACTED], // a signed token (RFC 7519)
  [/\b(?:S\d{19}|SID[0-9a-f]{17}|SEED[0-9A-Za-z]{16})\b/g, REDACTED], // mandates of KakaoPay and of the sandbox
  [/[^\s@<>"',;:()]+@[^\s@<>"',;:()]+\.[^\s@<>"',;:()]+/g, '[e-mail]'],
  // A Korean telephone number, with or without dashes or country code; digits inside an id or an amount are none.
  [/(?<![\w-])(?:\+82[- ]?|0)\d{1,2}[- ]?\d{3,4}[- ]?\d{4}(?![\w-])/g, '[phone]'],
  [/(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])/g, '[card]'], // a card number (ISO/IEC 7812: 13 to 19 digits)
];

/** A text without what has the form of a secret or of somebody's address or number. */
export const redactText = (text: string): string =>
  SECRET_FORMS.reduce((rest, [form, instead]) => rest.replaceAll(form, instead), text);

/** A copy without secrets. Errors are left to whoever writes them out; their texts go through `redactText` there. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof Error) return value;
  if (depth >= DEEPEST) return REDACTED;
  if (Array.isArray(value)) return value.map((entry) => redact(entry, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      isSecretName(name) && inner !== null && inner !== undefined ? REDACTED : redact(inner, depth + 1),
    ]),
  );
}
