import { z } from 'zod';

/** A value that people write as a word or a plain number; `error` says how. */
export const worded = <T>(read: (text: string) => T | undefined, error: string) =>
  z.union([z.number(), z.string()], { error }).transform((given, context): T => {
    const value = read(String(given));
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: error });
    return z.NEVER;
  });
