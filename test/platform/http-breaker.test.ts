import { describe, expect, it } from 'vitest';
import { callOf, guarded, heldCall, play, times, type Result } from '../support/guarding.ts';

const good = (count: number): Result[] => times(count, 'good');
const faults = (count: number): Result[] => times(count, 'fault');

/** A breaker that has just opened, and does not stay so for long. */
async function opened(trialCalls = 10, openMs = 20) {
  const made = guarded({ breaker: { openMs, trialCalls } });
  await play(made.guard, faults(20));
  expect(made.guard.state().breaker).toBe('open');
  return made;
}

describe('a closed breaker', () => {
  it.each([
    [0.6, 'the 13th fault of 20', [...good(7), ...faults(12)]],
    [0.6, 'the 25th fault of the last 40', [...good(16), ...faults(24)]],
    [0.75, 'the 16th fault of 20', [...good(4), ...faults(15)]],
    [0.75, 'the 31st fault of the last 40', [...good(10), ...faults(30)]],
  ])('at %d opens at %s and not before', async (threshold, _, before) => {
    const { guard } = guarded({ breaker: { threshold } });
    await play(guard, before);
    expect(guard.state().breaker).toBe('closed');
    await play(guard, ['fault']);
    expect(guard.state().breaker).toBe('open');
  });

  it.each([
    [0.6, [...good(8), ...faults(12)]],
    [0.75, [...good(5), ...faults(15)]],
  ])('at %d stays closed at exactly that share', async (threshold, results) => {
    const { guard } = guarded({ breaker: { threshold } });
    await play(guard, results);
    expect(guard.state().breaker).toBe('closed');
  });

  it('judges nothing before it has seen 20 calls', async () => {
    const { guard } = guarded();
    await play(guard, faults(19));
    expect(guard.state().breaker).toBe('closed');
  });

  it('judges only at a fault', async () => {
    const { guard } = guarded();
    await play(guard, [...faults(19), 'good']);
    expect(guard.state().breaker).toBe('closed');
  });

  it('stays closed over 1,000 answers for which the provider is not to blame', async () => {
    const { guard } = guarded();
    await play(guard, good(1_000));
    expect(guard.state().breaker).toBe('closed');
  });

  it('passes errors on and does not count them', async () => {
    const { guard } = guarded();
    const bug = callOf(() => Promise.reject(new Error('Bug: wrong.')));
    for (const call of times(40, bug)) await expect(guard.run(call)).rejects.toThrow('Bug: wrong.');
    expect(guard.state().breaker).toBe('closed');
  });
});

describe('an open breaker', () => {
  it('refuses with the rest of the open time, and makes no call', async () => {
    const { guard, clock } = await opened(10, 60_000);
    const before = clock.now().getTime();
    const seen: string[] = [];
    const retryAt = await guard.run<Date | undefined>({
      attempt: async () => void seen.push('called'),
      isFault: () => false,
      mayRepeat: () => true,
      refused: (refusal) => refusal.retryAt,
    });
    expect(seen).toEqual([]);
    expect(retryAt?.getTime()).toBeGreaterThan(before + 50_000);
    expect(retryAt?.getTime()).toBeLessThanOrEqual(clock.now().getTime() + 60_000);
    expect(guard.state().reopensAt?.getTime()).toBeLessThanOrEqual(clock.now().getTime() + 60_000);
  });

  it('refuses in less than 10 ms, 99 times in 100', async () => {
    const { guard } = await opened(10, 60_000);
    const seen: string[] = [];
    const call = callOf(async () => (seen.push('called'), 'good'));
    let slow = 0;
    for (let count = 0; count < 10_000; count += 1) {
      const begun = performance.now();
      await guard.run(call);
      if (performance.now() - begun >= 10) slow += 1;
    }
    expect(seen).toEqual([]);
    expect(slow).toBeLessThanOrEqual(100);
  });

  it('refuses while every slot still hangs on the provider', async () => {
    const { guard } = guarded({ bulkhead: 21, queue: 5 });
    const held = heldCall();
    const hanging = guard.run(held.call);
    await play(guard, faults(20));
    expect(await guard.run(callOf(async () => 'good'))).toBe('circuit_open');
    held.end('good');
    expect(await hanging).toBe('good');
  });

  it('refuses a call that was waiting for a slot when it opened', async () => {
    const { guard } = guarded({ bulkhead: 1, breaker: { size: 1, minimumCalls: 1 } });
    const held = heldCall();
    const opening = guard.run(held.call);
    const waiting = guard.run(callOf(async () => 'good'));
    held.end('fault');
    expect([await opening, await waiting]).toEqual(['fault', 'circuit_open']);
  });

  it('lets whoever waits for it know that it may be tried again', async () => {
    const { guard } = await opened();
    await guard.admitted();
    expect(guard.state()).toEqual({ breaker: 'half_open', active: 0, waiting: 0 });
  });

  it('lets go of whoever waits for it when their signal fires, or when it is closed for good', async () => {
    const { guard } = await opened(10, 60_000);
    await guard.admitted(AbortSignal.timeout(5));
    const waiting = guard.admitted();
    guard.close();
    await waiting;
    expect(guard.state().breaker).toBe('open');
  });
});

describe('a half-open breaker', () => {
  it('lets exactly 10 calls through, and refuses the 11th at once', async () => {
    const { guard } = await opened();
    await guard.admitted();
    const trials = times(10, 0).map(() => heldCall());
    const running = trials.map(({ call }) => guard.run(call));
    await Promise.all(trials.map(({ begun }) => begun));
    expect(await guard.run(callOf(async () => 'good'))).toBe('circuit_open');
    expect(guard.state()).toEqual({ breaker: 'half_open', active: 10, waiting: 0 });
    for (const { end } of trials) end('good');
    await Promise.all(running);
    expect(guard.state().breaker).toBe('closed');
  });

  it('closes after 10 calls with 6 faults, and forgets what was before', async () => {
    const { guard } = await opened();
    await guard.admitted();
    await play(guard, [...faults(6), ...good(4)]);
    expect(guard.state().breaker).toBe('closed');
    await play(guard, faults(11));
    expect(guard.state().breaker).toBe('closed');
  });

  it('opens again at the 7th fault', async () => {
    const { guard } = await opened();
    await guard.admitted();
    await play(guard, [...good(3), ...faults(6)]);
    expect(guard.state().breaker).toBe('half_open');
    await play(guard, ['fault']);
    expect(guard.state().breaker).toBe('open');
    await guard.admitted();
    expect(await play(guard, good(10))).toEqual(good(10));
    expect(guard.state().breaker).toBe('closed');
  });

  it('is not closed by a trial that throws, and passes the error on', async () => {
    const { guard } = await opened(1);
    await guard.admitted();
    await expect(guard.run(callOf(() => Promise.reject(new Error('Bug: wrong.'))))).rejects.toThrow('Bug: wrong.');
    expect(guard.state().breaker).toBe('open');
  });

  it('gives a trial to somebody else when its caller gets no slot', async () => {
    const breaker = { size: 1, minimumCalls: 1, openMs: 20, trialCalls: 2 };
    const { guard } = guarded({ bulkhead: 2, queue: 0, breaker });
    const [old, trial] = [heldCall(), heldCall()];
    const running = [guard.run(old.call)];
    await play(guard, ['fault']);
    await guard.admitted();
    running.push(guard.run(trial.call));
    expect(await play(guard, ['good'])).toEqual(['bulkhead_full']);
    old.end('good');
    await running[0];
    expect(await play(guard, ['good'])).toEqual(['good']);
    trial.end('good');
    await running[1];
    expect(guard.state().breaker).toBe('closed');
  });

  it('keeps later workers waiting until a trial is free or the breaker has closed', async () => {
    const { guard } = await opened(1);
    await guard.admitted();
    const trial = heldCall();
    const running = guard.run(trial.call);
    let admitted = false;
    const worker = guard.admitted().then(() => (admitted = true));
    await trial.begun;
    expect(admitted).toBe(false);
    trial.end('good');
    await Promise.all([running, worker]);
    expect(guard.state().breaker).toBe('closed');
  });
});

describe('the signs of a breaker', () => {
  it('are a gauge, counters, and one log line for each change', async () => {
    const { guard, log, metrics } = await opened();
    await play(guard, ['good']);
    await guard.admitted();
    await play(guard, [...faults(2), ...good(8)]);
    const about = { provider: 'KAKAOPAY', group: 'pay' };
    expect(log.lines).toEqual([
      { level: 'warn', event: 'breaker_open', ...about, faults: 20, calls: 20, message: expect.any(String) },
      { level: 'info', event: 'breaker_half_open', ...about, message: expect.any(String) },
      { level: 'info', event: 'breaker_closed', ...about, faults: 2, calls: 10, message: expect.any(String) },
    ]);
    const samples = await metrics.snapshot();
    expect(samples).toContainEqual({ name: 'pillivery_provider_breaker_state', labels: about, value: 0 });
    expect(samples).toContainEqual({ name: 'pillivery_provider_breaker_opened_total', labels: about, value: 1 });
    const refused = { provider: 'KAKAOPAY', op: 'pay', why: 'circuit_open' };
    expect(samples).toContainEqual({ name: 'pillivery_provider_refused_total', labels: refused, value: 1 });
  });

  it('show the state by number, and are taken away when the guard is closed', async () => {
    const { guard, metrics } = await opened();
    const state = async () =>
      (await metrics.snapshot())
        .filter(({ name }) => name === 'pillivery_provider_breaker_state')
        .map(({ value }) => value);
    expect(await state()).toEqual([1]);
    await guard.admitted();
    expect(await state()).toEqual([2]);
    guard.close();
    expect(await state()).toEqual([]);
  });
});
