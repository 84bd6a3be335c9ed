import { eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { buildApi } from '../../src/api/app.ts';
import { listen } from '../../src/api/server.ts';
import { runBilling } from '../../src/billing/index.ts';
import { bundle } from '../support/bundle.ts';
import { ENGINES } from '../support/databases.ts';
import { given } from '../support/given.ts';
import { newShopper } from '../support/shopper.ts';

describe.each(ENGINES)('a customer subscribes on %s', (engine) => {
  it('is charged once now, and once on the next billing date', async () => {
    const { app, clock, sandbox } = await bundle({
      engine,
      settings: { PILLIVERY_SHOP__PUBLIC_URL: 'http://127.0.0.1:1' },
    });
    const api = await listen(buildApi(app), { host: '127.0.0.1', port: 0 });
    onTestFinished(() => api.close());
    app.config.shop.publicUrl = api.url;
    const item = await given(app).item();
    const shopper = await newShopper(api);

    const { orderId } = await shopper.subscribe(item.id, { quantity: 2 });
    const order = await shopper.get(`/api/orders/${orderId}`);
    expect(order.body.data).toMatchObject({ status: 'PAID', payAmount: 54_000, kind: 'SUBSCRIPTION' });
    const [row] = (await shopper.get('/api/subscriptions')).body.data;
    expect(row).toMatchObject({ status: 'ACTIVE', nextBillingOn: '2026-12-20', payAmount: 54_000 });

    clock.moveTo(new Date('2026-12-20T02:00:00+09:00'));
    const report = await runBilling(app, { date: '2026-12-20' });
    expect(report).toMatchObject({ exitCode: 0, totals: { selected: 1, approved: 1, amountApproved: 54_000 } });
    await shopper.logIn();
    const detail = await shopper.get(`/api/subscriptions/${row.id}`);
    expect(detail.body.data).toMatchObject({
      status: 'ACTIVE',
      nextBillingOn: '2027-01-19',
      lastBillingOn: '2026-12-20',
    });
    expect(detail.body.data.charges).toMatchObject([
      { cycle: 2, status: 'PAID' },
      { cycle: 1, status: 'PAID' },
    ]);

    const again = await runBilling(app, { date: '2026-12-20' });
    expect(again).toMatchObject({ exitCode: 0, totals: { selected: 0, approved: 0 } });
    const charges = sandbox.ledger().filter(({ op }) => op === 'charge');
    expect(charges.map(({ amount }) => amount)).toEqual([54_000, 54_000]);

    const { orders } = app.database.tables;
    const renewals = await app.database.select().from(orders).where(eq(orders.kind, 'RENEWAL'));
    expect(renewals).toMatchObject([{ status: 'PAID', payAmount: 54_000, cycle: 2 }]);
  });
});
