import { describe, expect, it } from 'vitest';
import { bundle } from '../support/bundle.ts';
import { openCheckout, pressOn } from '../support/checkout.ts';
import { ENGINES } from '../support/databases.ts';
import { serveShop } from '../support/serve.ts';

const pathOf = (publicId: string, query: Record<string, string>): string =>
  `/api/payments/approve/${publicId}?${new URLSearchParams(query).toString()}`;

describe.each(ENGINES)('returns of a buyer on %s', (engine) => {
  it('fifty at once at four processes make one approval', async () => {
    const shop = await bundle({ engine, latencyMs: 40 });
    const servers = await Promise.all([0, 1, 2, 3].map(() => serveShop(shop)));
    const { attempt, approve } = await openCheckout(shop.app, { kind: 'SUBSCRIPTION' });
    const path = pathOf(attempt.publicId, await approve());
    const fifty = Array.from({ length: 13 }, () => servers)
      .flat()
      .slice(0, 50);
    const answers = await Promise.all(fifty.map((server) => server.get(path)));
    expect(answers.map((answer) => answer?.body.data?.['result'])).toEqual(Array(50).fill('approved'));
    expect(shop.sandbox.ledger().filter(({ op }) => op === 'charge')).toHaveLength(1);
  });

  it('find another process than the one that started the checkout, also after a restart', async () => {
    const shop = await bundle({ engine });
    const { attempt, approve } = await openCheckout(shop.app);
    const first = await serveShop(shop);
    first.child.kill('SIGTERM');
    await first.ended;
    const second = await serveShop(shop);
    const answer = await second.get(pathOf(attempt.publicId, await approve()));
    expect(answer).toMatchObject({ status: 200, body: { data: { result: 'approved', amount: attempt.amount } } });
  });

  it('that are forged, repeated, too late or superseded charge nothing more', async () => {
    const shop = await bundle({ engine });
    const server = await serveShop(shop);
    const opened = await openCheckout(shop.app);
    const query = await opened.approve();
    const path = pathOf(opened.attempt.publicId, query);
    expect((await server.get(path))?.body.data).toMatchObject({ result: 'approved' });
    expect((await server.get(path))?.body.data).toMatchObject({ result: 'approved' });
    expect((await server.get(pathOf('pa_00000000000000000000000000', query)))?.status).toBe(404);

    const other = await openCheckout(shop.app);
    const forged = await server.get(pathOf(other.attempt.publicId, { pg_token: 'forged' }));
    expect(forged?.body.data).toMatchObject({ result: 'closed' });
    expect(shop.sandbox.ledger()).toHaveLength(1);
  });

  it('by cancel and fail close what is open and change nothing that is approved', async () => {
    const shop = await bundle({ engine });
    const server = await serveShop(shop);
    const open = await openCheckout(shop.app);
    await pressOn(open.attempt, 'cancel');
    const left = await server.get(`/api/payments/cancel/${open.attempt.publicId}`);
    expect(left?.body.data).toMatchObject({ result: 'cancelled' });
    const approve = pathOf(open.attempt.publicId, { pg_token: 'late' });
    expect((await server.get(approve))?.body.data).toMatchObject({ result: 'closed' });

    const paid = await openCheckout(shop.app);
    await paid.return();
    await server.get(`/api/payments/fail/${paid.attempt.publicId}?code=X&message=Y`);
    const again = await server.get(pathOf(paid.attempt.publicId, {}));
    expect(again?.body.data).toMatchObject({ result: 'approved' });
  });
});
