import pino from 'pino';
import { withoutParameters } from './database/index.ts';
import { redact } from './redact.ts';

/** What the house logs with: one JSON line per event on stderr. Fields first, then a sentence. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Log;
}

/** Opens the log at a level; `silent` writes nothing. Lines are written at once, so a killed process loses none. */
export function openLog(level: string): Log {
  return pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { log: (fields) => redact(fields) as Record<string, unknown> },
      serializers: { err: (error: unknown) => redact(pino.stdSerializers.err(withoutParameters(error) as Error)) },
    },
    pino.destination({ fd: 2, sync: true }),
  );
}
