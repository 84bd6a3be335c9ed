import { z } from 'zod';

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
const secret = (leastBytes: number) =>
  z.string().refine((text) => Buffer.byteLength(text) >= leastBytes, `must be at least ${leastBytes} bytes long`);

/** Shape of the configuration. The defaults are in config/pillivery.yaml, which is also its documentation. */
export const ConfigSchema = z.strictObject({
  env: z.enum(['development', 'test', 'production']),
  dataDir: z.string().min(1),
  shop: z.strictObject({ timeZone, storefrontUrl: baseUrl, publicUrl: baseUrl }),
  http: z.strictObject({
    host: z.string().min(1),
    port: z.int().min(0).max(65_535),
    maxBodyBytes: z.int().min(1_024),
  }),
  database: z.strictObject({ url: z.string(), poolSize: z.int().min(1).max(200) }),
  auth: z.strictObject({ accessTokenMinutes: z.int().min(1).max(1_440), jwtKey: secret(32).optional() }),
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
    kakaopay: z.strictObject({
      baseUrl,
      oneTimeCid: z.string().min(1).max(10),
      recurringCid: z.string().min(1).max(10),
      secretKey: secret(8).optional(),
      connectTimeoutMs: z.int().min(100).max(60_000),
      readTimeoutMs: z.int().min(100).max(60_000),
    }),
  }),
  billing: z.strictObject({
    concurrency: z.int().min(1).max(256),
    catchUpDays: z.int().min(0).max(366),
    pricePolicy: z.enum(['LOCKED', 'CURRENT']),
    leaseSeconds: z.int().min(5).max(600),
    heartbeatSeconds: z.int().min(1).max(60),
  }),
  log: z.strictObject({ level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']) }),
  clock: z.strictObject({ now: z.union([z.literal(''), z.iso.datetime({ offset: true })]) }),
});

export type Config = z.infer<typeof ConfigSchema>;

/** Keys whose values never stand in a file of settings, and what makes a good one. */
export const SECRET_KEYS: Record<string, string> = {
  'auth.jwtKey': 'make one with: openssl rand -base64 48',
  'payments.tokenKey': 'make one with: openssl rand -base64 48',
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
