import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { bundle, chargeBody } from './support.ts';

const lengthOf = async (work: Promise<unknown>): Promise<number> => {
  const { monotonicMs } = systemClock();
  const start = monotonicMs();
  await work;
  return monotonicMs() - start;
};

describe('startSandbox', () => {
  it('says where it listens', async () => {
    const { sandbox } = await bundle();
    expect(sandbox.url).toBe(`http://127.0.0.1:${sandbox.port}`);
  });

  it("rejects with the system's error when the port is taken", async () => {
    const { sandbox } = await bundle();
    await expect(startSandbox({ clock: systemClock(), port: sandbox.port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
      syscall: 'listen',
    });
  });

  it('gives the port back within a second although callers keep their connections', async () => {
    const { call, sandbox } = await bundle();
    await call('subscription', chargeBody());

    expect(await lengthOf(sandbox.close())).toBeLessThan(1000);
    await bundle({ port: sandbox.port });
  });

  it('may be closed twice', async () => {
    const { sandbox } = await bundle();
    await sandbox.close();
    await expect(sandbox.close()).resolves.toBeUndefined();
  });
});

describe('latency', () => {
  it('holds every provider answer back', async () => {
    const { call } = await bundle({ latencyMs: 80 });
    expect(await lengthOf(call('subscription', chargeBody()))).toBeGreaterThanOrEqual(79);
    expect(await lengthOf(call('order', {}))).toBeGreaterThanOrEqual(79);
  });

  it('executes before it waits, and does not outlive a close', async () => {
    const { call, request, sandbox } = await bundle({ latencyMs: 60_000 });
    const answer = call('subscription', chargeBody()).catch(() => 'cut off');
    await expect.poll(() => sandbox.ledger()).toHaveLength(1);
    expect((await request('GET', '/sandbox/stats')).body).toMatchObject({ inFlight: 1, executed: 1 });

    expect(await lengthOf(sandbox.close())).toBeLessThan(1000);
    expect(await answer).toBe('cut off');
  });
});
