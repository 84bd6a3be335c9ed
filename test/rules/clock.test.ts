import { glob, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** oxlint forbids `Date.now`, but cannot tell `new Date()` from `new Date(moment)`. */
const READS_THE_CLOCK = /\bDate\.now\b|\bnew Date(?:\(\s*\)|(?![\w(]))|(?<!new )\bDate\(/;

const withoutComments = (source: string) => source.replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, '');

it('reads the clock of the machine in one place only', async () => {
  const readers: string[] = [];
  for await (const file of glob('{src,commands,bin}/**/*.{ts,js}', { cwd: ROOT })) {
    if (READS_THE_CLOCK.test(withoutComments(await readFile(`${ROOT}/${file}`, 'utf8')))) readers.push(file);
  }
  expect(readers).toEqual(['src/platform/clock.ts']);
});

it.each(['new Date()', 'new Date( )', 'Date.now()', 'const now = Date.now;', 'new Date;', 'Date()'])(
  'recognises %s',
  (source) => {
    expect(source).toMatch(READS_THE_CLOCK);
  },
);

it.each(['new Date(moment)', "new Date('2026-03-01')", 'parseDate()', 'let at: Date;', 'Date.UTC(2026, 1)'])(
  'lets %s pass',
  (source) => {
    expect(source).not.toMatch(READS_THE_CLOCK);
  },
);
