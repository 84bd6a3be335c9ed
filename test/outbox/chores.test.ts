import { describe, expect, it } from 'vitest';
import { openGauges } from '../../src/outbox/gauges.ts';
import { relayOnce } from '../../src/outbox/index.ts';
import { openTidying } from '../../src/outbox/tidy.ts';
import { command, enqueue, outboxBundle, outboxOf, recorder, wait } from '../support/outbox.ts';

const DAY = 86_400;

describe('the gauges', () => {
  it('tell how many events are not delivered and how long the oldest has been due', async () => {
    const { carryOut } = recorder(({ payload }) => payload['fails'] === true);
    const shop = await outboxBundle({ carryOut });
    await enqueue(shop.app, command({ type: 'refund.execute' }), command({ payload: { fails: true } }));
    await relayOnce({ ...shop.app, handlers: { 'mandate.deactivate': carryOut } });
    await enqueue(shop.app, command());
    wait(shop, 30);

    await openGauges(shop.app)();

    const text = await shop.app.metrics.text();
    expect(text).toContain('pillivery_outbox_events{status="dead"} 1');
    expect(text).toContain('pillivery_outbox_events{status="pending"} 2');
    expect(text).toContain('pillivery_outbox_events{status="in_flight"} 0');
    expect(text).toMatch(/pillivery_outbox_oldest_pending_seconds 3\d/);
  });

  it('call no event late that waits for its next try', async () => {
    const { carryOut } = recorder(() => true);
    const shop = await outboxBundle({ carryOut });
    await enqueue(shop.app, command());
    await relayOnce(shop.app);

    await openGauges(shop.app)();

    expect(await shop.app.metrics.text()).toContain('pillivery_outbox_oldest_pending_seconds 0');
  });
});

describe('tidying', () => {
  it('deletes what was delivered 30 days ago, and nothing else', async () => {
    const { carryOut } = recorder(({ payload }) => payload['fails'] === true);
    const shop = await outboxBundle({ carryOut });
    await enqueue(shop.app, command(), command({ payload: { fails: true } }));
    await relayOnce(shop.app);
    wait(shop, 29 * DAY);
    await enqueue(shop.app, command({ payload: { late: true } }));
    await relayOnce(shop.app);
    wait(shop, DAY + 60);
    await enqueue(shop.app, command({ payload: { fresh: true } }));

    await openTidying(shop.app)();

    const left = await outboxOf(shop.app);
    expect(left.map(({ payload }) => payload)).toEqual([{ fails: true }, { late: true }, { fresh: true }]);
  });

  it('goes on at the next call while there is more', async () => {
    const shop = await outboxBundle({ carryOut: async () => {} });
    await enqueue(shop.app, ...Array.from({ length: 501 }, () => command()));
    const { database, clock } = shop.app;
    await database.update(database.tables.outboxEvents).set({ status: 'DONE', doneAt: clock.now() }).where(undefined);
    wait(shop, 31 * DAY);
    const tidy = openTidying(shop.app);

    await tidy();
    expect(await outboxOf(shop.app)).toHaveLength(1);
    await tidy();
    expect(await outboxOf(shop.app)).toHaveLength(0);
  });
});
