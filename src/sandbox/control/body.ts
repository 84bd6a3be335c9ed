import type { Context } from 'hono';
import type { z } from 'zod';
import { InvalidInput } from '../../platform/errors.ts';
import { describeProblem } from '../problems.ts';

/** The JSON body of a request; `InvalidInput` when it is none. */
export async function jsonOf(c: Context): Promise<unknown> {
  const text = await c.req.text();
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    throw new InvalidInput('INVALID_INPUT', 'the body must be a JSON object');
  }
}

/** The body in a form; `InvalidInput` names the field that is wrong. */
export async function readForm<T>(c: Context, form: z.ZodType<T>): Promise<T> {
  const body = await jsonOf(c);
  const read = form.safeParse(body);
  if (!read.success) throw new InvalidInput('INVALID_INPUT', describeProblem(read.error, body));
  return read.data;
}
