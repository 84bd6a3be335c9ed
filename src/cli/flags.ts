import { Args, Flags } from '@oclif/core';
import { ATTEMPT_PURPOSES, ATTEMPT_STATES, REFUND_REASON_CODES } from '../schema.choices.ts';

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

export const count = (options: { summary: string; dependsOn?: string[] }) =>
  Flags.integer({ ...options, ...whole(0, 10_000_000), helpValue: 'N' });

/** A whole number of at least one. */
export const atLeastOne = (options: { summary: string; max?: number }) =>
  Flags.integer({ ...options, ...whole(1, options.max ?? 10_000_000), helpValue: 'N' });

/** A length of time; wrong words are refused before anything is opened. */
export const length = (options: { summary: string; default?: string }) =>
  Flags.string({
    ...options,
    helpValue: '90s|5m|1h',
    parse: async (text) => {
      const { lengthMs } = await import('../platform/calendar.ts');
      const { InvalidInput } = await import('../platform/errors.ts');
      if (lengthMs(text) !== undefined) return text;
      throw new InvalidInput('LENGTH_INVALID', `${text} is no length of time; give one such as 90s, 5m or 1h.`);
    },
  });

/** Ids, separated by commas, or the name of a file that holds one a line. */
export const ids = (options: { summary: string }) => Flags.string({ ...options, helpValue: 'ID,…|@FILE' });

/** An amount of money. */
export const won = Flags.custom<number>({
  helpValue: 'WON',
  parse: async (text) => {
    const { InvalidInput } = await import('../platform/errors.ts');
    if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
    throw new InvalidInput('AMOUNT_INVALID', `${text} is no amount; give whole won without separators, at least 1.`);
  },
});

export const refundReason = Flags.option({ options: REFUND_REASON_CODES });

/** Why a person does something; it is kept with what they did. */
export const note = Flags.custom<string>({
  helpValue: 'TEXT',
  parse: async (text) => {
    const { InvalidInput } = await import('../platform/errors.ts');
    const said = text.trim();
    if (said.length >= 5 && said.length <= 300) return said;
    throw new InvalidInput('NOTE_INVALID', 'A note has 5 to 300 characters.');
  },
});

/** A moment with its zone; wrong words are refused before anything is opened. */
export const moment = (options: { summary: string }) =>
  Flags.string({
    ...options,
    helpValue: 'TIME',
    parse: async (text) => {
      const { isMoment } = await import('../platform/calendar.ts');
      const { InvalidInput } = await import('../platform/errors.ts');
      if (isMoment(text)) return text;
      throw new InvalidInput('TIME_INVALID', `${text} is no moment; give one as 2026-11-20T09:00:00+09:00.`);
    },
  });

export const attemptState = (options: { summary: string }) => Flags.option({ ...options, options: ATTEMPT_STATES })();

export const attemptPurpose = (options: { summary: string }) =>
  Flags.option({ ...options, options: ATTEMPT_PURPOSES })();

/** Why a person decides about money by hand; the action says how long it may be. */
export const operatorNote = () =>
  Flags.string({ summary: 'why, in 10 to 300 characters, for the audit log', helpValue: 'TEXT', required: true });

/** Who does something by hand. */
export const by = () =>
  Flags.string({ summary: 'who does it, for the audit log; your user name if left out', helpValue: 'NAME' });

export const attempt = () => Args.string({ description: 'the payment, as pa_…', required: true });

export const refund = () => Args.string({ description: 'the refund, as rf_…', required: true });
