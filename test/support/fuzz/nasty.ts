import type { Chance } from './chance.ts';

/** Texts that have broken something somewhere: quoting, encoding, length, numbers at their edge, names of objects. */
export const NASTY_TEXTS = [
  '',
  ' ',
  "' OR 1=1 --",
  '"; drop table users; --',
  '`',
  '%',
  '_',
  '\\',
  '../../etc/passwd',
  '%00',
  '\u0000',
  '\u001b[2J',
  '\u202e',
  '\ud800',
  '😀'.repeat(300),
  'ﬀ'.normalize('NFKD'),
  'a'.repeat(10_000),
  '-1',
  '0',
  '1e309',
  '99999999999999999999',
  'NaN',
  'null',
  'undefined',
  'true',
  '[object Object]',
  '__proto__',
  'constructor',
  '{{7*7}}',
  '<script>alert(1)</script>',
  'EYE',
  '2026-02-30',
  'pa_00000000000000000000000000',
  '01900000-0000-7000-8000-000000000000',
];

const NASTY_VALUES: unknown[] = [
  ...NASTY_TEXTS,
  null,
  true,
  0,
  -1,
  0.1,
  1e308,
  Number.MAX_SAFE_INTEGER + 1,
  [],
  {},
  [[[[]]]],
  { a: { b: { c: {} } } },
  { $ne: null },
];

const nastyValue = (chance: Chance): unknown => chance.one(NASTY_VALUES);

/** A body with one part of it replaced, dropped, or added to. */
function damaged(chance: Chance, body: unknown): unknown {
  if (typeof body !== 'object' || body === null || chance.happens(0.1)) return nastyValue(chance);
  if (Array.isArray(body)) return damagedList(chance, body);
  const copy: Record<string, unknown> = { ...body };
  const name = chance.one([...Object.keys(copy), 'extra']);
  if (chance.happens(0.2)) delete copy[name];
  else copy[name] = chance.happens(0.5) ? damaged(chance, copy[name]) : nastyValue(chance);
  return copy;
}

function damagedList(chance: Chance, list: unknown[]): unknown[] {
  if (list.length === 0 || chance.happens(0.2)) return [...list, nastyValue(chance)];
  if (chance.happens(0.2)) return Array.from({ length: 200 }, () => list[0]);
  const at = chance.below(list.length);
  return list.map((entry, index) => (index === at ? damaged(chance, entry) : entry));
}

/** Texts that are no JSON, or hardly. */
const BROKEN_JSON = [
  '',
  '{',
  '[',
  '{"a":',
  'nope',
  '{"a":1}{',
  '\ufeff{}',
  '"\\ud800"',
  '[1,]',
  "{'a':1}",
  '1e999',
  'NaN',
];

/** A body as it goes over the wire. */
export function nastyBody(chance: Chance, good: unknown): string {
  if (chance.happens(0.15)) return chance.one(BROKEN_JSON);
  if (chance.happens(0.02)) return '['.repeat(50_000);
  if (chance.happens(0.02)) return JSON.stringify({ big: 'x'.repeat(300_000) });
  const text = JSON.stringify(chance.happens(0.3) ? good : damaged(chance, good));
  if (!chance.happens(0.1)) return text;
  return text.slice(0, chance.below(text.length));
}

const NASTY_HEADERS: [string, string[]][] = [
  [
    'content-type',
    ['text/plain', 'application/json; charset=latin1', 'multipart/form-data', 'application/xml', ';', 'a/b'],
  ],
  ['accept', ['text/html', 'application/json', '*/*;q=bogus', '']],
  [
    'authorization',
    ['Bearer', 'Bearer ', 'Bearer a.b.c', 'Basic YTpi', 'Bearer eyJhbGciOiJub25lIn0.e30.', 'Service x'],
  ],
  [
    'idempotency-key',
    ['short', 'a'.repeat(129), 'good-key-1', 'good-key-2', '한글'.normalize('NFC').replaceAll(/./gu, 'x')],
  ],
  ['x-request-id', ['x', 'a'.repeat(65), 'good.id_123', '<script>']],
  ['x-forwarded-for', ['1.2.3.4', ',,,', 'nonsense', '::1, 10.0.0.1', 'a'.repeat(5_000)]],
  ['origin', ['null', 'https://evil.test', 'http://127.0.0.1:8080', 'garbage']],
  ['if-none-match', ['*', 'W/"1"', '"', 'x']],
  ['cookie', ['pv_refresh=x', 'pv_ticket=%00', 'a=b; ;=; c', '=']],
  ['x-signup-ticket', ['x', 'a.b.c']],
  ['content-length', ['5', '999999', '-1', 'x']],
  ['transfer-encoding', ['chunked', 'gzip']],
  ['accept-encoding', ['gzip', 'br;q=2']],
  ['range', ['bytes=0-', 'bytes=-1']],
  ['host', ['evil.test', '127.0.0.1:1']],
];

/** A few headers that mean no good. */
export function nastyHeaders(chance: Chance): Record<string, string> {
  const headers: Record<string, string> = {};
  while (chance.happens(0.4)) {
    const [name, values] = chance.one(NASTY_HEADERS);
    headers[name] = chance.one(values);
  }
  return headers;
}

/** A text as part of a path: mostly encoded as it should be, sometimes not. */
export function nastySegment(chance: Chance): string {
  if (chance.happens(0.1)) return chance.one(['%', '%zz', '%E0%A4%A', '..', '.', '%2e%2e%2f', ';a=b', '@', ':']);
  return encodeURIComponent(chance.one(NASTY_TEXTS).toWellFormed()) || 'x';
}
