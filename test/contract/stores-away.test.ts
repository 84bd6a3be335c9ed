import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { openMetrics } from '../../src/platform/metrics.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { connectStores, type Stores } from '../../src/platform/stores/index.ts';
import { recordingLog } from '../support/recording-log.ts';
import { HAS_REDIS } from '../support/redis.ts';
import { buildApi } from '../../src/api/app.ts';
import { bundle } from '../support/bundle.ts';
import { freshPrefix, openedStores, redisOfThisFile } from '../support/stores.ts';

const MINUTE = 60_000;
const server = redisOfThisFile();

/** Two processes of one shop. */
async function pair(): Promise<[Stores, Stores]> {
  const prefix = freshPrefix();
  return [await openedStores(server().url, prefix), await openedStores(server().url, prefix)];
}

const stand = (standing: string, ...stores: Stores[]) =>
  vi.waitFor(() => expect(new Set(stores.map((one) => one.standing()))).toEqual(new Set([standing])), 10_000);

async function outage(...stores: Stores[]): Promise<void> {
  await server().kill();
  await stand('away', ...stores);
}

async function comeback(...stores: Stores[]): Promise<void> {
  await server().startAgain();
  await stand('shared', ...stores);
}

describe.runIf(HAS_REDIS)('two processes that share a Redis', () => {
  it('see each other’s values, messages, locks and limits', async () => {
    const [a, b] = await pair();
    const heard: string[] = [];
    await b.bus.subscribe('sessions', (message) => heard.push(message));
    await a.kv.set('k', 'v', MINUTE);
    await a.copies.set('k', 'c', MINUTE);
    await a.bus.publish('sessions', 'revoked');
    expect([await b.kv.get('k'), await b.copies.get('k')]).toEqual(['v', 'c']);
    const locked = await a.locks.tryWith('job', MINUTE, () => b.locks.tryWith('job', MINUTE, async () => 1));
    expect(locked).toEqual({ result: undefined });
    const rule = { name: 'r', limit: 1, windowSeconds: 60 };
    expect([(await a.limiter.take(rule, 's')).allowed, (await b.limiter.take(rule, 's')).allowed]).toEqual([
      true,
      false,
    ]);
    await vi.waitFor(() => expect(heard).toEqual(['revoked']));
  });

  it('tell each other of wide limits in the background', async () => {
    const [a, b] = await pair();
    const rule = { name: 'wide', limit: 10, windowSeconds: 3_600 };
    for (let n = 0; n < 10; n++) a.wideLimiter.take(rule, 's');
    await vi.waitFor(() => expect(b.wideLimiter.take({ ...rule, limit: 11 }, 's').allowed).toBe(false), 5_000);
  });
});

describe.runIf(HAS_REDIS)('while Redis is away', () => {
  afterEach(() => server().startAgain());

  it('values, locks and limits go on in the process', async () => {
    const [a] = await pair();
    await outage(a);
    await a.kv.set('state', 'x', MINUTE);
    const rule = { name: 'r', limit: 1, windowSeconds: 60 };
    expect([
      await a.kv.get('state'),
      await a.kv.setIfAbsent('state', 'y', MINUTE),
      await a.locks.tryWith('job', MINUTE, async () => 1),
      (await a.limiter.take(rule, 's')).allowed,
      (await a.limiter.take(rule, 's')).allowed,
    ]).toEqual(['x', false, { result: 1 }, true, false]);
    await comeback(a);
    expect([await a.kv.take('state'), await a.kv.take('state')]).toEqual(['x', undefined]);
  });

  it('there are no copies, and none from before the outage that was replaced or dropped meanwhile', async () => {
    const [a, b] = await pair();
    await Promise.all(['kept', 'revoked', 'dropped'].map((key) => a.copies.set(key, 'live', MINUTE)));
    server().freeze();
    await a.copies.set('revoked', 'tombstone', MINUTE);
    await a.copies.delete('dropped');
    const meanwhile = [await a.copies.get('kept'), await a.copies.get('revoked'), await a.copies.get('dropped')];
    server().thaw();
    await stand('shared', a, b);
    const after = [await b.copies.get('kept'), await b.copies.get('revoked'), await b.copies.get('dropped')];
    expect({ meanwhile, after }).toEqual({
      meanwhile: [undefined, undefined, undefined],
      after: ['live', undefined, undefined],
    });
  });

  it('a frozen server delays one command by half a second, and the others not at all', async () => {
    const [a] = await pair();
    server().freeze();
    await a.kv.get('k');
    const started = performance.now();
    for (let n = 0; n < 1_000; n++) await a.kv.set(`k${n}`, 'v', MINUTE);
    expect(performance.now() - started).toBeLessThan(200);
    server().thaw();
  });

  it('messages reach this process, and the others hear afterwards that they missed some', async () => {
    const [a, b] = await pair();
    const heard: string[] = [];
    await a.bus.subscribe('catalog', (message) => heard.push(`a ${message}`));
    await b.bus.subscribe(
      'catalog',
      (message) => heard.push(`b ${message}`),
      () => heard.push('b gap'),
    );
    await outage(a, b);
    await a.bus.publish('catalog', 'price');
    await vi.waitFor(() => expect(heard).toEqual(['a price']));
    await comeback(a, b);
    await vi.waitFor(() => expect(heard).toContain('b gap'), 5_000);
    await a.bus.publish('catalog', 'again');
    await vi.waitFor(() => expect(heard).toContain('b again'), 5_000);
  });

  it('wide counts are kept and told after its return', async () => {
    const [a, b] = await pair();
    const rule = { name: 'wide', limit: 10, windowSeconds: 3_600 };
    await outage(a, b);
    for (let n = 0; n < 10; n++) a.wideLimiter.take(rule, 's');
    await comeback(a, b);
    await vi.waitFor(() => expect(b.wideLimiter.take({ ...rule, limit: 11 }, 's').allowed).toBe(false), 5_000);
  });

  it('a shop starts without it, says so once, and uses it when it comes', async () => {
    const log = recordingLog();
    const metrics = openMetrics();
    await server().kill();
    const options = { url: server().url, prefix: freshPrefix(), clock: systemClock(), log, metrics };
    const stores = await connectStores(options);
    onTestFinished(() => stores.close());
    expect(stores.standing()).toBe('away');
    await stores.kv.set('k', 'v', MINUTE);
    await comeback(stores);
    await stores.kv.set('l', 'v', MINUTE);
    const up = (await metrics.snapshot()).find(({ name }) => name === 'pillivery_redis_up');
    expect({
      up: up?.value,
      said: log.lines.filter(({ level }) => level !== 'debug').map(({ message }) => message),
    }).toEqual({ up: 1, said: ['Redis does not answer; this process goes on by itself', 'Redis answers'] });
  });

  it('a shop is ready and says that it is degraded', async () => {
    const { app } = await bundle({ settings: { PILLIVERY_REDIS__URL: server().url } });
    const api = buildApi(app);
    const ready = async () => {
      const response = await api.request('/health/ready');
      const { status, checks } = (await response.json()) as { status: string; checks: object };
      return { code: response.status, status, checks };
    };
    const well = { database: true, migrations: true, kv: true, accepting: true };
    expect(await ready()).toEqual({ code: 200, status: 'ok', checks: well });
    await outage(app.stores);
    expect(await ready()).toEqual({ code: 200, status: 'degraded', checks: { ...well, kv: false } });
    await comeback(app.stores);
    expect((await ready()).status).toBe('ok');
  });
});
