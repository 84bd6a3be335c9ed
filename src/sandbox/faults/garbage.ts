import type { WireAnswer } from '../kakaopay/errors.ts';
import type { EffectOf } from './effects.ts';

type Garbage = EffectOf<'garbage'>;
type Fields = Record<string, unknown>;

const TWO_MIB = 2 * 1024 * 1024;
/** Where a 302 leads: whoever follows it is counted as a stray call. */
const REDIRECTED = '/online/v1/payment/redirected';

/** An answer that is not what was agreed. */
export function spoiled({ status, body }: WireAnswer, { form, field = '' }: Garbage): WireAnswer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const fields: Fields = typeof body === 'string' ? {} : { ...body };
  switch (form) {
    case 'broken_json':
      return { status, body: text.slice(0, Math.floor(text.length / 2)), headers: JSON_TYPE };
    case 'html':
      return { status, body: '<!doctype html><title>Service</title><h1>Please try again later</h1>', headers: HTML };
    case 'empty':
      return { status: 200, body: '' };
    case 'redirect':
      return { status: 302, body: '', headers: { Location: REDIRECTED } };
    case 'huge':
      return { status, body: { ...fields, padding: 'x'.repeat(TWO_MIB) } };
    case 'strings':
      return { status, body: stringified(fields) as object };
    case 'trickle':
      return { status, body: text, headers: JSON_TYPE };
    case 'missing_field':
      return { status, body: changed(fields, field.split('.'), () => undefined) };
    case 'other_field':
      return { status, body: changed(fields, field.split('.'), other) };
    case 'other_amount':
      return { status, body: changed(fields, ['amount', 'total'], other) };
    case 'other_order_id':
      return { status, body: changed(fields, ['partner_order_id'], other) };
  }
}

const JSON_TYPE = { 'Content-Type': 'application/json; charset=UTF-8' };
const HTML = { 'Content-Type': 'text/html; charset=utf-8' };

/** The same fields with one of them changed, wherever it lies; a field that is not there stays away. */
function changed(fields: Fields, [key = '', ...rest]: string[], change: (value: unknown) => unknown): Fields {
  const value = fields[key];
  if (value === undefined) return fields;
  return { ...fields, [key]: rest.length === 0 ? change(value) : changed(value as Fields, rest, change) };
}

function other(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  const text = String(value);
  return /^\d{4}-\d\d-\d\dT/.test(text)
    ? `2001${text.slice(4)}`
    : `${text.slice(0, -1)}${text.endsWith('0') ? '1' : '0'}`;
}

function stringified(value: unknown): unknown {
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map(stringified);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, stringified(item)]));
}
