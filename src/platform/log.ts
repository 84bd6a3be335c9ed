import pino from 'pino';
import { withoutParameters } from './database/index.ts';

/** What the house logs with: one JSON line per event on stderr. Fields first, then a sentence. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Log;
}

/** Field names whose values never reach a log, at the top of a line and one level below. */
const SECRET_FIELDS = [
  'authorization',
  'cookie',
  'password',
  'passwordHash',
  'token',
  'accessToken',
  'tokenCipher',
  'tokenHash',
  'sid',
  'pg_token',
  'pgToken',
  'secretKey',
  'jwtKey',
  'tokenKey',
  'email',
  'phone',
  'realName',
  'detailAddress',
];

/** Opens the log at a level; `silent` writes nothing. Lines are written at once, so a killed process loses none. */
export function openLog(level: string): Log {
  return pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
      serializers: { err: (error: unknown) => pino.stdSerializers.err(withoutParameters(error) as Error) },
    },
    pino.destination({ fd: 2, sync: true }),
  );
}
