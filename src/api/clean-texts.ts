import { InvalidInput, type FieldProblem } from '../platform/errors.ts';

/** Passwords are compared letter by letter, so nobody touches them. */
const UNTOUCHED = /password$/i;
/** Fields whose text may have lines: what a review says. */
const WITH_LINES = new Set(['content']);
/** Nothing the API takes is nested deeper; a body that is was made to hurt. */
const DEEPEST = 16;

/** A copy of a body with its texts normalised (NFC) and trimmed; `InvalidInput` where one holds control characters. */
export function cleanTexts(body: unknown): unknown {
  const problems: FieldProblem[] = [];
  const clean = (value: unknown, path: (string | number)[]): unknown => {
    if (path.length > DEEPEST) throw new InvalidInput('MALFORMED_REQUEST', 'The request cannot be read.');
    if (typeof value === 'string') return cleanText(value, path);
    if (Array.isArray(value)) return value.map((entry, index) => clean(entry, [...path, index]));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, clean(inner, [...path, key])]));
  };
  const cleanText = (text: string, path: (string | number)[]): string => {
    const name = String(path.at(-1) ?? '');
    if (!isReadable(text, WITH_LINES.has(name))) problems.push({ field: path.join('.'), reason: 'format' });
    return UNTOUCHED.test(name) ? text : text.normalize('NFC').trim();
  };
  const cleaned = clean(body, []);
  if (problems.length === 0) return cleaned;
  throw new InvalidInput('VALIDATION_FAILED', 'Some fields are not as they should be.', { fields: problems });
}

/** Without control characters and halves of characters, which the two databases would keep differently. */
const isReadable = (text: string, withLines: boolean): boolean =>
  text.isWellFormed() && !/\p{Cc}/u.test(withLines ? text.replaceAll('\n', '') : text);
