import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import { runBilling } from '../../src/billing/index.ts';
import { auditBooks, resolveDue } from '../../src/payments/index.ts';
import { addDays, dayIn, momentIn } from '../../src/platform/calendar.ts';
import { bundle, environmentFor, ROOT, type Bundle } from '../support/bundle.ts';
import { startCli, type Ended, type Started } from '../support/cli.ts';
import { ENGINES } from '../support/databases.ts';
import { given } from '../support/given.ts';
import { isFrozen } from './harness/frozen.ts';

const MINUTE_MS = 60_000;
/** More than one runner schedules at a time, so that both have work. */
const DUE = 400;
const PERIOD_DAYS = 30;
/** The first cycle was paid by the order, the second a period ago. */
const DUE_CYCLE = 3;
const WITNESS = { PILLIVERY_PAYMENTS__KAKAOPAY__WITNESS: 'auto' };

/** A runner on a machine whose clock somebody has set wrong. */
function billOnMachine(shop: Bundle, date: string, offMinutes: number): Started {
  return startCli(['bill', '--date', date, '--join', '--json', '--quiet'], {
    ...environmentFor(shop),
    PILLIVERY_DATA_DIR: shop.app.config.dataDir,
    ...WITNESS,
    PILLIVERY_BILLING__CONCURRENCY: '8',
    NODE_OPTIONS: `--import=${join(ROOT, 'test', 'support', 'set-clock-wrong.ts')}`,
    MACHINE_CLOCK_OFF_MS: String(offMinutes * MINUTE_MS),
    PILLIVERY_TEST_STOP_POINT: 'run:started',
  });
}

/** Each has frozen itself before it takes its lease, so that both have work to do. */
async function letGoTogether(runners: readonly Started[]): Promise<Ended[]> {
  for (const { child } of runners) while (!isFrozen(child.pid) && child.exitCode === null) await sleep(20);
  for (const { child } of runners) child.kill('SIGCONT');
  return Promise.all(runners.map(({ ended }) => ended));
}

/** A period ago all of them paid: a witness can only tell of a mandate that was charged before. */
async function payPeriodBefore({ app, clock }: Bundle, date: string): Promise<void> {
  const before = addDays(date, -PERIOD_DAYS);
  clock.moveTo(momentIn(app.config.shop.timeZone, before, '02:00'));
  await given(app).subscriptions(DUE, { nextBillingOn: before, periodDays: PERIOD_DAYS });
  await runBilling(app, { date: before });
}

describe.runIf(ENGINES.includes('mysql'))('runners of one date on machines with clocks of their own', () => {
  it.each([10, -10])('go by the time of their database when one is %i minutes off', async (offMinutes) => {
    const shop = await bundle({ engine: 'mysql', latencyMs: 20, settings: WITNESS });
    const { app, clock, sandbox } = shop;
    const date = dayIn(app.config.shop.timeZone, new Date());
    await payPeriodBefore(shop, date);
    clock.moveTo(new Date());
    const began = clock.now().getTime();
    sandbox.addFault({ match: { op: 'subscription', every: 40 }, effect: { kind: 'commit_drop' } });

    const ended = await letGoTogether([billOnMachine(shop, date, offMinutes), billOnMachine(shop, date, 0)]);
    for (const { code } of ended) expect([0, 3]).toContain(code);

    const { paymentAttempts: t, billingRunners: r } = app.database.tables;
    const isRight = (at: Date | null) => Math.abs((at?.getTime() ?? 0) - began) < 2 * MINUTE_MS;
    const runners = (await app.database.select().from(r).orderBy(r.id)).slice(1);
    expect(runners.map((runner) => isRight(runner.startedAt) && isRight(runner.leaseUntil))).toEqual([true, true]);
    const attempts = await app.database.select().from(t).where(eq(t.cycle, DUE_CYCLE));
    expect(new Set(attempts.map(({ sentBy }) => sentBy)).size).toBe(2);
    expect(attempts.filter(({ sentAt }) => !isRight(sentAt))).toEqual([]);
    expect(attempts.filter(({ state }) => state === 'UNKNOWN').length).toBeGreaterThan(2);

    for (const minutes of [1, 2, 5, 20, 40]) {
      clock.moveTo(new Date(clock.now().getTime() + minutes * MINUTE_MS));
      await resolveDue(app);
    }
    expect(await auditBooks(app, sandbox.ledger())).toMatchObject({ equal: true });
    const states = (await app.database.select().from(t).where(eq(t.cycle, DUE_CYCLE))).map(({ state }) => state);
    expect(states).toEqual(Array(DUE).fill('APPROVED'));
  });
});
