import { expect, it } from 'vitest';
import { logSink, relayOnce } from '../../src/outbox/index.ts';
import type { Log } from '../../src/platform/log.ts';
import { command, enqueue, onlyEvent, outboxBundle } from '../support/outbox.ts';

/** A log that keeps its lines. */
function keptLog(): Log & { lines: [fields: object, message: string][] } {
  const lines: [object, string][] = [];
  const keep = (fields: object, message: string): void => void lines.push([fields, message]);
  const log: Log = { debug: keep, info: keep, warn: keep, error: keep, child: () => log };
  return { ...log, lines };
}

it('writes one line per notice, with its id and without addresses', async () => {
  const log = keptLog();
  const { app } = await outboxBundle({ sinks: [logSink(log)] });
  const payload = { orderId: 'o1', to: 'kim@example.test' };
  await enqueue(app, command({ type: 'order.paid', subject: 'o1', payload, requestId: 'r1' }));

  await relayOnce(app);

  const { id: eventId } = await onlyEvent(app);
  expect(log.lines).toEqual([
    [
      {
        event: 'notice',
        eventId,
        type: 'order.paid',
        orderingKey: 'o1',
        payload: { orderId: 'o1', to: '[e-mail]' },
        requestId: 'r1',
      },
      'order.paid',
    ],
  ]);
});
