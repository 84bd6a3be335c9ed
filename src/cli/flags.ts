import { Flags } from '@oclif/core';

const whole = (least: number, most: number) => ({ min: least, max: most });

/** A calendar day; whether it exists is checked by what is asked to act on it. */
export const day = (options: { summary: string }) => Flags.string({ ...options, helpValue: 'YYYY-MM-DD' });

export const port = (options: { summary: string }) =>
  Flags.integer({ ...options, ...whole(0, 65_535), helpValue: 'PORT' });

export const count = (options: { summary: string }) =>
  Flags.integer({ ...options, ...whole(0, 10_000_000), helpValue: 'N' });
