import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openCircuit } from '../../src/billing/circuit.ts';
import { inGroups } from '../../src/billing/groups.ts';
import { openHalt } from '../../src/billing/halt.ts';
import { openPermits } from '../../src/billing/permits.ts';
import { describeProgress } from '../../src/billing/progress.ts';
import { openRejections } from '../../src/billing/rejections.ts';
import { systemClock } from '../../src/platform/clock.ts';

describe('work in groups', () => {
  it('shares one call among those that come together, and gives each its own result', async () => {
    const groups: number[][] = [];
    const double = inGroups(async (items: number[]) => {
      groups.push(items);
      await sleep(5);
      return items.map((item) => item * 2);
    });
    expect(await Promise.all([1, 2, 3].map(double))).toEqual([2, 4, 6]);
    expect(groups).toEqual([[1, 2, 3]]);
  });

  it('never holds more than 64 in one call', async () => {
    const sizes: number[] = [];
    const count = inGroups(async (items: number[]) => {
      sizes.push(items.length);
      return items;
    });
    await Promise.all(Array.from({ length: 150 }, (_, item) => count(item)));
    expect(sizes).toEqual([64, 64, 22]);
  });

  it('fails those of the failing call, and goes on with the next', async () => {
    const fail = inGroups(async (items: number[]) => {
      if (items.includes(13)) throw new Error('unlucky');
      return items;
    });
    await expect(fail(13)).rejects.toThrow('unlucky');
    await expect(fail(1)).resolves.toBe(1);
  });
});

it('permits let in no more than so many at once, in the order of asking', async () => {
  const permits = openPermits(2);
  const order: number[] = [];
  let most = 0;
  const work = (index: number): Promise<void> =>
    permits.hold(async () => {
      order.push(index);
      most = Math.max(most, permits.held());
      await sleep(2);
    });
  await Promise.all([0, 1, 2, 3, 4].map(work));
  expect(order).toEqual([0, 1, 2, 3, 4]);
  expect(most).toBe(2);
  expect(permits.held()).toBe(0);
});

describe('rejected configuration', () => {
  const rejected = { kind: 'rejected_by_config', what: 'parameter', scope: 'item', codes: { code: '-703' } } as const;
  const fine = { kind: 'declined_soft', group: 'LIMIT', codes: { code: '-797' } } as const;

  it('of all is told at once', () => {
    expect(openRejections().note({ ...rejected, scope: 'all' })).toBe('all');
  });

  it('of items counts as of all at the fifth in a row', () => {
    const { note } = openRejections();
    expect(Array.from({ length: 5 }, () => note(rejected))).toEqual(['item', 'item', 'item', 'item', 'all']);
  });

  it('of items counts as of all when it is more than five of the last hundred', () => {
    const { note } = openRejections();
    const verdicts = [];
    for (let index = 0; index < 6; index += 1) {
      verdicts.push(note(rejected));
      for (let calm = 0; calm < 10; calm += 1) note(fine);
    }
    expect(verdicts).toEqual(['item', 'item', 'item', 'item', 'item', 'all']);
  });
});

describe('the circuit', () => {
  it('lets nobody through and stops the run once its patience is used up', async () => {
    const halt = openHalt([]);
    const never = {
      chargesAdmitted: (signal?: AbortSignal) =>
        new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve())),
    };
    const circuit = openCircuit(never, { clock: systemClock(), halt, patienceMs: 60 });
    const entered = await Promise.all([circuit.enter(), circuit.enter(), circuit.enter()]);
    expect(entered).toEqual([undefined, undefined, undefined]);
    expect([...halt.reasons]).toEqual(['PROVIDER_DOWN']);
    expect(circuit.waitedMs()).toBeGreaterThan(50);
    expect(circuit.waitedMs()).toBeLessThan(1_000); // three waited, and the time counts once
  });

  it('lets ten through at a time while nobody knows whether the provider is well', async () => {
    const halt = openHalt([]);
    const circuit = openCircuit(
      { chargesAdmitted: async () => undefined },
      { clock: systemClock(), halt, patienceMs: 60_000 },
    );
    circuit.refused();
    let through = 0;
    const leaving: (() => void)[] = [];
    const enter = async (): Promise<void> => {
      const leave = await circuit.enter();
      through += 1;
      if (leave) leaving.push(leave);
    };
    const all = Promise.all(Array.from({ length: 12 }, enter));
    await sleep(20);
    expect(through).toBe(10);
    leaving.splice(0, 2).forEach((leave) => leave());
    await all;
    expect(through).toBe(12);
    for (let answers = 0; answers < 10; answers += 1) circuit.answered();
    expect(circuit.isOpen()).toBe(false);
  });
});

it('progress reads as a line', () => {
  const counts = { approved: 11_871, declinedSoft: 400, declinedHard: 103, unknown: 2, notCharged: 0, skipped: 24 };
  const rest = { held: 0, fenced: 0, left: 0, cancelled: 0, amountApproved: 0, inFlight: 16, rssMb: 140 };
  const ids = { runId: 'r', runnerId: 'n', businessDate: '2026-11-22' };
  const at = { step: 'due', done: 12_400, total: 50_000, perSecond: 78.9, breaker: 'closed' } as const;
  expect(describeProgress({ ...ids, ...at, ...counts, ...rest })).toBe(
    'due 12,400/≈50,000 · approved 11,871 · declined 503 · unknown 2 · 78.9/s · circuit closed · ETA 7m57s',
  );
});
