import { describe, expect, it } from 'vitest';
import { openApp } from '../../src/app.ts';
import { resolveDue } from '../../src/payments/index.ts';
import type { PaymentAttempt } from '../../src/schema.ts';
import { ROOT } from '../support/bundle.ts';
import { ENGINES } from '../support/databases.ts';
import { afterStart, HOUR, MINUTE, shopInDoubt } from '../support/doubt.ts';

const SECOND = 1_000;
const DAY = 24 * HOUR;

/** From when it was sent to the next look. */
const untilNextLook = ({ sentAt, nextCheckAt }: PaymentAttempt): number | null =>
  nextCheckAt && sentAt && nextCheckAt.getTime() - sentAt.getTime();

// The provider knows none of the sessions that are prepared by hand, and proves nothing by that.
describe.each(ENGINES)('the schedule of the resolver on %s', (engine) => {
  it.each([
    [15 * SECOND, 1 * MINUTE],
    [1 * MINUTE, 5 * MINUTE],
    [5 * MINUTE, 20 * MINUTE],
    [20 * MINUTE, 31 * MINUTE],
    [31 * MINUTE, 60 * MINUTE],
  ])('looks after %i ms and then after %i ms', async (age, next) => {
    const { app, given, moveTo, attempt: read, sandbox } = await shopInDoubt({ engine });
    const { attempt } = await given.orderInDoubt();
    moveTo(attempt, age);

    expect(await resolveDue(app)).toMatchObject({ looked: 1, operator: 0 });

    const after = await read(attempt);
    expect(untilNextLook(after)).toBe(next);
    expect(after).toMatchObject({ state: 'UNKNOWN', checkCount: 1, needsOperator: false });
    expect(sandbox.stats().ops.order).toBe(1);
  });

  it('does not look before its time', async () => {
    const { app, given, moveTo, sandbox } = await shopInDoubt({ engine });
    const { attempt } = await given.orderInDoubt();
    moveTo(attempt, 14 * SECOND);

    expect(await resolveDue(app)).toMatchObject({ looked: 0 });
    expect(sandbox.stats().ops.order).toBe(0);
  });

  it('asks a person with the look at 60 min, once, and goes on every 6 h', async () => {
    const { app, given, moveTo, attempt: read, events, told } = await shopInDoubt({ engine });
    const { attempt } = await given.orderInDoubt();

    moveTo(attempt, 60 * MINUTE);
    expect(await resolveDue(app)).toMatchObject({ looked: 1, operator: 1 });
    const asked = await read(attempt);
    moveTo(attempt, 60 * MINUTE + 6 * HOUR + MINUTE);
    expect(await resolveDue(app)).toMatchObject({ looked: 1, operator: 0 });

    expect(asked).toMatchObject({ state: 'UNKNOWN', needsOperator: true, operatorReason: 'UNKNOWN_UNRESOLVED' });
    expect(untilNextLook(asked)).toBeGreaterThanOrEqual(7 * HOUR);
    expect(untilNextLook(asked)).toBeLessThan(7 * HOUR + MINUTE);
    expect(await told(attempt)).toMatchObject([{ type: 'payment.needs_operator', reason: 'UNKNOWN_UNRESOLVED' }]);
    expect(await events(attempt)).toMatchObject([
      { toState: 'CREATED' },
      { fromState: 'UNKNOWN', toState: 'UNKNOWN', actor: 'SYSTEM', data: { lookup: { kind: 'inconclusive' } } },
    ]);
  });

  it('stops looking after a week', async () => {
    const { app, given, moveTo, attempt: read } = await shopInDoubt({ engine });
    const { attempt } = await given.orderInDoubt();
    moveTo(attempt, 7 * DAY);

    await resolveDue(app);

    expect(await read(attempt)).toMatchObject({ state: 'UNKNOWN', nextCheckAt: null });
  });

  it('counts a look that the provider did not answer, and asks a person in time all the same', async () => {
    const { app, given, moveTo, attempt: read, sandbox } = await shopInDoubt({ engine });
    const { attempt } = await given.orderInDoubt();
    await sandbox.close();

    moveTo(attempt, 60 * MINUTE);
    expect(await resolveDue(app)).toMatchObject({ looked: 1, operator: 1 });

    expect(await read(attempt)).toMatchObject({ state: 'UNKNOWN', checkCount: 1, needsOperator: true });
  });

  it('makes a silent call unknown after 60 s and looks at once', async () => {
    const { app, given, moveTo, attempt: read, events, set } = await shopInDoubt({ engine });
    const { attempt } = await given.orderInDoubt({ state: 'SENT' });
    await set(attempt, { nextCheckAt: new Date((attempt.sentAt?.getTime() ?? 0) + MINUTE) });

    moveTo(attempt, 59 * SECOND);
    expect(await resolveDue(app)).toMatchObject({ silent: 0, looked: 0 });
    moveTo(attempt, 60 * SECOND);
    expect(await resolveDue(app)).toMatchObject({ silent: 1, looked: 1 });

    expect(untilNextLook(await read(attempt))).toBe(5 * MINUTE);
    expect((await events(attempt)).at(-1)).toMatchObject({ fromState: 'SENT', toState: 'UNKNOWN', actor: 'SYSTEM' });
  });

  it('tells a person of an attempt whose last look died', async () => {
    const { app, given, moveTo, attempt: read } = await shopInDoubt({ engine });
    const { attempt } = await given.orderInDoubt({ nextCheckAt: null });

    moveTo(attempt, 66 * MINUTE);
    expect(await resolveDue(app)).toMatchObject({ looked: 0, operator: 1 });

    expect(await read(attempt)).toMatchObject({ needsOperator: true, operatorReason: 'UNKNOWN_UNRESOLVED' });
  });

  it('looks at no more than it was asked for', async () => {
    const { app, given, moveTo } = await shopInDoubt({ engine });
    await given.orderInDoubt();
    const { attempt } = await given.orderInDoubt();
    moveTo(attempt, MINUTE);

    expect(await resolveDue(app, { limit: 1 })).toMatchObject({ looked: 1 });
    expect(await resolveDue(app)).toMatchObject({ looked: 1 });
  });
});

describe.each(ENGINES)('two resolvers on %s', (engine) => {
  it('look at each attempt once', async () => {
    const { app, clock, given, attempt: read, sandbox } = await shopInDoubt({ engine });
    const other = await openApp(app.config, { root: ROOT, version: '0.0.0-test', clock });
    const doubtful = await Promise.all(Array.from({ length: 20 }, () => given.orderInDoubt()));
    const attempts = doubtful.map(({ attempt }) => attempt);
    clock.moveTo(afterStart(2 * MINUTE));

    const [one, two] = await Promise.all([resolveDue(app), resolveDue(other)]).finally(() => other.close());

    expect(one.looked + two.looked).toBe(20);
    expect(sandbox.stats().ops.order).toBe(20);
    const counts = await Promise.all(attempts.map(async (attempt) => (await read(attempt)).checkCount));
    expect(counts).toEqual(attempts.map(() => 1));
  });
});
