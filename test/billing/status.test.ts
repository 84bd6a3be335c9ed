import { eq } from '../../src/platform/database/sql.ts';
import { describe, expect, it } from 'vitest';
import { readStatus, StatusDocument } from '../../src/billing/index.ts';
import { startRunner } from '../../src/billing/runner.ts';
import { addDays } from '../../src/platform/calendar.ts';
import { bundle, type Bundle } from '../support/bundle.ts';
import { ENGINES } from '../support/databases.ts';
import { given } from '../support/given.ts';
import { givenAttempts } from '../support/given-attempts.ts';
import { wait } from '../support/outbox.ts';
import { billOn, declining, LACKS_BALANCE, moveTo, TODAY } from './support.ts';

const HOUR_MS = 3_600_000;

const statusOf = async ({ app }: Pick<Bundle, 'app'>, request = {}) =>
  StatusDocument.parse(await readStatus(app, request));

describe.each(ENGINES)('bill status on %s', { timeout: 60_000 }, (engine) => {
  it('tells runs with what they counted, open cycles, and what falls due', async () => {
    const shop = await bundle({ engine });
    await given(shop.app).subscriptions(3);
    await given(shop.app).subscriptions(2, { nextBillingOn: '2026-11-22' });
    await given(shop.app).subscription({ mandateId: null });
    await declining(shop, LACKS_BALANCE);
    await billOn(shop, '2026-11-19');
    await billOn(shop, TODAY);
    const status = await statusOf(shop);
    expect(status.runs).toMatchObject([
      { businessDate: TODAY, status: 'COMPLETED', exitCode: 0, runners: 1 },
      { businessDate: '2026-11-19', status: 'COMPLETED', totals: { selected: 0 } },
    ]);
    expect(status.runs[0]?.totals).toMatchObject({ selected: 5, approved: 3, declinedSoft: 1, held: 1 });
    expect(status.openCycles).toEqual([
      { step: 1, waiting: 0, needsMethod: 1, paused: 0 },
      { step: 2, waiting: 1, needsMethod: 0, paused: 0 },
    ]);
    expect(status.due.map(({ renewals, retries }) => [renewals, retries])).toEqual([
      [0, 0],
      [0, 1],
      [2, 0],
      ...Array(4).fill([0, 0]),
    ]);
    expect(status.runners).toEqual([]);
    expect((await statusOf(shop, { date: '2026-11-19' })).runs).toHaveLength(1);
    expect((await statusOf(shop, { last: 1 })).runs).toMatchObject([{ businessDate: TODAY }]);
  });

  it('counts what earlier days have left to the first day', async () => {
    const shop = await bundle({ engine });
    await given(shop.app).subscription({ nextBillingOn: '2026-11-17' });
    await given(shop.app).subscription({ nextBillingOn: '2026-11-01' });
    const { due, operator } = await statusOf(shop);
    expect(due[0]).toEqual({ date: TODAY, renewals: 1, retries: 0 });
    expect(operator).toMatchObject({ overdueBeyondCatchUp: 1 });
  });

  it('shows who is at work, and how long ago they were heard of', async () => {
    const shop = await bundle({ engine });
    const runner = await startRunner(shop.app, TODAY);
    wait(shop, 7);
    const { runners, runs } = await statusOf(shop);
    expect(runs).toMatchObject([{ status: 'RUNNING', exitCode: null }]);
    expect(runners).toMatchObject([
      { runnerId: runner.id, businessDate: TODAY, pid: process.pid, status: 'RUNNING', heartbeatAgeSeconds: 7 },
    ]);
    expect(runners[0]?.isOverdue).toBe(false);
    wait(shop, 60);
    expect((await statusOf(shop)).runners).toMatchObject([{ heartbeatAgeSeconds: 67, isOverdue: true }]);
  });

  it('counts payments in doubt by their age, and what waits for a person', async () => {
    const shop = await bundle({ engine });
    const attempts = givenAttempts(shop.app);
    const sentAt = (ms: number): Date => new Date(shop.clock.now().getTime() - ms);
    await attempts.orderInDoubt({ sentAt: sentAt(60_000) });
    await attempts.renewalInDoubt({
      sentAt: sentAt(30 * HOUR_MS),
      needsOperator: true,
      operatorReason: 'UNKNOWN_UNRESOLVED',
    });
    await attempts.orderInDoubt({ sentAt: sentAt(8 * 24 * HOUR_MS) });
    const { unknown, operator } = await statusOf(shop);
    expect(unknown).toMatchObject({ count: 3, amount: 81_000 });
    expect(unknown.byAge.map(({ count }) => count)).toEqual([1, 0, 1, 1]);
    expect(operator).toMatchObject({
      attempts: [{ reason: 'UNKNOWN_UNRESOLVED', count: 1 }],
      refunds: 0,
      deadCommands: 0,
    });
  });

  it('is healthy after a complete run, until that is too old or the day’s own is missing', async () => {
    const shop = await bundle({ engine });
    const health = async (request = {}) => (await statusOf(shop, request)).health;
    expect(await health()).toMatchObject({ exitCode: 75, problems: [{ says: 'no run has ever been complete' }, {}] });
    await billOn(shop, TODAY);
    expect(await health()).toEqual({ exitCode: 0, problems: [] });
    moveTo(shop, addDays(TODAY, 1), '03:59');
    expect(await health()).toEqual({ exitCode: 0, problems: [] });
    expect(await health({ maxAgeMs: 24 * HOUR_MS })).toMatchObject({ exitCode: 75 });
    moveTo(shop, addDays(TODAY, 1), '06:01');
    expect(await health({ maxAgeMs: 48 * HOUR_MS })).toEqual({
      exitCode: 75,
      problems: [{ exitCode: 75, says: 'the run of 2026-11-21 is not complete, and it is past 06:00' }],
    });
  });

  it('asks for a person while something waits for one, and for another run before that', async () => {
    const shop = await bundle({ engine });
    await billOn(shop, TODAY);
    const needed = { state: 'APPROVED', needsOperator: true, operatorReason: 'DUPLICATE_APPROVAL' } as const;
    const { attempt } = await givenAttempts(shop.app).orderInDoubt(needed);
    const { health } = await statusOf(shop);
    expect(health).toMatchObject({
      exitCode: 3,
      problems: [{ says: 'payments wait for a person (pillivery payments list): 1' }],
    });
    expect((await statusOf(shop, { maxAgeMs: -1 })).health.exitCode).toBe(75);
    const { paymentAttempts: t } = shop.app.database.tables;
    await shop.app.database.update(t).set({ needsOperator: false }).where(eq(t.id, attempt.id));
    expect((await statusOf(shop)).health.exitCode).toBe(0);
  });
});
