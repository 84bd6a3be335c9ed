import { z } from 'zod';

/** `{data}`: the body of every successful answer that is not a list. */
export const dataOf = <T extends z.ZodType>(schema: T) => z.object({ data: schema });

/** `{data, page}`: the body of every list. */
export const listOf = <T extends z.ZodType>(schema: T) =>
  z.object({
    data: z.array(schema),
    page: z.object({ page: z.int(), size: z.int(), totalElements: z.int(), totalPages: z.int() }),
  });

/** What one JSON answer of a route looks like to the OpenAPI document. */
export const answer = <T extends z.ZodType>(description: string, schema: T) => ({
  description,
  content: { 'application/json': { schema } },
});

/** A required JSON body: without `required`, a request without a content type would not be validated. */
export const jsonBody = <T extends z.ZodType>(schema: T) => ({
  required: true as const,
  content: { 'application/json': { schema } },
});

/** Whole numbers of a query string; anything else is refused, never clamped. */
export const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.int().min(least).max(most));

/** Free text: normalised, trimmed, without control characters. */
export const words = (least: number, most: number) =>
  z
    .string()
    .normalize('NFC')
    .trim()
    .min(least)
    .max(most)
    .regex(/^[^\p{Cc}]*$/u);

export const pageOf = (page: number, size: number, totalElements: number) => ({
  page,
  size,
  totalElements,
  totalPages: Math.ceil(totalElements / size),
});
