import { asc, gt } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import { selectHeld, selectNew, selectOpen } from '../../src/billing/due.ts';
import { priceOf } from '../../src/billing/plan.ts';
import { newCycle } from '../../src/billing/rows.ts';
import { addDays } from '../../src/platform/calendar.ts';
import { bundle, type Bundle } from '../support/bundle.ts';
import { ENGINES } from '../support/databases.ts';
import { given } from '../support/given.ts';
import { TODAY } from './support.ts';

const LONG = process.env['PILLIVERY_TEST_SIZE'] === 'long';
const ROWS = LONG ? 1_000_000 : 4_000;

interface Plan {
  text: string;
  rows: Record<string, unknown>[];
}

/** How the engine means to run a select, in its own words. */
async function planOf({ app: { database } }: Bundle, query: PromiseLike<unknown>): Promise<Plan> {
  const { sql: text, params } = (query as unknown as { toSQL(): { sql: string; params: unknown[] } }).toSQL();
  const explain = database.engine === 'mysql' ? 'explain ' : 'explain query plan ';
  const rows = await database.raw(explain + text, params);
  return { text: JSON.stringify(rows), rows };
}

/** Each subscription has a cycle: nine of ten are paid, the others stand somewhere on the ladder. */
async function openSome({ app }: Bundle): Promise<void> {
  const { subscriptions: s, billingCycles: c } = app.database.tables;
  const runner = { id: '', runId: '', date: TODAY, fence: 1, startedAt: app.clock.now(), joined: false, again: false };
  for (let last = ''; ;) {
    const page = await app.database.select().from(s).where(gt(s.id, last)).orderBy(asc(s.id)).limit(500);
    last = page.at(-1)?.id ?? '';
    if (page.length === 0) return;
    const cycles = page.map((subscription, index) => ({
      ...newCycle(app, runner, { ...subscription, lastCycle: 0 }, priceOf('LOCKED', subscription)),
      status: index % 10 === 0 ? ('OPEN' as const) : ('PAID' as const),
      step: 1 + (index % 4),
      hold: index % 20 === 0 ? ('NEW_METHOD' as const) : null,
    }));
    await app.database.insert(c).values(cycles);
  }
}

describe.each(ENGINES)('what a run selects, on %s', { timeout: LONG ? 3_600_000 : 120_000 }, (engine) => {
  it(`is read by a range of an index in its order, among ${ROWS} subscriptions`, async () => {
    const shop = await bundle({ engine });
    const item = await given(shop.app).item();
    for (let day = 0; day < 40; day += 1) {
      await given(shop.app).subscriptions(ROWS / 40, { item, nextBillingOn: addDays(TODAY, day) });
    }
    await openSome(shop);
    if (engine === 'mysql')
      await shop.app.database.raw('analyze table subscriptions, billing_cycles, payment_attempts');
    else await shop.app.database.raw('analyze');
    const window = { date: TODAY, oldest: addDays(TODAY, -7) };
    const step = { ...window, step: 2, unchangedSince: shop.app.clock.now() };
    const cursor = { on: TODAY, id: '0' };
    const { database } = shop.app;
    const plans = {
      new: await planOf(shop, selectNew(database, shop.app, window)),
      newOn: await planOf(shop, selectNew(database, shop.app, window, cursor)),
      open: await planOf(shop, selectOpen(database, shop.app, step, cursor)),
      held: await planOf(shop, selectHeld(database, shop.app, step, cursor)),
    };
    for (const plan of Object.values(plans)) {
      expect(plan.text).not.toMatch(/filesort|temporary|TEMP B-TREE|SCAN (s|subscriptions|billing_cycles)\b/i);
    }
    for (const plan of [plans.new, plans.newOn]) expect(plan.text).toContain('subscriptions_due');
    for (const plan of [plans.open, plans.held]) expect(plan.text).toContain('billing_cycles_step');
  });
});
