// Fills the generated parts of README.md, or with --check says whether they are as they should be.
// Needs a build: `npm run docs` makes one first.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { EXIT_CODES } from '../../src/cli/exit-codes.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const README = join(ROOT, 'README.md');

const written = await readFile(README, 'utf8');
const generated = fill(await withCommands(written), 'exit-codes', exitCodes());

if (!process.argv.includes('--check')) {
  await writeFile(README, generated);
} else if (generated !== written) {
  console.error(
    `README.md is not what the code says it should be, first in line ${firstDifference()}. Try: npm run docs`,
  );
  process.exitCode = 1;
}

/** The page as `oclif readme` leaves it, made on a copy. */
async function withCommands(page: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pillivery-docs-'));
  const copy = join(folder, 'README.md');
  try {
    // oclif matches what it replaces with one expression, too deep for a long page: hand it empty parts.
    await writeFile(copy, fill(fill(page, 'usage', ''), 'commands', ''));
    await runOclif(['readme', '--readme-path', copy, '--no-source-links', '--no-aliases']);
    return withoutMachine(await readFile(copy, 'utf8'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function runOclif(args: string[]): Promise<void> {
  // A fixed width and no colour: the page may not depend on whose terminal it was made in.
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, COLUMNS: '100', OCLIF_COLUMNS: '100', NO_COLOR: '1' };
  await promisify(execFile)(process.execPath, [join(ROOT, 'node_modules/oclif/bin/run.js'), ...args], {
    cwd: ROOT,
    env,
  });
}

/** Takes out what differs from machine to machine, and the advice to install from a registry that does not have us. */
function withoutMachine(page: string): string {
  return page
    .replace(/^\$ npm install -g .*\n/m, '')
    .replace(/^(pillivery\/[\d.]+) .*$/m, '$1')
    .replaceAll(/[ \t]+$/gm, '');
}

function fill(page: string, tag: string, body: string): string {
  const [open, close] = [`<!-- ${tag} -->`, `<!-- ${tag}stop -->`];
  const [start, end] = [page.indexOf(open), page.indexOf(close)];
  if (start < 0 || end < start) throw new Error(`Bug: README.md has lost its marks ${open} and ${close}.`);
  return `${page.slice(0, start)}${open}\n${body}${page.slice(end)}`;
}

function exitCodes(): string {
  const rows = Object.entries(EXIT_CODES).map(([name, { code, means }]) => `| ${code} | ${spoken(name)} | ${means} |`);
  return ['| code | name | means |', '| --- | --- | --- |', ...rows, ''].join('\n');
}

/** `personNeeded` is "person needed". */
function spoken(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function firstDifference(): number {
  const lines = written.split('\n');
  const wanted = generated.split('\n');
  return wanted.findIndex((line, index) => line !== lines[index]) + 1 || wanted.length;
}
