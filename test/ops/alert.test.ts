import { execFile } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { EXIT_CODES } from '../../src/cli/exit-codes.ts';
import { ROOT } from '../support/environment.ts';
import { tempDir } from '../support/databases.ts';

const ALERT = join(ROOT, 'templates', 'alert', 'pillivery-alert');
const UNIT = 'pillivery-bill.service';

/** A notifier that answers with these codes in turn and then with 200; tells what it was sent. */
async function notifier(...codes: number[]) {
  const heard: Record<string, unknown>[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      heard.push(JSON.parse(body));
      response.writeHead(codes.shift() ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return { heard, url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/hook` };
}

/** A machine whose systemd says these things. */
async function machine({ state = 'failed', journal = 'a line' } = {}) {
  const folder = await tempDir();
  const stub = async (name: string, script: string): Promise<void> => {
    await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, name), 0o755);
  };
  await stub('systemctl', `case "$*" in *SubState*) echo ${state};; *) echo none;; esac`);
  await stub('journalctl', `cat <<'END'\n${journal}\nEND`);
  return async (url: string, exitStatus: number | string): Promise<number> => {
    const env = {
      PATH: `${folder}:${process.env['PATH']}`,
      RUNTIME_DIRECTORY: folder,
      PILLIVERY_ALERT_URL: url,
      MONITOR_SERVICE_RESULT: 'exit-code',
      MONITOR_EXIT_STATUS: String(exitStatus),
    };
    const failed = await promisify(execFile)(process.execPath, [ALERT, UNIT], { env }).catch(
      (error: { code: number }) => error,
    );
    return 'code' in failed ? failed.code : 0;
  };
}

describe('the alert of a unit that failed', { timeout: 30_000 }, () => {
  it.each(Object.values(EXIT_CODES).map(({ code }) => code))('says what exit code %i means', async (code) => {
    const { heard, url } = await notifier();
    const alert = await machine();
    expect(await alert(url, code)).toBe(0);
    expect(heard).toMatchObject([{ unit: UNIT, host: hostname(), result: 'exit-code', exitCode: code }]);
    expect(String(heard[0]?.['meaning'])).not.toContain('signal');
    expect(String(heard[0]?.['text'])).toContain('Look with: pillivery bill status');
  });

  it('says when a signal ended it, and whether it is started again', async () => {
    const { heard, url } = await notifier();
    const alert = await machine({ state: 'auto-restart' });
    expect(await alert(url, 'KILL')).toBe(0);
    expect(heard).toMatchObject([{ exitCode: null, restartPending: true }]);
    expect(String(heard[0]?.['meaning'])).toContain('signal');
  });

  it('shows the last lines of the journal without their secrets', async () => {
    const { heard, url } = await notifier();
    const journal = [
      'started',
      'Authorization: Bearer abc.def',
      '{"token":"canary","amount":3}',
      'mysql://u:canary@host/db',
    ];
    const alert = await machine({ journal: journal.join('\n') });
    await alert(url, 3);
    const shown = heard[0]?.['journal'] as string[];
    expect(shown).toHaveLength(4);
    expect(shown[0]).toBe('started');
    expect(shown.join('\n')).not.toMatch(/canary|abc\.def/);
  });

  it('is told once in ten minutes for one result, and again for another', async () => {
    const { heard, url } = await notifier();
    const alert = await machine();
    for (const code of [3, 3, 75]) expect(await alert(url, code)).toBe(0);
    expect(heard.map(({ exitCode }) => exitCode)).toEqual([3, 75]);
  });

  it('is tried again when the notifier fails, and is not taken for told when it goes on failing', async () => {
    const { heard, url } = await notifier(500, 503, 200, 500, 500, 500);
    const alert = await machine();
    expect(await alert(url, 3)).toBe(0);
    expect(heard).toHaveLength(3);
    expect(await alert(url, 1)).toBe(1);
    expect(await alert(url, 1)).toBe(0);
    expect(heard).toHaveLength(7);
  });

  it('fails without an address', async () => {
    const alert = await machine();
    expect(await alert('', 3)).toBe(1);
  });
});
