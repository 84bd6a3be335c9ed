import { z } from 'zod';
import { isDay } from '../../platform/calendar.ts';
import { words } from '../../platform/http/bodies.ts';
import { CATEGORY_CODES } from '../../schema.ts';
import { brandKeyOf } from '../keys.ts';

const MOST_WON = 100_000_000;
const LONGEST_TEXT = 10_000;

/** Rates are stored in tenths of a percent, so that is as fine as one may be given. */
const isTenths = (rate: number): boolean => Math.abs(rate * 10 - Math.round(rate * 10)) < 1e-6;

/** Of this shop's host or by TLS; a picture by plain http would be blocked, and other schemes run scripts. */
const picture = z
  .string()
  .trim()
  .max(500)
  .regex(/^(?:https:\/\/[^\s/]|\/(?![/\\]))\S*$/);

const text = (most = LONGEST_TEXT) => words(0, most).transform((said) => said || null);

/** Optional, and emptied by null. */
const maybe = <T extends z.ZodType>(schema: T) => schema.nullable().optional();

/** What an item says beside its name, brand and price: all of it may be left out. */
const OPTIONAL = {
  discountRate: z
    .number()
    .min(0)
    .max(100)
    .refine(isTenths, 'format')
    .optional()
    .meta({ description: 'percent, with one decimal' }),
  discountPrice: z.int().min(0).max(MOST_WON).optional().meta({ description: 'won off each unit' }),
  statementNumber: maybe(words(1, 40)),
  thumbnail: maybe(picture),
  descriptionImage: maybe(picture),
  mainFunction: maybe(text()),
  baseStandard: maybe(text()),
  appearance: maybe(text()),
  servingUse: maybe(text()),
  storage: maybe(text()),
  precautions: maybe(text()),
  shelfLife: maybe(text(200)),
  registeredOn: maybe(z.string().refine(isDay, 'format')),
  categories: z
    .array(z.enum(CATEGORY_CODES))
    .min(1)
    .refine((codes) => new Set(codes).size === codes.length, 'not_allowed')
    .nullable()
    .optional()
    .meta({ description: 'chosen by a person; null or none: by the words of mainFunction' }),
  status: z.enum(['ON_SALE', 'SOLD_OUT', 'HIDDEN']).optional(),
};

const REQUIRED = {
  name: words(1, 200),
  brand: words(1, 100).refine((name) => brandKeyOf(name).length <= 100, 'too_long'),
  originPrice: z.int().min(1).max(MOST_WON),
};

interface Discount {
  discountRate?: number | undefined;
  discountPrice?: number | undefined;
}

/** Two ways to say one thing would have to agree, so only one may be given. */
const isOneDiscount = ({ discountRate, discountPrice }: Discount): boolean =>
  discountRate === undefined || discountPrice === undefined;
const ONE_DISCOUNT = { path: ['discountPrice'], message: 'not_allowed' };

export const NewItem = z.strictObject({ ...REQUIRED, ...OPTIONAL }).refine(isOneDiscount, ONE_DISCOUNT);

export const ItemChange = z
  .strictObject({ ...z.strictObject(REQUIRED).partial().shape, ...OPTIONAL, version: z.int().min(1).optional() })
  .refine(isOneDiscount, ONE_DISCOUNT);

/** A row of an import: the fields of an item, found again by its statement number. */
export const ImportedItem = z
  .strictObject({ ...z.strictObject(REQUIRED).partial().shape, ...OPTIONAL, statementNumber: words(1, 40) })
  .refine(isOneDiscount, ONE_DISCOUNT);

/** What may be said of an item; what is left out stays as it is. */
export type ItemFields = Omit<z.infer<typeof ItemChange>, 'version'>;
export type NewItemFields = z.infer<typeof NewItem>;
