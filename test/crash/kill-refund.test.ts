import { describe, expect, it } from 'vitest';
import { relayOnce } from '../../src/outbox/index.ts';
import { resolveRefunds } from '../../src/payments/index.ts';
import { bundle, environmentFor, type Bundle } from '../support/bundle.ts';
import { startCli } from '../support/cli.ts';
import { ENGINES } from '../support/databases.ts';
import { deactivations, end, mandateRow, subscribed } from '../support/mandates.ts';
import { paidOrder } from '../support/buying.ts';
import { askBack, givenBack, minutesPass, stateOf } from '../support/refunding.ts';

/** Serves the shop in a process of its own until it dies at the named point. */
async function serveUntil({ databaseUrl, sandbox, clock }: Bundle, failPoint: string): Promise<void> {
  const { ended } = startCli(['serve', '--port', '0'], {
    ...environmentFor({ databaseUrl, sandbox }),
    PILLIVERY_CLOCK__NOW: clock.now().toISOString(),
    PILLIVERY_TEST_FAIL_POINT: failPoint,
  });
  expect((await ended).signal).toBe('SIGKILL');
}

describe.each(ENGINES)('a server killed with -9 on %s', (engine) => {
  it.each([
    ['refund:before-sent', 'PENDING', 1],
    ['refund:sent', 'SENT', 2],
    ['refund:answered', 'SENT', 1],
    ['refund:settled', 'SUCCEEDED', 1],
  ])('at %s leaves the refund %s, and it is given back exactly once', async (failPoint, left, calls) => {
    const shop = await bundle({ engine });
    const { app } = shop;
    const paid = await paidOrder(app);
    const refund = await askBack(app, paid);
    await serveUntil(shop, failPoint);
    expect(await stateOf(app, { ...paid, refund })).toMatchObject({ refund: { status: left } });

    for (const minutes of [2, 3, 15, 15]) {
      minutesPass(shop, minutes);
      await resolveRefunds(app);
      await relayOnce(app);
    }
    expect(await stateOf(app, { ...paid, refund })).toMatchObject({
      refund: { status: 'SUCCEEDED', wireTry: calls, needsOperator: false },
      order: { status: 'REFUNDED', refundedAmount: paid.order.payAmount },
    });
    expect(givenBack(shop)).toEqual([paid.order.payAmount]);
  });

  it('between the answer to a deactivation and its booking lets the next one find it done', async () => {
    const shop = await bundle({ engine });
    const { app } = shop;
    const { first, mandateId } = await subscribed(app);
    await end(app, first);
    await serveUntil(shop, 'deactivate:answered');
    expect(await mandateRow(app, mandateId)).toMatchObject({ status: 'DEACTIVATING' });

    minutesPass(shop, 2);
    await relayOnce(app);
    expect(await mandateRow(app, mandateId)).toMatchObject({ status: 'INACTIVE' });
    expect(deactivations(shop)).toBe(1);
  });
});
