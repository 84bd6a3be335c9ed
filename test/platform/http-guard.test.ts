import { describe, expect, it } from 'vitest';
import { callOf, guarded, heldCall, play, times, type Result } from '../support/guarding.ts';

/** Counts the tries of a call that ends as told each time. */
function counted(results: Result[], more: Parameters<typeof callOf>[1] = {}) {
  const tries: { number: number; at: number }[] = [];
  const call = callOf(async (_, number) => {
    tries.push({ number, at: performance.now() });
    return results[tries.length - 1] ?? 'good';
  }, more);
  return { call, tries };
}

describe('a bulkhead', () => {
  it('refuses one more than it and its queue hold, at once', async () => {
    const { guard } = guarded({ longestWaitMs: 60_000 });
    const hanging = times(50, 0).map(() => heldCall());
    const running = hanging.map(({ call }) => guard.run(call));
    const queued = times(50, 0).map(() => guard.run(callOf(async () => 'good')));
    expect(await guard.run(callOf(async () => 'good'))).toBe('bulkhead_full');
    expect(guard.state()).toMatchObject({ active: 50, waiting: 50 });
    for (const { end } of hanging) end('good');
    expect(await Promise.all([...running, ...queued])).toEqual(times(100, 'good'));
    expect(guard.state()).toMatchObject({ active: 0, waiting: 0 });
  });

  it('refuses whoever has waited for too long, and makes no call for them', async () => {
    const { guard, metrics } = guarded({ bulkhead: 1, longestWaitMs: 50 });
    const held = heldCall();
    const running = guard.run(held.call);
    const { call, tries } = counted([]);
    const begun = performance.now();
    const queued = await Promise.all(times(50, call).map((each) => guard.run(each)));
    expect(queued).toEqual(times(50, 'bulkhead_full'));
    expect(performance.now() - begun).toBeGreaterThanOrEqual(49);
    expect(guard.state()).toMatchObject({ active: 1, waiting: 0 });
    held.end('good');
    await running;
    expect(tries).toEqual([]);
    const refused = { provider: 'KAKAOPAY', op: 'pay', why: 'bulkhead_full' };
    expect(await metrics.snapshot()).toContainEqual({
      name: 'pillivery_provider_refused_total',
      labels: refused,
      value: 50,
    });
  });

  it('serves those who wait in the order in which they came', async () => {
    const { guard } = guarded({ bulkhead: 1 });
    const held = heldCall();
    const running = guard.run(held.call);
    const order: number[] = [];
    const queued = [1, 2, 3].map((place) => guard.run(callOf(async () => (order.push(place), 'good'))));
    held.end('good');
    await Promise.all([running, ...queued]);
    expect(order).toEqual([1, 2, 3]);
  });

  it('lets go of a place in the queue when its caller gives up', async () => {
    const { guard } = guarded({ bulkhead: 1, queue: 1, longestWaitMs: 60_000 });
    const held = heldCall();
    const running = guard.run(held.call);
    const controller = new AbortController();
    const first = guard.run(callOf(async () => 'good', { signal: controller.signal }));
    controller.abort();
    expect(await first).toBe('bulkhead_full');
    const second = guard.run(callOf(async () => 'good'));
    held.end('good');
    expect(await Promise.all([running, second])).toEqual(['good', 'good']);
  });

  it('is neither fault nor success in the eyes of the breaker', async () => {
    const { guard } = guarded({ bulkhead: 1, queue: 0, breaker: { size: 20, minimumCalls: 20 } });
    await play(guard, [...times<Result>(7, 'good'), ...times<Result>(12, 'fault')]);
    const held = heldCall();
    const running = guard.run(held.call);
    await Promise.all(times(100, 0).map(() => guard.run(callOf(async () => 'good'))));
    held.end('fault');
    await running;
    expect(guard.state().breaker).toBe('open');
  });

  it('frees the slot of a call that throws', async () => {
    const { guard } = guarded({ bulkhead: 1, queue: 0 });
    await expect(guard.run(callOf(() => Promise.reject(new Error('Bug: wrong.'))))).rejects.toThrow('Bug: wrong.');
    expect(await play(guard, ['good'])).toEqual(['good']);
  });

  it('shows who is under way and who waits', async () => {
    const { guard, metrics } = guarded({ bulkhead: 1 });
    const held = heldCall();
    const running = [guard.run(held.call), guard.run(callOf(async () => 'good'))];
    const labels = { provider: 'KAKAOPAY', group: 'pay' };
    const samples = await metrics.snapshot();
    expect(samples).toContainEqual({ name: 'pillivery_provider_bulkhead_active', labels, value: 1 });
    expect(samples).toContainEqual({ name: 'pillivery_provider_bulkhead_waiting', labels, value: 1 });
    held.end('good');
    await Promise.all(running);
  });
});

describe('a retry', () => {
  const mayRepeat = (result: Result): boolean => result === 'fault';

  it('is made as often as is allowed, and numbered', async () => {
    const { guard, metrics } = guarded({ retries: 2 });
    const { call, tries } = counted(['fault', 'fault', 'fault', 'good'], { mayRepeat, op: 'approve' });
    expect(await guard.run(call)).toBe('fault');
    expect(tries.map(({ number }) => number)).toEqual([1, 2, 3]);
    const labels = { provider: 'KAKAOPAY', op: 'approve' };
    expect(await metrics.snapshot()).toContainEqual({ name: 'pillivery_provider_retries_total', labels, value: 2 });
  });

  it('ends with the first result that needs none', async () => {
    const { guard } = guarded({ retries: 2 });
    const { call, tries } = counted(['fault', 'good'], { mayRepeat });
    expect(await guard.run(call)).toBe('good');
    expect(tries).toHaveLength(2);
  });

  it('is not made for a result that may not be repeated', async () => {
    const { guard } = guarded({ retries: 2 });
    const { call, tries } = counted(['fault']);
    expect(await guard.run(call)).toBe('fault');
    expect(tries).toHaveLength(1);
  });

  it('waits longer each time, give or take a fifth', async () => {
    const { guard } = guarded({ retries: 2, backoffMs: 100 });
    const { call, tries } = counted(['fault', 'fault', 'fault'], { mayRepeat });
    await guard.run(call);
    const [first = 0, second = 0, third = 0] = tries.map(({ at }) => at);
    expect(second - first).toBeGreaterThanOrEqual(79);
    expect(third - second).toBeGreaterThanOrEqual(159);
  });

  it('is not made after a refusal', async () => {
    const { guard } = guarded({ retries: 2, bulkhead: 1, queue: 0, breaker: { size: 1, minimumCalls: 1 } });
    const always = { mayRepeat: () => true };
    const held = heldCall();
    const running = guard.run(held.call);
    const { call, tries } = counted([], always);
    expect(await guard.run(call)).toBe('bulkhead_full');
    held.end('fault');
    await running;
    expect(await guard.run(call)).toBe('circuit_open');
    expect(tries).toEqual([]);
  });

  it('ends with the refusal when the breaker opened at the try before', async () => {
    const { guard } = guarded({ retries: 2, breaker: { size: 1, minimumCalls: 1 } });
    const { call, tries } = counted(['fault'], { mayRepeat });
    expect(await guard.run(call)).toBe('circuit_open');
    expect(tries).toHaveLength(1);
  });

  it('is not made when the caller gives up during the back-off', async () => {
    const { guard } = guarded({ retries: 2, backoffMs: 60_000 });
    const { call, tries } = counted(['fault'], { mayRepeat, signal: AbortSignal.timeout(20) });
    expect(await guard.run(call)).toBe('fault');
    expect(tries).toHaveLength(1);
  });

  it('is not made when the deadline passes during the back-off', async () => {
    const { guard } = guarded({ retries: 2, backoffMs: 60_000, deadlineMs: 20 });
    const { call, tries } = counted(['fault'], { mayRepeat });
    expect(await guard.run(call)).toBe('fault');
    expect(tries).toHaveLength(1);
  });
});

describe('the time of a call', () => {
  /** Ends when its signal fires, as a call on the wire does. */
  const untilStopped = (signal: AbortSignal): Promise<Result> =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve('fault')));

  it.each([
    ['a try, for connecting and reading', { connectTimeoutMs: 10, readTimeoutMs: 20 }, () => ({})],
    ['the group, for everything', { deadlineMs: 30 }, () => ({})],
    ['the caller', {}, () => ({ deadlineMs: 30 })],
    ['a signal of the caller', {}, () => ({ signal: AbortSignal.timeout(30) })],
  ])('is limited by %s', async (_, settings, limits) => {
    const { guard } = guarded(settings);
    expect(await guard.run(callOf(untilStopped, limits()))).toBe('fault');
  });

  it('begins anew with each try, and ends for all of them with the deadline', async () => {
    const { guard } = guarded({ connectTimeoutMs: 10, readTimeoutMs: 20, deadlineMs: 200, retries: 1_000 });
    let tries = 0;
    const call = callOf((signal) => ((tries += 1), untilStopped(signal)), { mayRepeat: () => true });
    const begun = performance.now();
    expect(await guard.run(call)).toMatch(/fault|circuit_open/);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(198);
    expect(tries).toBeGreaterThan(1);
  });

  it.each([
    ['the time of the caller is up', { deadlineMs: 0 }],
    ['the caller has given up', { signal: AbortSignal.abort() }],
  ])('is not begun when %s: nothing has happened', async (_, limits) => {
    const { guard } = guarded({ retries: 2 });
    const { call, tries } = counted([], { ...limits, mayRepeat: () => true });
    expect(await guard.run(call)).toBe('bulkhead_full');
    expect(tries).toEqual([]);
  });
});
