import { eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import { sweepCheckouts } from '../../src/payments/index.ts';
import { startCheckout } from '../../src/payments/checkout/start-checkout.ts';
import { openCheckout } from '../support/checkout.ts';
import { ENGINES } from '../support/databases.ts';
import { afterStart, MINUTE, shopInDoubt } from '../support/doubt.ts';

const ROUNDS = process.env['PILLIVERY_TEST_SIZE'] === 'long' ? 200 : 10;

describe.each(ENGINES)('sweepCheckouts on %s', (engine) => {
  it('closes a checkout a minute after its window, not before', async () => {
    const { app, clock, attempt: read, events } = await shopInDoubt({ engine });
    const { attempt } = await openCheckout(app);

    clock.moveTo(afterStart(15 * MINUTE + 50_000));
    expect(await sweepCheckouts(app)).toBe(0);
    clock.moveTo(afterStart(17 * MINUTE));
    expect(await sweepCheckouts(app)).toBe(1);

    expect(await read(attempt)).toMatchObject({ state: 'NOT_CHARGED', closeReason: 'WINDOW_EXPIRED', liveKey: null });
    expect((await events(attempt)).at(-1)).toMatchObject({ toState: 'NOT_CHARGED', actor: 'SYSTEM' });
  });

  it('leaves alone what was sent, and charges that a billing run will send', async () => {
    const { app, clock, given, attempt: read } = await shopInDoubt({ engine });
    const nextCheckAt = afterStart(MINUTE);
    const sent = await given.orderInDoubt({ state: 'SENT', nextCheckAt });
    const renewal = await given.renewalInDoubt({ state: 'CREATED', nextCheckAt });

    clock.moveTo(afterStart(17 * MINUTE));
    expect(await sweepCheckouts(app)).toBe(0);

    expect(await read(sent.attempt)).toMatchObject({ state: 'SENT' });
    expect(await read(renewal.attempt)).toMatchObject({ state: 'CREATED' });
  });

  it('closes or lets pass a buyer who comes back at that very moment, never both', async () => {
    const { app, clock, order, attempt: read, set, sandbox } = await shopInDoubt({ engine });
    for (let round = 0; round < ROUNDS; round += 1) {
      const checkout = await openCheckout(app);
      await set(checkout.attempt, { nextCheckAt: clock.now() });
      await Promise.all([checkout.return(), sweepCheckouts(app)]);

      const { state } = await read(checkout.attempt);
      const paid = state === 'APPROVED';
      expect(['APPROVED', 'NOT_CHARGED']).toContain(state);
      expect((await order(checkout.orderId)).status).toBe(paid ? 'PAID' : 'PENDING_PAYMENT');
      expect(sandbox.ledger().filter(({ orderRef }) => orderRef === checkout.attempt.publicId)).toHaveLength(
        paid ? 1 : 0,
      );
    }
  });

  it('lets the order be paid again', async () => {
    const { app, clock } = await shopInDoubt({ engine });
    const { orderId, user } = await openCheckout(app);
    const { orders } = app.database.tables;
    await app.database
      .update(orders)
      .set({ expiresAt: afterStart(24 * 60 * MINUTE) })
      .where(eq(orders.id, orderId));
    clock.moveTo(afterStart(17 * MINUTE));
    await sweepCheckouts(app);

    expect(await startCheckout(app, { user, orderId })).toMatchObject({ created: true });
  });
});
