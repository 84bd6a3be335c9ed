// Hands the command line to oclif. Loaded only on a supported Node.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { execute, settings } from '@oclif/core';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs one command: the compiled one, or in development the TypeScript itself. */
export async function startCli(mode) {
  // oclif would look for tsx or ts-node whenever NODE_ENV is test or development; we never want either.
  settings.enableAutoTranspile = false;
  endQuietlyOnClosedPipe();
  if (mode === 'production' && !existsSync(`${root}/dist/commands`)) {
    throw new Error('it was never built');
  }
  const args = helpFirst(process.argv.slice(2));
  await execute({ args, loadOptions: mode === 'development' ? fromSources() : { root } });
}

/** `pillivery help bill status` is `pillivery bill status --help`. */
const helpFirst = ([first, ...rest]) =>
  first === 'help' ? [...rest, '--help'] : first === undefined ? [] : [first, ...rest];

/** The same package as far as oclif can tell, with the sources in the place of the compiled files. */
function fromSources() {
  const sources = readFileSync(`${root}/package.json`, 'utf8')
    .replaceAll(/\.\/dist\/([\w/-]+)\.js/g, './$1.ts')
    .replaceAll('./dist/', './');
  return { root, pjson: JSON.parse(sources), ignoreManifest: true };
}

/** `pillivery … | head` is no error: whoever reads has seen enough. */
function endQuietlyOnClosedPipe() {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
      throw error;
    });
  }
}
