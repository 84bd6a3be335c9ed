import { eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import { auditBooks } from '../../src/payments/index.ts';
import { addDays } from '../../src/platform/calendar.ts';
import { bundle, type Bundle } from '../support/bundle.ts';
import { ENGINES } from '../support/databases.ts';
import { given } from '../support/given.ts';
import { passAnHour } from '../support/time.ts';
import { billOn, TODAY } from './support.ts';

/** Two lines of one customer on one mandate, both paid a period ago and due today. */
async function twoOnOneMandate(shop: Bundle) {
  const user = await given(shop.app).user();
  const paid = { user, nextBillingOn: addDays(TODAY, -30) };
  const first = await given(shop.app).subscription(paid);
  const item = await given(shop.app).item();
  await given(shop.app).subscription({ ...paid, item, mandateId: first.mandateId });
  await billOn(shop, addDays(TODAY, -30));
}

describe.each(ENGINES)('two charges on one mandate on %s', { timeout: 60_000 }, (engine) => {
  it.each([
    ['executed', 'commit_drop', 'APPROVED'],
    ['not executed', 'drop', 'NOT_CHARGED'],
  ] as const)('are told apart by the witness when the second was %s and its answer lost', async (_, kind, state) => {
    const settings = { PILLIVERY_PAYMENTS__KAKAOPAY__WITNESS: 'auto' };
    const shop = await bundle({ engine, settings });
    await twoOnOneMandate(shop);
    shop.sandbox.addFault({ match: { op: 'subscription', nth: 2 }, effect: { kind } });
    expect(await billOn(shop, TODAY)).toMatchObject({ totals: { approved: 1, unknown: 1 } });
    const { paymentAttempts: t } = shop.app.database.tables;
    const [lost] = await shop.app.database.select().from(t).where(eq(t.state, 'UNKNOWN'));
    await passAnHour(shop);

    const [found] = await shop.app.database
      .select()
      .from(t)
      .where(eq(t.id, lost?.id ?? ''));
    expect(found).toMatchObject({ state });
    expect(await auditBooks(shop.app, shop.sandbox.ledger())).toMatchObject({ differences: [] });
  });
});
