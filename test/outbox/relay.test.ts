import { describe, expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { Postpone, relayOnce, startRelay, type Sink } from '../../src/outbox/index.ts';
import type { OutboxEvent } from '../../src/schema.ts';
import { command, enqueue, lettersOf, onlyEvent, outboxBundle, outboxOf, recorder, wait } from '../support/outbox.ts';

const POLL_OFTEN = { PILLIVERY_OUTBOX__POLL_MS: '10' };

/** A sink that takes order.paid only, and keeps what it got. */
function orderSink(): Sink & { got: string[] } {
  const got: string[] = [];
  return { name: 'log', takes: (type) => type === 'order.paid', deliver: async ({ type }) => void got.push(type), got };
}

const statusesOf = async (app: App): Promise<string[]> => (await outboxOf(app)).map(({ status }) => status);

const changeEvents = ({ database }: App, change: Partial<OutboxEvent>) =>
  database.update(database.tables.outboxEvents).set(change).where(undefined);

describe('relayOnce', () => {
  it('gives commands to their handlers and notices to their sink', async () => {
    const { carryOut, successes } = recorder();
    const sink = orderSink();
    const { app } = await outboxBundle({ carryOut, sinks: [sink] });
    await enqueue(app, command(), command({ type: 'order.paid' }));

    expect(await relayOnce(app)).toEqual({ done: 2, failed: 0, dead: 0, postponed: 0, lost: 0 });

    expect(successes.map(({ type }) => type)).toEqual(['mandate.deactivate']);
    expect(sink.got).toEqual(['order.paid']);
  });

  it('holds an event back while an earlier one of its key waits for another try', async () => {
    const { carryOut, successes } = recorder(({ payload, attempts }) => payload['n'] === 1 && attempts === 1);
    const shop = await outboxBundle({ carryOut });
    const inTurn = [1, 2].map((n) => command({ orderingKey: 'same', payload: { n } }));
    await enqueue(shop.app, ...inTurn, command({ payload: { n: 3 } }));

    await relayOnce(shop.app);
    expect(successes.map(({ payload }) => payload['n'])).toEqual([3]);
    wait(shop, 10);
    await relayOnce(shop.app);

    expect(successes.map(({ payload }) => payload['n'])).toEqual([3, 1, 2]);
  });

  it('lets the next event of a key pass when one is dead or discarded', async () => {
    const { carryOut, successes } = recorder();
    const { app } = await outboxBundle({ carryOut });
    await enqueue(app, command({ orderingKey: 'same' }), command({ orderingKey: 'same' }));
    await changeEvents(app, { status: 'DISCARDED' });
    await enqueue(app, command({ orderingKey: 'same', payload: { last: true } }));

    await relayOnce(app);

    expect(successes).toMatchObject([{ payload: { last: true } }]);
  });

  it('keeps events of one key apart by handler', async () => {
    const { carryOut, successes } = recorder();
    const failing: Sink = { name: 'log', takes: () => true, deliver: () => Promise.reject(new Error('full')) };
    const { app } = await outboxBundle({ carryOut, sinks: [failing] });
    await enqueue(app, command({ type: 'order.paid', orderingKey: 'same' }), command({ orderingKey: 'same' }));

    expect(await relayOnce(app)).toMatchObject({ done: 1, failed: 1 });
    expect(successes).toHaveLength(1);
  });

  it('counts no try when a handler asks for another moment', async () => {
    const { clock, app } = await outboxBundle({
      carryOut: async ({ clock: now }) => {
        throw new Postpone(new Date(now.now().getTime() + 90_000), 'a payment is unknown');
      },
    });
    await enqueue(app, command());

    expect(await relayOnce(app)).toMatchObject({ postponed: 1, failed: 0 });

    const event = await onlyEvent(app);
    expect(event).toMatchObject({ status: 'PENDING', attempts: 0, lastError: null });
    expect(event.nextAttemptAt.getTime()).toBeGreaterThan(clock.now().getTime() + 80_000);
  });

  it('does not ask a handler again at once that names a moment gone by', async () => {
    const { carryOut, calls } = recorder();
    const { app } = await outboxBundle({
      carryOut: async (shop, event) => {
        await carryOut(shop, event);
        throw new Postpone(new Date(0), 'whenever');
      },
    });
    await enqueue(app, command());

    await relayOnce(app);

    expect(calls).toHaveLength(1);
  });

  it.each([
    ['of a type that it does not know', { type: 'order.teleported' }, 'knows no event order.teleported'],
    ['that nobody carries out', { type: 'refund.execute' }, 'Nobody here carries out refund.execute'],
    ['whose sink is gone', { handler: 'pigeon' }, 'No sink pigeon takes mandate.deactivate'],
  ])('calls an event dead at once %s', async (_, change, says) => {
    const { app } = await outboxBundle();
    await enqueue(app, command());
    await changeEvents(app, change);

    expect(await relayOnce(app)).toMatchObject({ dead: 1 });

    expect(await onlyEvent(app)).toMatchObject({ status: 'DEAD', attempts: 1 });
    expect(await lettersOf(app)).toMatchObject([{ lastError: expect.stringContaining(says) }]);
  });

  it('calls an event dead that every process died of', async () => {
    const { carryOut, calls } = recorder();
    const { app } = await outboxBundle({ carryOut });
    await enqueue(app, command());
    await changeEvents(app, { status: 'IN_FLIGHT', claimedBy: 'killed', claimUntil: new Date(0), attempts: 6 });

    expect(await relayOnce(app)).toMatchObject({ dead: 1 });
    expect(calls).toEqual([]);
    expect(await lettersOf(app)).toMatchObject([{ lastError: 'It was taken 6 times; no try is left.' }]);
  });

  it('keeps no address of a failure and no more than the column takes', async () => {
    const { app } = await outboxBundle({
      carryOut: () => Promise.reject(new Error(`kim@example.test refused ${'x'.repeat(600)}`)),
    });
    await enqueue(app, command());

    await relayOnce(app);

    const { lastError } = await onlyEvent(app);
    expect(lastError).toHaveLength(500);
    expect(lastError).toMatch(/^\[e-mail\] refused xxx/);
  });

  it('counts tries by type and result', async () => {
    const { carryOut } = recorder(({ attempts }) => attempts === 1);
    const shop = await outboxBundle({ carryOut });
    await enqueue(shop.app, command());
    await relayOnce(shop.app);
    wait(shop, 10);
    await relayOnce(shop.app);

    const text = await shop.app.metrics.text();

    expect(text).toContain('pillivery_outbox_attempts_total{type="mandate.deactivate",result="failed"} 1');
    expect(text).toContain('pillivery_outbox_attempts_total{type="mandate.deactivate",result="done"} 1');
    expect(text).toContain('pillivery_outbox_delivery_seconds_count{sink="command"} 2');
  });
});

describe('startRelay', () => {
  it('delivers other events while one handler is slow', async () => {
    const slow = Promise.withResolvers<void>();
    const others = Promise.withResolvers<void>();
    let quick = 0;
    const { app } = await outboxBundle({
      settings: POLL_OFTEN,
      carryOut: async (_, { payload }) => {
        if (payload['slow']) return slow.promise;
        if ((quick += 1) === 30) others.resolve();
      },
    });
    const stop = new AbortController();
    await enqueue(app, command({ payload: { slow: true } }));
    const relay = startRelay(app, stop.signal);

    await enqueue(app, ...Array.from({ length: 30 }, () => command()));
    await others.promise;
    stop.abort();
    slow.resolve();
    await relay;

    expect(await statusesOf(app)).toEqual(Array(31).fill('DONE'));
  });

  it('finishes what it holds when told to stop, and takes nothing more', async () => {
    const held = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const { app } = await outboxBundle({
      settings: POLL_OFTEN,
      carryOut: () => {
        begun.resolve();
        return held.promise;
      },
    });
    const stop = new AbortController();
    await enqueue(app, command());
    const relay = startRelay(app, stop.signal);
    await begun.promise;

    stop.abort();
    await enqueue(app, command());
    held.resolve();
    await relay;

    expect(await statusesOf(app)).toEqual(['DONE', 'PENDING']);
  });

  it('goes on when the outbox cannot be read for a while', async () => {
    const delivered = Promise.withResolvers<void>();
    const { app } = await outboxBundle({ settings: POLL_OFTEN, carryOut: async () => delivered.resolve() });
    let failures = 0;
    const database = {
      ...app.database,
      select: ((...fields: Parameters<typeof app.database.select>) => {
        if ((failures += 1) <= 5) throw new Error('connection lost');
        return app.database.select(...fields);
      }) as typeof app.database.select,
    };
    const stop = new AbortController();
    await enqueue(app, command());

    const relay = startRelay({ ...app, database }, stop.signal);
    await delivered.promise;
    stop.abort();
    await relay;

    expect(await statusesOf(app)).toEqual(['DONE']);
  });
});
