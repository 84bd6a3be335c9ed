import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { freshPrefix, openedStores, redisOfThisFile, STORE_FORMS } from '../support/stores.ts';

const redis = redisOfThisFile();

const MINUTE = 60_000;
const rule = (columns: object = {}) => ({ name: 'login', limit: 3, windowSeconds: 60, ...columns });

describe.each(STORE_FORMS)('stores %s', (form) => {
  const open = (prefix = freshPrefix()) => openedStores(form === 'redis' ? redis().url : '', prefix);

  it('say how they stand', async () => {
    expect((await open()).standing()).toBe(form === 'redis' ? 'shared' : 'local');
  });

  describe.each(['kv', 'copies'] as const)('as %s', (which) => {
    it('give back what was set, and nothing for what was not or is deleted', async () => {
      const kv = (await open())[which];
      await kv.set('a', '값 1', MINUTE);
      await kv.set('b', '', MINUTE);
      await kv.set('c', 'x', MINUTE);
      await kv.delete('c');
      expect([await kv.get('a'), await kv.get('b'), await kv.get('c'), await kv.get('d')]).toEqual([
        '값 1',
        '',
        undefined,
        undefined,
      ]);
    });

    it('forget at the end of a life, which a later write begins anew', async () => {
      const kv = (await open())[which];
      await kv.set('short', 'x', 40);
      await kv.set('long', 'x', 40);
      await kv.set('long', 'y', MINUTE);
      await sleep(80);
      expect([await kv.get('short'), await kv.get('long')]).toEqual([undefined, 'y']);
    });

    it('set what is absent for one of fifty at once', async () => {
      const kv = (await open())[which];
      const won = await Promise.all(Array.from({ length: 50 }, (_, n) => kv.setIfAbsent('k', `${n}`, MINUTE)));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await kv.get('k')).toBe(`${won.indexOf(true)}`);
    });

    it('give a value that is taken to one of fifty at once', async () => {
      const kv = (await open())[which];
      await kv.set('k', 'ticket', MINUTE);
      const taken = await Promise.all(Array.from({ length: 50 }, () => kv.take('k')));
      expect(taken.filter((value) => value !== undefined)).toEqual(['ticket']);
      expect(await kv.get('k')).toBeUndefined();
    });
  });

  it('keep values and copies of one key apart', async () => {
    const { kv, copies } = await open();
    await kv.set('k', 'value', MINUTE);
    await copies.set('k', 'copy', MINUTE);
    expect([await kv.get('k'), await copies.get('k')]).toEqual(['value', 'copy']);
  });

  it('lock a name for one at a time, and let go when the work ends, however it ends', async () => {
    const { locks } = await open();
    const held = Promise.withResolvers<void>();
    const first = locks.tryWith('job', MINUTE, () => held.promise);
    await vi.waitFor(async () => expect(await locks.tryWith('job', MINUTE, async () => 2)).toBeUndefined());
    held.resolve();
    await first;
    await expect(locks.tryWith('job', MINUTE, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await locks.tryWith('job', MINUTE, async () => 3)).toEqual({ result: 3 });
  });

  it('leave a lock that has passed to somebody else to them', async () => {
    const { locks } = await open();
    const second = Promise.withResolvers<void>();
    let follower: Promise<unknown> | undefined;
    await locks.tryWith('job', 30, async () => {
      await sleep(60);
      follower = locks.tryWith('job', MINUTE, () => second.promise);
      await sleep(20);
    });
    expect(await locks.tryWith('job', MINUTE, async () => 3)).toBeUndefined();
    second.resolve();
    await follower;
  });

  it('carry messages to every subscriber of the channel until it has had enough', async () => {
    const { bus } = await open();
    const heard: string[] = [];
    const stop = await bus.subscribe('catalog', (message) => heard.push(`1 ${message}`));
    await bus.subscribe('catalog', (message) => heard.push(`2 ${message}`));
    await bus.subscribe('sessions', (message) => heard.push(`3 ${message}`));
    await bus.publish('catalog', 'a\nb');
    await vi.waitFor(() => expect(heard).toEqual(['1 a\nb', '2 a\nb']));
    stop();
    await bus.publish('catalog', 'c');
    await vi.waitFor(() => expect(heard.slice(2)).toEqual(['2 c']));
  });

  it('let exactly the limit by, also of fifty at once, each subject for itself', async () => {
    const { limiter } = await open();
    const decisions = await Promise.all(Array.from({ length: 50 }, () => limiter.take(rule(), 'a')));
    expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(3);
    expect(await limiter.take(rule(), 'a')).toEqual({ allowed: false, retryAfterSeconds: expect.toBeOneOf([59, 60]) });
    expect(await limiter.take(rule(), 'b')).toEqual({ allowed: true, retryAfterSeconds: 0 });
  });

  it('do not count what is given back', async () => {
    const { limiter } = await open();
    for (let n = 0; n < 10; n++) {
      expect((await limiter.take(rule(), 'a')).allowed).toBe(true);
      await limiter.giveBack(rule(), 'a');
    }
    await limiter.giveBack(rule(), 'nobody');
    expect((await limiter.take(rule(), 'nobody')).allowed).toBe(true);
  });

  it('begin a new window when the old one is over', async () => {
    const { limiter } = await open();
    const short = rule({ limit: 1, windowSeconds: 0.05 });
    const decisions = [await limiter.take(short, 'a'), await limiter.take(short, 'a')];
    await sleep(80);
    decisions.push(await limiter.take(short, 'a'));
    expect(decisions.map(({ allowed }) => allowed)).toEqual([true, false, true]);
  });

  it('limit widely without a round trip', async () => {
    const { wideLimiter } = await open();
    const wide = rule({ limit: 100, windowSeconds: 3_600 });
    const decisions = Array.from({ length: 101 }, () => wideLimiter.take(wide, 'a'));
    expect(decisions.map(({ allowed }) => allowed)).toEqual([...Array<boolean>(100).fill(true), false]);
    expect(decisions[100]?.retryAfterSeconds).toBeGreaterThan(0);
    expect(wideLimiter.take(wide, 'b').allowed).toBe(true);
  });

  it('count different members: a few exactly, many within three percent', async () => {
    const { sketches } = await open();
    for (let n = 0; n < 200; n++) await sketches.add('few', `10.0.0.${n % 100}`, MINUTE);
    for (let n = 0; n < 20_000; n++) await sketches.add('many', `member ${n % 10_000}`, MINUTE);
    const [few, many] = [await sketches.count('few'), await sketches.count('many')];
    expect(Math.abs(few - 100)).toBeLessThanOrEqual(2);
    expect(Math.abs(many - 10_000)).toBeLessThan(300);
    expect(await sketches.count('none')).toBe(0);
  });

  it('forget a count at the end of the life that its first member began', async () => {
    const { sketches } = await open();
    await sketches.add('k', 'a', 100);
    await sleep(60);
    await sketches.add('k', 'b', 100);
    await sleep(60);
    expect(await sketches.count('k')).toBe(0);
  });
});
