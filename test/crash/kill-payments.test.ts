import { eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import type { App } from '../../src/app.ts';
import { auditBooks } from '../../src/payments/index.ts';
import { completeCheckout } from '../../src/payments/checkout/complete-checkout.ts';
import { startCheckout } from '../../src/payments/checkout/start-checkout.ts';
import { bundle, environmentFor, type Bundle } from '../support/bundle.ts';
import { openCheckout, pressOn } from '../support/checkout.ts';
import { runCli } from '../support/cli.ts';
import { ENGINES } from '../support/databases.ts';
import { given } from '../support/given.ts';
import { serveShop } from '../support/serve.ts';
import { passAnHour } from '../support/time.ts';

/** A process that dies at each named point of an approval; whether the provider had executed it by then. */
const APPROVE_POINTS = [
  { point: 'approve:before-sent', state: 'CREATED', charged: false },
  { point: 'approve:sent', state: 'SENT', charged: false },
  { point: 'approve:answered', state: 'SENT', charged: true },
  { point: 'approve:settled', state: 'APPROVED', charged: true },
];

const attemptRow = async ({ database }: App, id: string) => {
  const { paymentAttempts: t } = database.tables;
  const [row] = await database.select().from(t).where(eq(t.id, id));
  if (!row) throw new Error(`There is no attempt ${id}.`);
  return row;
};

const orderStatus = async ({ database }: App, id: string) => {
  const { orders } = database.tables;
  return (await database.select().from(orders).where(eq(orders.id, id)))[0]?.status;
};

describe.each(ENGINES)('serve killed with -9 on %s', (engine) => {
  it.each(APPROVE_POINTS)('at $point loses nothing and charges nobody twice', async ({ point, state, charged }) => {
    const shop = await bundle({ engine });
    const { app, sandbox } = shop;
    const { attempt, orderId, user, approve } = await openCheckout(app, { kind: 'SUBSCRIPTION' });
    const query = await approve();
    const server = await serveShop(shop, { PILLIVERY_TEST_FAIL_POINT: point });
    const path = `/api/payments/approve/${attempt.publicId}?${new URLSearchParams(query).toString()}`;
    expect(await server.get(path)).toBeUndefined();
    expect((await server.ended).signal).toBe('SIGKILL');
    expect((await attemptRow(app, attempt.id)).state).toBe(state);
    expect(chargesOf(shop)).toBe(charged ? 1 : 0);

    await passAnHour(shop);
    expect((await attemptRow(app, attempt.id)).state).toBe(charged ? 'APPROVED' : 'NOT_CHARGED');
    if (!charged) await payAnew(app, user, orderId);
    expect(await orderStatus(app, orderId)).toBe('PAID');
    expect(chargesOf(shop)).toBe(1);
    expect(await auditBooks(app, sandbox.ledger())).toMatchObject({ equal: true, needsOperator: [] });
  });

  it('during a call finds out what the provider made of it', async () => {
    const shop = await bundle({ engine });
    const { app, sandbox } = shop;
    const { attempt, approve } = await openCheckout(app);
    sandbox.addFault({ match: { op: 'approve' }, effect: { kind: 'delay', wait: 3_000 } });
    const server = await serveShop(shop);
    const query = new URLSearchParams(await approve()).toString();
    const answer = server.get(`/api/payments/approve/${attempt.publicId}?${query}`);
    while (chargesOf(shop) === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    server.child.kill('SIGKILL');
    expect(await answer).toBeUndefined();
    expect((await attemptRow(app, attempt.id)).state).toBe('SENT');

    await passAnHour(shop);
    expect(await attemptRow(app, attempt.id)).toMatchObject({ state: 'APPROVED' });
    expect(await auditBooks(app, sandbox.ledger())).toMatchObject({ equal: true, needsOperator: [] });
  });

  it('between a committed attempt and its session leaves an order that can be paid', async () => {
    const shop = await bundle({ engine });
    const { app } = shop;
    const { orderId, user, attempt } = await openCheckout(app);
    const { paymentAttempts: t } = app.database.tables;
    const lost = { providerSessionId: null, checkout: null, sessionExpiresAt: null };
    await app.database.update(t).set(lost).where(eq(t.id, attempt.id));
    await payAnew(app, user, orderId);
    expect(await attemptRow(app, attempt.id)).toMatchObject({ state: 'NOT_CHARGED', closeReason: 'SUPERSEDED' });
    expect(await orderStatus(app, orderId)).toBe('PAID');
  });
});

const chargesOf = ({ sandbox }: Bundle): number => sandbox.ledger().filter(({ op }) => op === 'charge').length;

async function payAnew(app: App, user: Parameters<typeof startCheckout>[1]['user'], orderId: string): Promise<void> {
  const { attempt } = await startCheckout(app, { user, orderId });
  const query = await pressOn(attempt, 'approve');
  await completeCheckout(app, { attemptId: attempt.publicId, query });
}

/** A run that dies at each named point of a recurring charge, of which only a mandate's status could tell. */
const CHARGE_POINTS = [
  { point: 'charge:before-sent', charged: false, ends: { approved: 1, code: 0 } },
  { point: 'charge:sent', charged: false, ends: { approved: 0, code: 3 } },
  { point: 'charge:answered', charged: true, ends: { approved: 1, code: 3 } },
  { point: 'charge:settled', charged: true, ends: { approved: 1, code: 0 } },
];

describe.each(ENGINES)('bill killed with -9 on %s', (engine) => {
  it.each(CHARGE_POINTS)('at $point converges by the witness alone', async ({ point, charged, ends }) => {
    const shop = await bundle({ engine, settings: { PILLIVERY_PAYMENTS__KAKAOPAY__WITNESS: 'auto' } });
    const { app, sandbox } = shop;
    const lastMonth = new Date('2026-10-21T02:00:00+09:00');
    await given(app).subscription();
    const { mandates } = app.database.tables;
    await app.database.update(mandates).set({ lastApprovedAt: lastMonth }).where(eq(mandates.status, 'ACTIVE'));

    const killed = await runCli(['bill', '--date', '2026-11-20'], atNow(shop, { PILLIVERY_TEST_FAIL_POINT: point }));
    expect(killed.signal).toBe('SIGKILL');
    expect(chargesOf(shop)).toBe(charged ? 1 : 0);

    await passAnHour(shop);
    const rerun = await runCli(['bill', '--date', '2026-11-20', '--json'], atNow(shop, {}));
    expect(chargesOf(shop)).toBeLessThanOrEqual(1);
    const audit = await auditBooks(app, sandbox.ledger());
    expect(audit.differences).toEqual([]);
    // A charge that ran is booked, and a person is asked for the payment id that was lost with its answer; one that did
    // not run is made by the rerun, or a person is asked what became of it.
    expect({ approved: audit.approved, code: rerun.code }).toEqual(ends);
  });
});

const atNow = (shop: Bundle, settings: Record<string, string>) => ({
  ...environmentFor({ ...shop, settings: { PILLIVERY_PAYMENTS__KAKAOPAY__WITNESS: 'auto', ...settings } }),
  PILLIVERY_CLOCK__NOW: shop.clock.now().toISOString(),
  PILLIVERY_DATA_DIR: shop.app.config.dataDir,
});
