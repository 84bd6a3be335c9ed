import { describe, expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import {
  discardAllDead,
  discardEvents,
  listEvents,
  relayOnce,
  retryAllDead,
  retryEvents,
} from '../../src/outbox/index.ts';
import type { OutboxEvent } from '../../src/schema.ts';
import { command, enqueue, onlyEvent, outboxBundle, outboxOf } from '../support/outbox.ts';

const BY = { type: 'ADMIN', id: 'kim@shop' } as const;
const NOTE = 'told by telephone';

/** A shop with one dead event of each command type. */
async function shopWithTwoDead(): Promise<{ app: App; events: OutboxEvent[] }> {
  const { app } = await outboxBundle();
  await enqueue(app, command(), command({ type: 'refund.execute' }));
  await relayOnce(app);
  return { app, events: await outboxOf(app) };
}

const statusesOf = async (app: App): Promise<string[]> => (await outboxOf(app)).map(({ status }) => status);

describe('retryEvents', () => {
  it('moves none when one of them is not there', async () => {
    const { app, events } = await shopWithTwoDead();
    const ids = [...events.map(({ id }) => id), 'nobody'];

    await expect(retryEvents(app, { by: BY, ids })).rejects.toMatchObject({
      code: 'EVENT_NOT_FOUND',
      message: 'There is no event nobody.',
    });
    expect(await statusesOf(app)).toEqual(['DEAD', 'DEAD']);
  });

  it('refuses an event that is not dead', async () => {
    const { app } = await outboxBundle();
    await enqueue(app, command());
    const { id } = await onlyEvent(app);

    await expect(retryEvents(app, { by: BY, ids: [id] })).rejects.toMatchObject({
      code: 'EVENT_STATE',
      held: false,
      facts: { id, status: 'PENDING' },
    });
  });

  it('takes an event that is named twice once', async () => {
    const { app, events } = await shopWithTwoDead();
    const id = events[0]?.id ?? '';

    expect(await retryEvents(app, { by: BY, ids: [id, id] })).toEqual([id]);
    expect(await app.database.select().from(app.database.tables.auditLog)).toHaveLength(1);
  });
});

describe('retryAllDead', () => {
  it('takes those of one type when asked to', async () => {
    const { app, events } = await shopWithTwoDead();

    expect(await retryAllDead(app, { by: BY, type: 'refund.execute' })).toEqual([events[1]?.id]);
    expect(await statusesOf(app)).toEqual(['DEAD', 'PENDING']);
  });

  it('finds nothing to do where nothing is dead', async () => {
    const { app } = await outboxBundle();

    expect(await retryAllDead(app, { by: BY })).toEqual([]);
  });
});

describe('discardEvents', () => {
  it('takes a pending event, which is then never delivered', async () => {
    const { app } = await outboxBundle();
    await enqueue(app, command());
    const { id } = await onlyEvent(app);

    await discardEvents(app, { by: BY, ids: [id], note: NOTE });

    expect(await relayOnce(app)).toMatchObject({ done: 0, dead: 0 });
    expect(await statusesOf(app)).toEqual(['DISCARDED']);
  });

  it('refuses an event that is delivered', async () => {
    const { app } = await outboxBundle({ carryOut: async () => {} });
    await enqueue(app, command());
    await relayOnce(app);
    const { id } = await onlyEvent(app);

    await expect(discardEvents(app, { by: BY, ids: [id], note: NOTE })).rejects.toMatchObject({ code: 'EVENT_STATE' });
  });
});

describe('discardAllDead', () => {
  it('asks how many are meant', async () => {
    const { app } = await shopWithTwoDead();

    await expect(discardAllDead(app, { by: BY, note: NOTE })).rejects.toMatchObject({
      code: 'CONFIRM_REQUIRED',
      kind: 'input',
      facts: { dead: 2 },
    });
    expect(await statusesOf(app)).toEqual(['DEAD', 'DEAD']);
  });

  it('refuses another number than there are', async () => {
    const { app } = await shopWithTwoDead();

    await expect(discardAllDead(app, { by: BY, note: NOTE, confirm: 3 })).rejects.toMatchObject({
      code: 'CONFIRM_MISMATCH',
      kind: 'refused',
    });
    expect(await statusesOf(app)).toEqual(['DEAD', 'DEAD']);
  });

  it('takes those of one type when asked to', async () => {
    const { app, events } = await shopWithTwoDead();
    const discard = { by: BY, note: NOTE, type: 'refund.execute', confirm: 1 };

    expect(await discardAllDead(app, discard)).toEqual([events[1]?.id]);
    expect(await statusesOf(app)).toEqual(['DEAD', 'DISCARDED']);
  });
});

describe('listEvents', () => {
  it('leaves out what needs nothing any more, unless asked for it', async () => {
    const { app } = await outboxBundle({ carryOut: async () => {} });
    await enqueue(app, command());
    await relayOnce(app);
    await enqueue(app, command());

    const open = await listEvents(app, { limit: 10 });
    const done = await listEvents(app, { limit: 10, status: 'DONE' });

    expect([open.events.map(({ status }) => status), done.events.map(({ status }) => status)]).toEqual([
      ['PENDING'],
      ['DONE'],
    ]);
  });

  it('says when there are more than the limit', async () => {
    const { app } = await shopWithTwoDead();

    expect(await listEvents(app, { limit: 1 })).toMatchObject({ events: [{ type: 'mandate.deactivate' }], more: true });
    expect(await listEvents(app, { limit: 2 })).toMatchObject({ more: false });
  });
});
