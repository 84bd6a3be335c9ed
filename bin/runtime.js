// Makes sure that a supported Node runs us. Written for old Nodes too: no top-level await, no `?.`, no `??`.
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import module from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The oldest Node that undici 8 runs on; `engines` in package.json says the same, and a test compares the two. */
const OLDEST = [22, 19, 0];
/** From sysexits.h, as in src/cli/exit-codes.ts, which cannot be loaded yet. */
const MISCONFIGURED = 78;

/** Calls `run` on a supported Node; on an older one hands the whole command line to the runtime npm installed beside us. */
export function onSupportedNode(run) {
  if (isSupported(process.versions.node)) {
    if (wantsSmallHeap(process.argv.slice(2))) return startAgain(SMALL_HEAP);
    // Keeps compiled code between runs; a command then starts a third sooner.
    if (module.enableCompileCache) module.enableCompileCache();
    run().catch(reportAndLeave);
    return;
  }
  const runtime = findBundledRuntime();
  if (runtime) continueOn(runtime);
  else leave(oldNodeSentence());
}

export function isSupported(version) {
  const parts = version.split('.').map(Number);
  for (let i = 0; i < OLDEST.length; i += 1) {
    if (parts[i] !== OLDEST[i]) return parts[i] > OLDEST[i];
  }
  return true;
}

/**
 * Heap limits of a billing run: with the young generation that Node 24 takes by default, memory grows to twice what the
 * run holds. They can only be given at the start.
 */
const SMALL_HEAP = ['--max-semi-space-size=8', '--max-old-space-size=128'];

/** Whether these words start a billing run, and nobody has chosen other limits. */
export function wantsSmallHeap(words) {
  const given = process.execArgv.concat(process.env.NODE_OPTIONS || '').join(' ');
  const isRun = words[0] === 'bill' && (words.length === 1 || words[1].startsWith('-'));
  return isRun && !/--max-(semi|old)-space-size/.test(given);
}

/** The same command line with these options of Node, in the place of this process where the system can do that. */
function startAgain(options) {
  const args = options.concat(process.execArgv, process.argv.slice(1));
  // The same process goes on, so that signals and supervisors need not know.
  if (process.execve) process.execve(process.execPath, [process.execPath].concat(args), process.env);
  else continueOn(process.execPath, options);
}

/** The binary of the npm package `node`: in our own node_modules, or in a parent's when npm hoisted it there. */
function findBundledRuntime() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  let folder = path.dirname(realpathSync(fileURLToPath(import.meta.url)));
  for (;;) {
    const candidate = path.join(folder, 'node_modules', 'node', 'bin', name);
    // If we already run on it, it is too old as well, and starting it again would never end.
    if (existsSync(candidate) && realpathSync(candidate) !== realpathSync(process.execPath)) return candidate;
    const parent = path.dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
}

function continueOn(runtime, options = []) {
  // Before the child starts: a signal that came in between would end us and leave the child behind.
  forwardSignals((signal) => child.kill(signal));
  const child = spawn(runtime, options.concat(process.execArgv, process.argv.slice(1)), { stdio: 'inherit' });
  child.on('error', () => leave(oldNodeSentence()));
  child.on('exit', (code, signal) => {
    process.exit(signal ? 128 + os.constants.signals[signal] : code);
  });
}

/**
 * A terminal sends Ctrl-C and hang-up to parent and child alike. Forwarding them would make two signals of one, and the
 * second means "leave at once" to us.
 */
function forwardSignals(send) {
  const onTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
  for (const signal of ['SIGTERM', 'SIGUSR2']) process.on(signal, () => send(signal));
  for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => onTerminal || send(signal));
}

const oldNodeSentence = () =>
  `Error: Pillivery needs Node ${OLDEST.join('.')} or newer and this is ${process.versions.node}. Try: install Node 24`;

function leave(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(MISCONFIGURED);
}

/** Only what fails before oclif takes over arrives here: a missing dependency, a broken installation. */
function reportAndLeave(error) {
  process.stderr.write(`Error: Pillivery could not start: ${error.message}. Try: npm ci\n`);
  process.exit(MISCONFIGURED);
}
