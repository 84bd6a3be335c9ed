import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const BIN = fileURLToPath(new URL('../../bin', import.meta.url));
const run = promisify(execFile);

/** Runs a command line that is expected to fail and returns what it left behind. */
const failing = (args: string[]) =>
  run(process.execPath, args).then(
    () => expect.unreachable(),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
  );

describe('bin/dev.js', () => {
  it('shows help from the sources, without a build', async () => {
    const { stdout, stderr } = await run(process.execPath, [join(BIN, 'dev.js'), '--help']);

    expect(stdout).toContain('$ pillivery [COMMAND]');
    expect(stderr).toBe('');
  });

  it('says which command may have been meant, and leaves with 2', async () => {
    const { code, stdout, stderr } = await failing([join(BIN, 'dev.js'), 'sevre']);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('No such command: sevre.');
    expect(stderr).toContain('pillivery serve');
  });

  it('ends quietly when nobody reads on', async () => {
    const script = `"${process.execPath}" "${join(BIN, 'dev.js')}" --help | true; echo "\${PIPESTATUS[0]}"`;

    expect(await run('bash', ['-c', script])).toMatchObject({ stdout: '0\n', stderr: '' });
  });
});

describe('bin/run.js on a Node that is too old', () => {
  const pretendToBeOld = `data:text/javascript,${encodeURIComponent(
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })`,
  )}`;
  let folder: string;

  const oldNode = (...args: string[]) => ['--import', pretendToBeOld, join(folder, 'bin/run.js'), ...args];
  /** Puts a script where npm would have put a newer Node. */
  const bundleRuntime = async (script: string) => {
    const runtime = join(folder, 'node_modules/node/bin/node');
    await mkdir(join(runtime, '..'), { recursive: true });
    await writeFile(runtime, `#!/bin/sh\n${script}\n`);
    await chmod(runtime, 0o755);
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pillivery-bin-'));
    await cp(BIN, join(folder, 'bin'), { recursive: true });
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('says so in one sentence when there is no other', async () => {
    expect(await failing(oldNode('--version'))).toEqual({
      code: 78,
      stdout: '',
      stderr: 'Error: Pillivery needs Node 22.19.0 or newer and this is 20.20.2. Try: install Node 24\n',
    });
  });

  it('says so too when the other cannot be started', async () => {
    await bundleRuntime('');
    await chmod(join(folder, 'node_modules/node/bin/node'), 0o644);

    expect(await failing(oldNode('--version'))).toMatchObject({ code: 78 });
  });

  it('goes on with the one that npm installed: same words, same exit code', async () => {
    await bundleRuntime('shift 3; echo "$@"; exit 3');

    expect(await failing(oldNode('bill', '--date', '2026-11-22'))).toEqual({
      code: 3,
      stdout: 'bill --date 2026-11-22\n',
      stderr: '',
    });
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('hands %s on and waits for the end', async (signal) => {
    await bundleRuntime(
      `trap 'echo tidied up; exit 7' ${signal.slice(3)}; echo ready; for i in $(seq 100); do sleep 0.05; done`,
    );
    const child = spawn(process.execPath, oldNode('serve'), { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    const [rest, exit] = [once(child.stdout, 'data'), once(child, 'exit')];
    child.kill(signal);

    expect(String(await rest)).toBe('tidied up\n');
    expect(await exit).toEqual([7, null]);
  });

  it('reports a runtime that was killed as a shell would', async () => {
    await bundleRuntime('kill -KILL $$');

    expect(await failing(oldNode('serve'))).toMatchObject({ code: 137 });
  });
});
