import { describe, expect, it } from 'vitest';
import { openCache } from '../../src/catalog/cache/cache.ts';
import { knowVersion } from '../../src/catalog/cache/known-version.ts';
import { openLru } from '../../src/catalog/cache/lru.ts';

const TTL = 60_000;

/** A cache over a clock and a version that the test sets, with the polls that a serving process would make. */
function world() {
  const at = { ms: 0, version: 1, loads: 0, results: [] as string[] };
  const monotonicMs = () => at.ms;
  const version = knowVersion(monotonicMs, async () => at.version);
  const cache = openCache({ version, monotonicMs, random: () => 0, onRead: (result) => at.results.push(result) });
  const read = (key = 'main') => cache.read(key, TTL, async () => `${key} ${(at.loads += 1)}`);
  /** Time goes by, and the version stays known. */
  const pass = async (ms: number) => {
    at.ms += ms;
    await version.poll();
  };
  return { at, version, cache, read, pass };
}

/** A load that ends when the test says so. */
function heldLoad(value: string) {
  const { promise, resolve } = Promise.withResolvers<string>();
  return { load: () => promise, finish: () => resolve(value) };
}

describe('the cache of the catalogue', () => {
  it('loads once for a hundred at once, and then not again', async () => {
    const { at, read, pass } = world();
    await pass(0);
    const first = await Promise.all(Array.from({ length: 100 }, () => read()));
    expect([new Set(first).size, await read(), at.loads]).toEqual([1, 'main 1', 1]);
  });

  it('serves nothing before the version is known, nor when it was last read more than a second ago', async () => {
    const { at, read, pass } = world();
    await read();
    await pass(0);
    await read();
    at.ms += 1_001;
    await read();
    expect(at.results).toEqual(['bypass', 'miss', 'bypass']);
  });

  it('serves nothing of another version', async () => {
    const { at, read, pass } = world();
    await pass(0);
    await read();
    at.version += 1;
    await pass(500);
    expect(await read()).toBe('main 2');
  });

  it('takes the word of whoever committed a version, before the next poll', async () => {
    const { read, version, pass } = world();
    await pass(0);
    await read();
    version.learn(2);
    expect(await read()).toBe('main 2');
  });

  it('does not let a reader who began before a commit put the old answer back', async () => {
    const { cache, version, pass } = world();
    await pass(0);
    const old = heldLoad('old price');
    const reading = cache.read('item', TTL, old.load);
    version.learn(2);
    expect(await cache.read('item', TTL, async () => 'new price')).toBe('new price');
    old.finish();
    await reading;
    expect(await cache.read('item', TTL, async () => 'never asked')).toBe('new price');
  });

  it('does not answer from a load that an earlier asker began, when the version has moved on meanwhile', async () => {
    const { cache, version, pass } = world();
    await pass(0);
    const old = heldLoad('old price');
    const first = cache.read('item', TTL, old.load);
    const second = cache.read('item', TTL, async () => 'new price');
    version.learn(2);
    old.finish();
    await first;
    expect(await second).toBe('new price');
  });

  it('loads anew in the background from four fifths of a life, and serves what it has until then', async () => {
    const { read, pass } = world();
    await pass(0);
    await read();
    await pass(0.8 * TTL);
    const [during] = [await read(), await Promise.resolve()];
    expect([during, await read()]).toEqual(['main 1', 'main 2']);
  });

  it('ends a life at its time, however often it is read', async () => {
    const { read, pass } = world();
    await pass(0);
    await read();
    await pass(0.79 * TTL);
    expect(await read()).toBe('main 1');
    await pass(0.21 * TTL);
    expect(await read()).toBe('main 2');
  });

  it('keeps no failure', async () => {
    const { cache, read, pass } = world();
    await pass(0);
    await expect(cache.read('main', TTL, () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(await read()).toBe('main 1');
  });
});

describe('the known version', () => {
  it('does not fall back to a reading that began before a newer version was told', async () => {
    const slow = Promise.withResolvers<number>();
    const version = knowVersion(
      () => 0,
      () => slow.promise,
    );
    const polling = version.poll();
    version.learn(7);
    slow.resolve(6);
    await polling;
    expect(version.current()).toBe(7);
  });

  it('falls back with a database that was restored', async () => {
    let stored = 7;
    const version = knowVersion(
      () => 0,
      async () => stored,
    );
    await version.poll();
    stored = 5;
    await version.poll();
    expect(version.current()).toBe(5);
  });

  it('counts from when a reading began, not from when it ended', async () => {
    let now = 0;
    const version = knowVersion(
      () => now,
      async () => {
        now += 1_500;
        return 1;
      },
    );
    await version.poll();
    expect(version.current()).toBeUndefined();
  });
});

describe('a map that forgets', () => {
  it('forgets what was not asked for longest', () => {
    const lru = openLru<number>(2);
    lru.set('a', 1);
    lru.set('b', 2);
    lru.get('a');
    lru.set('c', 3);
    expect(['a', 'b', 'c'].map((key) => lru.get(key))).toEqual([1, undefined, 3]);
  });
});
