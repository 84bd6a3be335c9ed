import { describe, expect, it } from 'vitest';
import { relayOnce } from '../../src/outbox/index.ts';
import { refundsOfAttempt } from '../../src/payments/index.ts';
import { bundle, environmentFor, type Bundle } from '../support/bundle.ts';
import { paidOrder } from '../support/buying.ts';
import { runCli } from '../support/cli.ts';
import { askBack, auditOf, stateOf } from '../support/refunding.ts';

const WHY = ['--reason', 'DEFECTIVE', '--note', 'one jar was broken'];

const run = ({ databaseUrl, sandbox }: Bundle, ...words: string[]) =>
  runCli(['payments', 'refund', ...words], environmentFor({ databaseUrl, sandbox }));

describe('pillivery payments refund', () => {
  it('reserves a part of what an order was paid with, and says who did it', async () => {
    const shop = await bundle({ engine: 'sqlite' });
    const { order, attempt } = await paidOrder(shop.app);
    const { code, stdout } = await run(shop, order.number, '--amount', '5000', ...WHY, '--json');

    expect(code).toBe(0);
    const [refund] = await refundsOfAttempt(shop.app, attempt.id);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'pillivery.payments-refund/1',
      refundId: refund?.publicId,
      orderId: order.id,
      status: 'PENDING',
      amount: 5_000,
      reasonCode: 'DEFECTIVE',
      reasonText: 'one jar was broken',
    });
    expect(await auditOf(shop.app, refund?.publicId ?? '')).toMatchObject([
      {
        action: 'refund.request',
        actorType: 'ADMIN',
        actorId: expect.stringContaining('@'),
        reason: 'one jar was broken',
      },
    ]);
  });

  it('gives all of an attempt back, and tells a person what comes next', async () => {
    const shop = await bundle({ engine: 'sqlite' });
    const { attempt } = await paidOrder(shop.app);
    const { code, stdout } = await run(shop, attempt.publicId, '--full', ...WHY);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^refund rf_[0-9a-z]{26} of 27000 won is PENDING; a running server sends it\n$/);
  });

  it('asked for twice under one key is one refund', async () => {
    const shop = await bundle({ engine: 'sqlite' });
    const { order, attempt } = await paidOrder(shop.app);
    const words = [order.number, '--amount', '5000', ...WHY, '--key', 'ticket-4711'];
    await run(shop, ...words);
    await run(shop, ...words);
    expect(await refundsOfAttempt(shop.app, attempt.id)).toHaveLength(1);
  });

  it('refuses more than is left with exit 1', async () => {
    const shop = await bundle({ engine: 'sqlite' });
    const { order } = await paidOrder(shop.app);
    const { code, stdout } = await run(shop, order.number, '--amount', '27001', ...WHY, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'REFUND_EXCEEDS_BALANCE', facts: { refundable: 27_000 }, exitCode: 1 },
    });
  });

  it.each([
    ['neither an amount nor all', [...WHY]],
    ['an amount and all', ['--amount', '1', '--full', ...WHY]],
    ['half a won', ['--amount', '0.5', ...WHY]],
    ['nothing', ['--amount', '0', ...WHY]],
    ['an unknown reason', ['--full', '--reason', 'BORED', '--note', 'one jar was broken']],
    ['a note that says nothing', ['--full', '--reason', 'DEFECTIVE', '--note', '  ok ']],
  ])('refuses %s with exit 2', async (_, words) => {
    const shop = await bundle({ engine: 'sqlite' });
    expect(await run(shop, 'PV20261120-AAAAAAAA', ...words)).toMatchObject({ code: 2, stdout: '' });
  });

  it('knows no order that is not there', async () => {
    const shop = await bundle({ engine: 'sqlite' });
    const { code, stderr } = await run(shop, 'PV20261120-AAAAAAAA', '--full', ...WHY);
    expect(code).toBe(1);
    expect(stderr).toContain('There is no such order.');
  });
});

describe('pillivery payments refund retry', () => {
  it('reserves a failed refund anew', async () => {
    const shop = await bundle({ engine: 'sqlite' });
    const { order } = await paidOrder(shop.app);
    shop.sandbox.addFault({ match: { op: 'cancel' }, effect: { kind: 'decline', code: -401 } });
    const refund = await askBack(shop.app, { order });
    await relayOnce(shop.app);
    const ended = await run(shop, 'retry', refund.publicId, '--note', 'the key is good again', '--by', 'mina');
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('is PENDING; a running server sends it') });
    expect((await auditOf(shop.app, refund.publicId)).at(-1)).toMatchObject({
      action: 'refund.pending',
      actorId: 'mina',
      reason: 'the key is good again',
    });
  });

  it('refuses one that has not failed with exit 1', async () => {
    const shop = await bundle({ engine: 'sqlite' });
    const refund = await askBack(shop.app, await paidOrder(shop.app));
    const { code, stdout } = await run(shop, 'retry', refund.publicId, '--note', 'in a hurry', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'REFUND_STATE', facts: { status: 'PENDING' } } });
  });
});

describe('pillivery payments refund resolve', () => {
  it.each([
    ['succeeded', 'SUCCEEDED', 'REFUNDED'],
    ['failed', 'FAILED', 'PAID'],
  ])('books a refund in doubt as %s', async (as, status, orderStatus) => {
    const shop = await bundle({ engine: 'sqlite' });
    const { order } = await paidOrder(shop.app);
    shop.sandbox.addFault({ match: { op: 'cancel' }, effect: { kind: 'drop' } });
    const refund = await askBack(shop.app, { order });
    await relayOnce(shop.app);
    const words = ['resolve', refund.publicId, '--as', as, '--note', 'seen in the console', '--json'];
    const { code, stdout } = await run(shop, ...words);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ refundId: refund.publicId, status });
    expect(await stateOf(shop.app, { order, refund })).toMatchObject({ order: { status: orderStatus } });
    expect(await run(shop, ...words)).toMatchObject({ code: 1 });
  });
});
