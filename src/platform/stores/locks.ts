import { randomBase32 } from '../ids.ts';
import type { RedisLink } from '../redis/index.ts';
import { localKv, type Kv } from './kv.ts';
import type { Clock } from '../clock.ts';

/** Saves work, never guards it: a lock may be lost at any time, and what must not happen twice is the database's. */
export interface Locks {
  /** Runs `work` holding the name, for `lifeMs` at most; `undefined` at once when somebody else holds it. */
  tryWith<T>(name: string, lifeMs: number, work: () => Promise<T>): Promise<{ result: T } | undefined>;
}

/** Gives a lock back only while it is still ours: another holder may have followed after its end. */
const RELEASE = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

export const localLocks = (clock: Clock): Locks => {
  const held = localKv(clock);
  return locksOn(held, async (key, token) => {
    if ((await held.get(key)) === token) await held.delete(key);
  });
};

/** Locks held across processes; while Redis is away each process keeps to its own. */
export function sharedLocks(link: RedisLink, own: Locks): Locks {
  const keyOf = (name: string): string => `${link.prefix}lock:${name}`;
  const redis = locksOn(
    {
      setIfAbsent: async (key, value, lifeMs) =>
        (await link.send('SET', keyOf(key), value, 'PX', lifeMs, 'NX')) === 'OK',
    },
    async (key, token) => {
      // A lock that cannot be given back ends by itself.
      await link.send('EVAL', RELEASE, 1, keyOf(key), token).catch(() => undefined);
    },
  );
  return { tryWith: (name, lifeMs, work) => (link.isUp() ? redis : own).tryWith(name, lifeMs, work) };
}

function locksOn(kv: Pick<Kv, 'setIfAbsent'>, release: (key: string, token: string) => Promise<void>): Locks {
  return {
    async tryWith(name, lifeMs, work) {
      const token = randomBase32(20);
      if (!(await kv.setIfAbsent(name, token, lifeMs))) return undefined;
      try {
        return { result: await work() };
      } finally {
        await release(name, token);
      }
    },
  };
}
