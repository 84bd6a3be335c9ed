import { z } from 'zod';
import { isAddressRange } from '../http/addresses.ts';

/** Says whether the runtime's time zone data knows a name. */
function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}

const timeZone = z.string().refine(isTimeZone, 'must be an IANA time zone, such as Asia/Seoul');
const baseUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''));
const origin = z.url({ protocol: /^https?$/ }).refine((url) => new URL(url).origin === url, 'must be an origin, such as https://shop.example');
const perWindow = z.int().min(1).max(1_000_000_000);
const secret = (leastBytes: number) =>
  z.string().refine((text) => Buffer.byteLength(text) >= leastBytes, `must be at least ${leastBytes} bytes long`);

/** How calls of one kind are limited; each kind has connections, bulkhead and breaker of its own. */
const callLimits = z.strictObject({
  bulkhead: z.int().min(1).max(10_000),
  queue: z.int().min(0).max(10_000),
  longestWaitMs: z.int().min(0).max(60_000),
  connectTimeoutMs: z.int().min(100).max(60_000),
  readTimeoutMs: z.int().min(100).max(60_000),
  deadlineMs: z.int().min(100).max(120_000),
  retries: z.int().min(0).max(10),
  backoffMs: z.int().min(1).max(60_000),
});

const address = z.union([z.literal(''), z.url({ protocol: /^https?$/ })]);

/** Our application at a provider of social logins. It is offered once it has an id and a secret. */
const socialApp = z
  .strictObject({
    clientId: z.string().max(200),
    clientSecret: secret(8).optional(),
    protocol: z.enum(['OIDC', 'OAUTH2']),
    issuer: address,
    authorizationUrl: address,
    tokenUrl: address,
    profileUrl: address,
    scope: z.string().max(200),
  })
  .refine(({ protocol, issuer }) => protocol !== 'OIDC' || issuer, 'OIDC needs an issuer')
  .refine(
    ({ protocol, ...urls }) => protocol !== 'OAUTH2' || (urls.authorizationUrl && urls.tokenUrl && urls.profileUrl),
    'OAUTH2 needs authorizationUrl, tokenUrl and profileUrl',
  );

/** Shape of the configuration. The defaults are in config/pillivery.yaml, which is also its documentation. */
export const ConfigSchema = z.strictObject({
  env: z.enum(['development', 'test', 'production']),
  dataDir: z.string().min(1),
  shop: z.strictObject({ timeZone, storefrontUrl: baseUrl, publicUrl: baseUrl }),
  http: z.strictObject({
    host: z.string().min(1),
    port: z.int().min(0).max(65_535),
    maxBodyBytes: z.int().min(1_024),
    mostAtOnce: z.int().min(1),
    trustedProxies: z.array(z.string().refine(isAddressRange, 'must be addresses or networks, such as 10.0.0.0/8')),
    allowedOrigins: z.array(origin),
    docs: z.boolean(),
  }),
  database: z.strictObject({ url: z.string(), poolSize: z.int().min(1).max(200) }),
  redis: z.strictObject({ url: z.string().regex(/^(rediss?:\/\/.+)?$/, 'must begin with redis:// or rediss://'), prefix: z.string().max(40) }),
  auth: z.strictObject({
    accessTokenMinutes: z.int().min(1).max(1_440),
    hashesAtOnce: z.int().min(0).max(64),
    jwtKey: secret(32).optional(),
    oldJwtKeys: z.string().optional(),
    oauth: z.strictObject({
      allowHttp: z.boolean(),
      connectTimeoutMs: z.int().min(100).max(60_000),
      readTimeoutMs: z.int().min(100).max(60_000),
      deadlineMs: z.int().min(100).max(60_000),
      google: socialApp,
      kakao: socialApp,
      naver: socialApp,
    }),
  }),
  limits: z.strictObject({
    requestsPerMinute: perWindow,
    searchesPerMinute: perWindow,
    loginFailures: perWindow,
    loginFailuresOfAccount: perWindow,
    signUpsPerHour: perWindow,
    resetsPerHour: perWindow,
    paymentStartsPerMinute: perWindow,
    lookupsPerMinute: perWindow,
  }),
  catalog: z.strictObject({ pageSize: z.int().min(1).max(100) }),
  orders: z.strictObject({
    expireHours: z.int().min(1).max(720),
    minPayAmount: z.int().min(100),
    maxPayAmount: z.int().min(100),
  }),
  subscriptions: z.strictObject({ periodDays: z.array(z.int().min(7).max(365)).min(1) }),
  payments: z.strictObject({
    provider: z.enum(['KAKAOPAY']),
    allowSandbox: z.boolean(),
    tokenKey: secret(32).optional(),
    oldTokenKeys: z.string().optional(),
    kakaopay: z.strictObject({
      baseUrl,
      oneTimeCid: z.string().min(1).max(10),
      recurringCid: z.string().min(1).max(10),
      secretKey: secret(8).optional(),
      witness: z.enum(['off', 'suggest', 'approve', 'auto']),
      pay: callLimits,
      charge: callLimits.omit({ bulkhead: true, queue: true, longestWaitMs: true }),
      refund: callLimits,
      lookup: callLimits,
      breaker: z.strictObject({
        size: z.int().min(1).max(10_000),
        minimumCalls: z.int().min(1).max(10_000),
        threshold: z.number().gt(0).lt(1),
        openMs: z.int().min(10).max(600_000),
        trialCalls: z.int().min(1).max(1_000),
      }),
    }),
    answerWithinMs: z.int().min(100).max(60_000),
    resolveEveryMs: z.int().min(10).max(600_000),
    keepAnswersMs: z.int().min(0).max(600_000),
  }),
  outbox: z.strictObject({
    pollMs: z.int().min(10).max(600_000),
    leaseSeconds: z.int().min(1).max(3_600),
    maxAttempts: z.int().min(1).max(100),
    keepDoneDays: z.int().min(1).max(3_650),
  }),
  billing: z.strictObject({
    concurrency: z.int().min(1).max(256),
    catchUpDays: z.int().min(0).max(366),
    pricePolicy: z.enum(['LOCKED', 'CURRENT']),
    leaseSeconds: z.int().min(5).max(600),
    heartbeatSeconds: z.int().min(1).max(60),
    ladderDays: z
      .array(z.int().min(1).max(30))
      .length(3)
      .refine((days) => days.every((day, index) => day > (days[index - 1] ?? 0)), 'each must be later than the one before'),
    mostDaysPutOff: z.int().min(1).max(60),
    upcomingDays: z.int().min(1).max(30),
    resolveSeconds: z.int().min(0).max(3_600),
    deadlineMinutes: z.int().min(1).max(1_440),
    breakerPatienceSeconds: z.int().min(0).max(86_400),
    repeatAfterMs: z.int().min(1).max(60_000),
    metricsFile: z.string(),
    deadManAt: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day, HH:MM'),
  }),
  log: z.strictObject({ level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']) }),
  clock: z.strictObject({ now: z.union([z.literal(''), z.iso.datetime({ offset: true })]) }),
});

export type Config = z.infer<typeof ConfigSchema>;

/** Keys whose values never stand in a file of settings, and what makes a good one. */
export const SECRET_KEYS: Record<string, string> = {
  'auth.jwtKey': 'make one with: openssl rand -base64 48',
  'auth.oldJwtKeys': 'earlier values of auth.jwtKey, separated by commas, for as long as tokens of them are about',
  'payments.tokenKey': 'make one with: openssl rand -base64 48',
  'payments.oldTokenKeys': 'earlier values of payments.tokenKey, separated by commas',
  'auth.oauth.google.clientSecret': 'it is the client secret of your OAuth client in the Google Cloud console',
  'auth.oauth.kakao.clientSecret': 'it is the client secret of your application at Kakao Developers',
  'auth.oauth.naver.clientSecret': 'it is the client secret of your application at Naver Developers',
  'payments.kakaopay.secretKey': 'it is the secret key of your KakaoPay application',
};

/** Every key in dotted form, whether optional or not: what an unknown one is compared with. */
export function knownKeys(): string[] {
  return leaves(ConfigSchema, []);
}

function leaves(schema: unknown, path: readonly string[]): string[] {
  if (!(schema instanceof z.ZodObject)) return [path.join('.')];
  return Object.entries(schema.shape).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}
