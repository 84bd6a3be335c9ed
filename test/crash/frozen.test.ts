import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { bundle, environmentFor } from '../support/bundle.ts';
import { openCheckout } from '../support/checkout.ts';
import { startCli } from '../support/cli.ts';
import { given } from '../support/given.ts';
import { serveShop } from '../support/serve.ts';

/** Past the 25 s after which nothing may be written any more. */
const FROZEN_MS = 27_000;

/** Waits until a process has stopped itself, lets it lie, and wakes it. */
async function freezeAndWake(pid: number): Promise<void> {
  while (!/^\d+ \(.*\) T/.test(await readFile(`/proc/${pid}/stat`, 'utf8'))) await sleep(50);
  await sleep(FROZEN_MS);
  process.kill(pid, 'SIGCONT');
}

describe.runIf(process.platform === 'linux')('a process frozen between its "sent" and the call', () => {
  it('asks for no money when it wakes up late, and says so to its buyer', async () => {
    const shop = await bundle({ engine: 'sqlite' });
    const { attempt, approve } = await openCheckout(shop.app);
    const query = new URLSearchParams(await approve()).toString();
    const server = await serveShop(shop, { PILLIVERY_TEST_STOP_POINT: 'approve:sent' });
    const answer = server.get(`/api/payments/approve/${attempt.publicId}?${query}`);
    await freezeAndWake(server.child.pid ?? 0);
    expect((await answer)?.body.data).toMatchObject({ result: 'closed' });
    expect(shop.sandbox.ledger()).toEqual([]);
    const { paymentAttempts: t } = shop.app.database.tables;
    expect(await shop.app.database.select().from(t)).toMatchObject([
      { state: 'NOT_CHARGED', closeReason: 'PROVIDER_DOWN' },
    ]);
  });

  it('never makes the charge that it was frozen in; what the run does afterwards is a try of its own', async () => {
    const shop = await bundle({ engine: 'sqlite' });
    await given(shop.app).subscription();
    const { child, ended } = startCli(['bill', '--date', '2026-11-20'], {
      ...environmentFor(shop),
      PILLIVERY_CLOCK__NOW: shop.clock.now().toISOString(),
      PILLIVERY_DATA_DIR: shop.app.config.dataDir,
      PILLIVERY_TEST_STOP_POINT: 'charge:sent',
    });
    await freezeAndWake(child.pid ?? 0);
    await ended;
    const { paymentAttempts: t } = shop.app.database.tables;
    const [frozen, ...later] = await shop.app.database.select().from(t).orderBy(t.id);
    expect(frozen).toMatchObject({ state: 'NOT_CHARGED', closeReason: 'PROVIDER_DOWN', mandateFence: null });
    const charged = shop.sandbox.ledger().map(({ orderRef }) => orderRef);
    expect(charged).not.toContain(frozen?.publicId);
    expect(charged).toEqual(later.filter(({ state }) => state === 'APPROVED').map(({ publicId }) => publicId));
  });
});
