import { Flags } from '@oclif/core';

const whole = (least: number, most: number) => ({ min: least, max: most });

/** A calendar day that exists; wrong words are refused before anything is opened. */
export const day = (options: { summary: string }) =>
  Flags.string({
    ...options,
    helpValue: 'YYYY-MM-DD',
    parse: async (text) => {
      const { isDay } = await import('../platform/calendar.ts');
      const { InvalidInput } = await import('../platform/errors.ts');
      if (!isDay(text)) throw new InvalidInput('DATE_INVALID', `${text} is no calendar day; give one as YYYY-MM-DD.`);
      return text;
    },
  });

export const port = (options: { summary: string }) =>
  Flags.integer({ ...options, ...whole(0, 65_535), helpValue: 'PORT' });

export const count = (options: { summary: string }) =>
  Flags.integer({ ...options, ...whole(0, 10_000_000), helpValue: 'N' });
