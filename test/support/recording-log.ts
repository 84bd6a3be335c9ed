import type { Log } from '../../src/platform/log.ts';

export interface Line {
  level: 'debug' | 'info' | 'warn' | 'error';
  message: string;
  [field: string]: unknown;
}

/** A log whose lines can be read. */
export function recordingLog(about: object = {}, lines: Line[] = []): Log & { lines: Line[] } {
  const at = (level: Line['level']) => (fields: object, message: string) =>
    void lines.push({ level, message, ...about, ...fields });
  return {
    lines,
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => recordingLog({ ...about, ...fields }, lines),
  };
}
