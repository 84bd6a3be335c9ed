import { eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import { resolveDue } from '../../src/payments/index.ts';
import { bundle } from '../support/bundle.ts';
import { openCheckout } from '../support/checkout.ts';
import { ENGINES, type EngineName } from '../support/databases.ts';
import { afterStart, MINUTE } from '../support/doubt.ts';
import { serveShop } from '../support/serve.ts';

/** A buyer comes back to a server that is killed at this point. */
async function killedAt(engine: EngineName, failPoint: string) {
  const shop = await bundle({ engine });
  const checkout = await openCheckout(shop.app);
  const server = await serveShop(shop, { PILLIVERY_TEST_FAIL_POINT: failPoint });
  const query = new URLSearchParams(await checkout.approve()).toString();
  await server.get(`/api/payments/approve/${checkout.attempt.publicId}?${query}`);
  expect(await server.ended).toMatchObject({ signal: 'SIGKILL' });

  const { paymentAttempts: t, orders } = shop.app.database.tables;
  return {
    ...shop,
    attempt: async () => (await shop.app.database.select().from(t).where(eq(t.id, checkout.attempt.id)))[0],
    order: async () => (await shop.app.database.select().from(orders).where(eq(orders.id, checkout.orderId)))[0],
  };
}

describe.each(ENGINES)('a server on %s killed with -9', (engine) => {
  it('after SENT and before the call leaves nothing charged, and that is found out without a second call', async () => {
    const { app, clock, sandbox, attempt, order } = await killedAt(engine, 'approve:sent');
    expect(await attempt()).toMatchObject({ state: 'SENT' });

    clock.moveTo(afterStart(5 * MINUTE));
    expect(await resolveDue(app)).toMatchObject({ silent: 1, looked: 1, notCharged: 0 });
    clock.moveTo(afterStart(34 * MINUTE));
    expect(await resolveDue(app)).toMatchObject({ looked: 1, notCharged: 1 });

    expect(await attempt()).toMatchObject({ state: 'NOT_CHARGED', closeReason: 'RESOLVED_NOT_CHARGED' });
    expect(await order()).toMatchObject({ status: 'PENDING_PAYMENT' });
    expect(sandbox.stats().ops.approve).toBe(0);
    expect(sandbox.ledger()).toEqual([]);
  });

  it('after the answer and before it was booked loses nothing, and charges nothing twice', async () => {
    const { app, clock, sandbox, attempt, order } = await killedAt(engine, 'approve:answered');
    expect(await attempt()).toMatchObject({ state: 'SENT' });

    clock.moveTo(afterStart(3 * MINUTE));
    expect(await resolveDue(app)).toMatchObject({ silent: 1, looked: 1, approved: 1 });

    expect(await attempt()).toMatchObject({ state: 'APPROVED' });
    expect(await order()).toMatchObject({ status: 'PAID' });
    expect(sandbox.stats().ops.approve).toBe(1);
    expect(sandbox.ledger()).toHaveLength(1);
  });
});
