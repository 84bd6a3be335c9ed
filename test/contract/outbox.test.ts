import { eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { discardAllDead, discardEvents, listEvents, relayOnce, retryEvents } from '../../src/outbox/index.ts';
import type { OutboxEvent } from '../../src/schema.ts';
import type { Bundle } from '../support/bundle.ts';
import { ENGINES } from '../support/databases.ts';
import {
  anotherWorker,
  command,
  enqueue,
  lettersOf,
  onlyEvent,
  outboxBundle,
  outboxOf,
  recorder,
  wait,
} from '../support/outbox.ts';
import { seeded } from '../support/random.ts';

const BY = { type: 'ADMIN', id: 'kim@shop' } as const;
const TWO_HOURS = 7_200;

/** Fails each event a seeded number of times, 0 to 3, before it succeeds. */
function failingAtFirst(seed: number): (event: OutboxEvent) => boolean {
  const random = seeded(seed);
  const left = new Map<string, number>();
  return ({ id }) => {
    const failures = left.get(id) ?? Math.floor(random() * 4);
    left.set(id, failures - 1);
    return failures > 0;
  };
}

/** Events of `keys` subjects in turn, so that each key has several. */
async function enqueueMany(app: App, count: number, keys: number): Promise<void> {
  const events = Array.from({ length: count }, (_, n) =>
    command({ subject: `s${n}`, orderingKey: `key-${n % keys}`, payload: { n } }),
  );
  for (let from = 0; from < count; from += 100) await enqueue(app, ...events.slice(from, from + 100));
}

/** Lets workers run side by side, again and again with time between, until nothing waits any more. */
async function relayToEnd(shop: Bundle, workers: App[]): Promise<void> {
  for (let round = 0; round < 100; round += 1) {
    await Promise.all(workers.map(relayOnce));
    const { events } = await listEvents(shop.app, { limit: 1 });
    if (events.length === 0) return;
    wait(shop, TWO_HOURS);
  }
  throw new Error('Events are left after 100 rounds.');
}

/** What came through, by key, in the order in which it came. */
const byKey = (events: readonly OutboxEvent[]): unknown[][] =>
  Object.values(Object.groupBy(events, ({ orderingKey }) => orderingKey)).map((group = []) =>
    group.map(({ payload }) => payload['n']),
  );

const ascending = (numbers: unknown[]): unknown[] => numbers.toSorted((a, b) => Number(a) - Number(b));

describe.each(ENGINES)('the outbox on %s', (engine) => {
  it('A-X-05: two workers bring 1,000 events through failures, each once, in the order of their keys', async () => {
    const { carryOut, calls, successes } = recorder(failingAtFirst(5));
    const shop = await outboxBundle({ engine, carryOut });
    await enqueueMany(shop.app, 1_000, 100);

    await relayToEnd(shop, [shop.app, anotherWorker(shop)]);

    expect(new Set(successes.map(({ id }) => id)).size).toBe(1_000);
    expect(successes).toHaveLength(1_000);
    expect(calls.length).toBeGreaterThan(2_000);
    expect(byKey(successes)).toEqual(byKey(successes).map(ascending));
    expect((await outboxOf(shop.app)).map(({ status }) => status)).toEqual(Array(1_000).fill('DONE'));
  });

  it('leaves to one worker what the other holds', async () => {
    const full = Promise.withResolvers<void>();
    const holders: string[] = [];
    const carryOut = async ({ processId }: App) => {
      holders.push(processId);
      if (holders.length === 16) full.resolve();
      await full.promise;
    };
    const shop = await outboxBundle({ engine, carryOut });
    await enqueueMany(shop.app, 16, 16);

    const counts = await Promise.all([shop.app, anotherWorker(shop)].map(relayOnce));

    expect(counts).toMatchObject([{ done: 8 }, { done: 8 }]);
    expect(new Set(holders).size).toBe(2);
  });

  it('tries again after 10 s, 1 min, 5 min, 30 min and 2 h, and then no more', async () => {
    const { carryOut, calls } = recorder(() => true);
    const shop = await outboxBundle({ engine, carryOut });
    await enqueue(shop.app, command());

    for (const seconds of [10, 60, 300, 1_800, 7_200]) {
      await relayOnce(shop.app);
      wait(shop, seconds - 1);
      expect(await relayOnce(shop.app)).toMatchObject({ failed: 0, dead: 0 });
      wait(shop, 1);
    }
    expect(await relayOnce(shop.app)).toMatchObject({ dead: 1 });
    wait(shop, TWO_HOURS);
    await relayOnce(shop.app);

    expect(calls.map(({ attempts }) => attempts)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await onlyEvent(shop.app)).toMatchObject({ status: 'DEAD', attempts: 6, lastError: 'not now' });
  });

  it('tells in a dead letter how it began and how it ended', async () => {
    const errors = ['connection refused', 'timeout', 'timeout', 'timeout', 'timeout', 'gone for good'];
    const carryOut = async (_: App, { attempts }: OutboxEvent) => {
      throw new Error(errors[attempts - 1]);
    };
    const shop = await outboxBundle({ engine, carryOut });
    await enqueue(shop.app, command({ payload: { mandateId: 'm1' } }));
    const began = shop.clock.now();

    for (const _ of errors) {
      await relayOnce(shop.app);
      wait(shop, TWO_HOURS);
    }

    const { id } = await onlyEvent(shop.app);
    const [letter] = await lettersOf(shop.app);
    expect(letter).toMatchObject({
      eventId: id,
      type: 'mandate.deactivate',
      handler: 'command',
      payload: { mandateId: 'm1' },
      attempts: 6,
      firstError: 'connection refused',
      lastError: 'gone for good',
      resolution: null,
    });
    expect(letter?.firstFailedAt.getTime()).toBeLessThan(began.getTime() + 10_000);
    expect(letter?.diedAt.getTime()).toBeGreaterThan(began.getTime() + 5 * TWO_HOURS * 1_000);
  });

  it('delivers an event again when the lease of its dead process has run out, and not before', async () => {
    const { carryOut, successes } = recorder();
    const shop = await outboxBundle({ engine, carryOut });
    const { database } = shop.app;
    await enqueue(shop.app, command());
    const claimUntil = new Date(shop.clock.now().getTime() + 60_000);
    await database
      .update(database.tables.outboxEvents)
      .set({ status: 'IN_FLIGHT', claimedBy: 'killed', claimUntil, attempts: 1 })
      .where(eq(database.tables.outboxEvents.status, 'PENDING'));

    wait(shop, 55);
    expect(await relayOnce(shop.app)).toMatchObject({ done: 0 });
    wait(shop, 6);
    expect(await relayOnce(shop.app)).toMatchObject({ done: 1 });

    expect(successes).toHaveLength(1);
    expect(await onlyEvent(shop.app)).toMatchObject({ status: 'DONE', attempts: 2, claimedBy: null });
  });

  it('books nothing over what another process did after the lease had run out', async () => {
    const shop = await outboxBundle({
      engine,
      carryOut: async ({ database }, { id }) => {
        const { outboxEvents: e } = database.tables;
        await database.update(e).set({ claimedBy: 'the next one' }).where(eq(e.id, id));
        throw new Error('too late');
      },
    });
    await enqueue(shop.app, command());

    expect(await relayOnce(shop.app)).toMatchObject({ lost: 1, failed: 0 });
    expect(await onlyEvent(shop.app)).toMatchObject({
      status: 'IN_FLIGHT',
      claimedBy: 'the next one',
      lastError: null,
    });
  });

  it('writes an event once, however often it is enqueued', async () => {
    const shop = await outboxBundle({ engine });
    const same = command({ occasion: '2026-11-20' });

    await enqueue(shop.app, same);
    await enqueue(shop.app, same, command({ subject: same.subject, occasion: '2026-12-20' }), same);

    expect((await outboxOf(shop.app)).map(({ dedupeKey }) => dedupeKey)).toEqual([
      `mandate.deactivate:${same.subject}:2026-11-20:command`,
      `mandate.deactivate:${same.subject}:2026-12-20:command`,
    ]);
  });

  it('delivers a dead event that is retried, and keeps the letter with who did it', async () => {
    const { carryOut, successes } = recorder(() => successes.length === 0 && !retried);
    let retried = false;
    const shop = await outboxBundle({ engine, carryOut });
    await enqueue(shop.app, command());
    for (let tries = 0; tries < 6; tries += 1) {
      await relayOnce(shop.app);
      wait(shop, TWO_HOURS);
    }
    const { id } = await onlyEvent(shop.app);
    retried = true;

    await retryEvents(shop.app, { by: BY, ids: [id], note: 'provider is back' });
    expect(await onlyEvent(shop.app)).toMatchObject({ status: 'PENDING', attempts: 0, firstError: null });
    await relayOnce(shop.app);

    expect(await onlyEvent(shop.app)).toMatchObject({ status: 'DONE', attempts: 1 });
    expect(await lettersOf(shop.app)).toMatchObject([
      { resolution: 'RETRIED', resolvedBy: 'kim@shop', note: 'provider is back' },
    ]);
  });

  it('opens the letter of a retried event again when it dies again', async () => {
    const shop = await outboxBundle({ engine });
    await enqueue(shop.app, command());
    await relayOnce(shop.app);
    const { id } = await onlyEvent(shop.app);
    await retryEvents(shop.app, { by: BY, ids: [id] });

    await relayOnce(shop.app);

    expect(await lettersOf(shop.app)).toMatchObject([{ eventId: id, resolution: null, resolvedBy: null }]);
  });

  it('writes down who discarded what and why', async () => {
    const shop = await outboxBundle({ engine });
    await enqueue(shop.app, command());
    await relayOnce(shop.app);
    const { id } = await onlyEvent(shop.app);

    await discardEvents(shop.app, { by: BY, ids: [id], note: 'told by telephone' });

    const { database } = shop.app;
    expect(await onlyEvent(shop.app)).toMatchObject({ status: 'DISCARDED' });
    expect(await lettersOf(shop.app)).toMatchObject([{ resolution: 'DISCARDED', note: 'told by telephone' }]);
    expect(await database.select().from(database.tables.auditLog)).toMatchObject([
      {
        actorType: 'ADMIN',
        actorId: 'kim@shop',
        action: 'outbox.discard',
        targetType: 'outbox_event',
        targetId: id,
        before: { type: 'mandate.deactivate', status: 'DEAD', attempts: 1 },
        after: { status: 'DISCARDED' },
        reason: 'told by telephone',
      },
    ]);
  });

  it('discards all dead events, and only those, once their number is confirmed', async () => {
    const shop = await outboxBundle({ engine });
    await enqueueMany(shop.app, 450, 450);
    await relayOnce(shop.app);
    await enqueue(shop.app, command({ type: 'order.paid' }));

    const discarded = await discardAllDead(shop.app, { by: BY, confirm: 450, note: 'rehearsal' });

    expect(discarded).toHaveLength(450);
    const statuses = Object.groupBy(await outboxOf(shop.app), ({ status }) => status);
    expect([statuses.DISCARDED?.length, statuses.PENDING?.length]).toEqual([450, 1]);
  });
});
