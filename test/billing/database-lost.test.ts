import { once } from 'node:events';
import { createServer, connect, type Socket } from 'node:net';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openApp } from '../../src/app.ts';
import { runBilling } from '../../src/billing/index.ts';
import { ENGINES, freshDatabase, tempDir } from '../support/databases.ts';
import { ROOT } from '../support/environment.ts';
import { given } from '../support/given.ts';
import { openShop } from '../support/shop.ts';
import { TODAY } from './support.ts';

/** A way to a database server that can be cut. */
async function cable(to: URL): Promise<{ port: number; cut(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const onward = connect(Number(to.port), to.hostname);
    for (const end of [socket, onward]) {
      sockets.add(end);
      end.on('error', () => end.destroy());
      end.on('close', () => sockets.delete(end));
    }
    socket.pipe(onward).pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(cut);
  const address = server.address();
  return { port: typeof address === 'object' && address ? address.port : 0, cut };
}

describe.runIf(ENGINES.includes('mysql'))('a database that goes away in the middle of a run', () => {
  it(
    'ends the run with 75, answers in hand are kept on disk, and the next start books them',
    { timeout: 60_000 },
    async () => {
      const direct = new URL(await freshDatabase('mysql'));
      const { port, cut } = await cable(direct);
      const databaseUrl = direct.href.replace(`:${direct.port}`, `:${port}`);
      const dataDir = await tempDir();
      const settings = { PILLIVERY_PAYMENTS__KEEP_ANSWERS_MS: '0', PILLIVERY_BILLING__CONCURRENCY: '4' };
      const shop = await openShop({ databaseUrl, dataDir, settings, latencyMs: 100 });
      await given(shop.app).subscriptions(60);

      const running = runBilling(shop.app, { date: TODAY });
      await expect.poll(() => shop.sandbox.ledger().length, { timeout: 10_000 }).toBeGreaterThan(8);
      cut();
      const report = await running;
      expect(report).toMatchObject({ exitCode: 75, reasons: ['DATABASE_LOST'] });
      const kept = await readdir(join(dataDir, 'spool'));
      expect(kept.length).toBeGreaterThan(0);
      await shop.app.close();

      const config = { ...shop.app.config, database: { ...shop.app.config.database, url: direct.href } };
      shop.clock.moveTo(new Date(shop.clock.now().getTime() + 5 * 60_000)); // past the lease and the 60 s of silence
      const app = await openApp(config, { root: ROOT, version: '0.0.0-test', clock: shop.clock });
      onTestFinished(async () => {
        await app.close();
        await shop.sandbox.close();
      });
      const next = await runBilling(app, { date: TODAY });
      expect(next.recovered.spool).toBe(kept.length);
      expect(await readdir(join(dataDir, 'spool'))).toEqual([]);
      expect(shop.sandbox.ledger()).toHaveLength(60);
      expect(new Set(shop.sandbox.ledger().map(({ customer }) => customer)).size).toBe(60);
    },
  );
});
