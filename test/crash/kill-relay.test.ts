import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { OutboxEvent } from '../../src/schema.ts';
import { environmentFor, type Bundle } from '../support/bundle.ts';
import { startCli, type Started } from '../support/cli.ts';
import { ENGINES } from '../support/databases.ts';
import { command, enqueue, onlyEvent, outboxBundle } from '../support/outbox.ts';

/** Past the lease of the dead process. */
const LATER = '2026-11-20T09:05:00+09:00';

/** A server that looks at its outbox often, and lives no longer than the test. */
function serve({ databaseUrl, sandbox }: Bundle, settings: Record<string, string>): Started {
  const environment = environmentFor({ databaseUrl, sandbox, settings: { PILLIVERY_LOG__LEVEL: 'info', ...settings } });
  const started = startCli(['serve', '--port', '0'], { ...environment, PILLIVERY_OUTBOX__POLL_MS: '20' });
  onTestFinished(() => void started.child.kill('SIGKILL'));
  return started;
}

/** Waits until the only event has a status. */
async function eventBecomes({ app }: Bundle, status: OutboxEvent['status']): Promise<OutboxEvent> {
  for (let looks = 0; looks < 2_000; looks += 1) {
    const event = await onlyEvent(app);
    if (event.status === status) return event;
    await sleep(20);
  }
  throw new Error(`The event did not become ${status}.`);
}

/** How often a notice stands in the log of a process. */
const toldIn = (log: string): number => log.split('\n').filter((line) => line.includes('"event":"notice"')).length;

describe.each(ENGINES)('a relay killed with -9 on %s', (engine) => {
  it.each([
    ['after it took an event', 'relay:claimed', 0],
    ['after a sink had it and before it was booked', 'relay:answered', 1],
  ])('%s leaves it to the next one', async (_, point, toldBefore) => {
    const shop = await outboxBundle({ engine });
    await enqueue(shop.app, command({ type: 'order.paid' }));

    const killed = await serve(shop, {
      PILLIVERY_CLOCK__NOW: shop.clock.now().toISOString(),
      PILLIVERY_TEST_FAIL_POINT: point,
    }).ended;
    expect(killed.signal).toBe('SIGKILL');
    expect(toldIn(killed.stderr)).toBe(toldBefore);
    expect(await onlyEvent(shop.app)).toMatchObject({ status: 'IN_FLIGHT', attempts: 1 });

    const next = serve(shop, { PILLIVERY_CLOCK__NOW: LATER });
    const event = await eventBecomes(shop, 'DONE');
    next.child.kill('SIGTERM');
    const ended = await next.ended;

    expect(event).toMatchObject({ attempts: 2, claimedBy: null });
    expect(ended).toMatchObject({ code: 0, signal: null });
    expect(toldIn(ended.stderr)).toBe(1);
  });
});
