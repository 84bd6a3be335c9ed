import type { RedisLink } from '../redis/index.ts';
import type { Kv } from './kv.ts';

/** A `Kv` on Redis, shared by all processes. Throws `RedisAway`; the two forms below say what happens then. */
function redisKv({ prefix, send }: RedisLink, space: string): Kv {
  const full = (key: string): string => `${prefix}${space}${key}`;
  const textOr = (reply: unknown): string | undefined => (typeof reply === 'string' ? reply : undefined);
  return {
    get: async (key) => textOr(await send('GET', full(key))),
    async set(key, value, lifeMs) {
      await send('SET', full(key), value, 'PX', Math.ceil(lifeMs));
    },
    setIfAbsent: async (key, value, lifeMs) =>
      (await send('SET', full(key), value, 'PX', Math.ceil(lifeMs), 'NX')) === 'OK',
    take: async (key) => textOr(await send('GETDEL', full(key))),
    async delete(key) {
      await send('DEL', full(key));
    },
  };
}

/**
 * For values that live nowhere else, such as the state of a login under way. While Redis is away this process keeps
 * them itself, and what it kept is still found here after the return.
 */
export function sharedKv(link: RedisLink, own: Kv & { isEmpty(): boolean }): Kv {
  const redis = redisKv(link, '');
  /** Redis first; then what was kept here while it was away, which is usually nothing. */
  const either = async (ask: (kv: Kv) => Promise<string | undefined>): Promise<string | undefined> => {
    const found = link.isUp() ? await ask(redis).catch(nothing) : undefined;
    return found ?? (own.isEmpty() ? undefined : ask(own));
  };
  return {
    get: (key) => either((kv) => kv.get(key)),
    take: (key) => either((kv) => kv.take(key)),
    async set(key, value, lifeMs) {
      if (await done(redis.set(key, value, lifeMs))) return own.delete(key);
      await own.set(key, value, lifeMs);
    },
    async setIfAbsent(key, value, lifeMs) {
      if ((await own.get(key)) !== undefined) return false;
      return redis.setIfAbsent(key, value, lifeMs).catch(() => own.setIfAbsent(key, value, lifeMs));
    },
    async delete(key) {
      await own.delete(key);
      await done(redis.delete(key));
    },
  };
}

const COPIES = 'copy:';
/** Past this many it is cheaper to drop every copy than to remember which. */
const MOST_REMEMBERED = 50_000;

/**
 * For copies of what the database knows. While Redis is away there are none, so the reader asks the database, which is
 * right; a copy kept here would outlive a change made by another process. What was to be written or dropped meanwhile
 * is dropped at the return, before anybody can read it.
 */
export function sharedCopies(link: RedisLink): Kv {
  const redis = redisKv(link, COPIES);
  const outdated = new Set<string>();
  let tooMany = false;
  const remember = (key: string): void => {
    tooMany ||= outdated.size >= MOST_REMEMBERED;
    if (!tooMany) outdated.add(key);
  };
  link.onReturn(async (send) => {
    const keys = tooMany
      ? await allKeys(send, `${link.prefix}${COPIES}*`)
      : [...outdated].map((key) => full(link, key));
    for (let from = 0; from < keys.length; from += 1_000) await send('UNLINK', ...keys.slice(from, from + 1_000));
    outdated.clear();
    tooMany = false;
  });
  return {
    get: (key) => redis.get(key).catch(nothing),
    take: (key) => redis.take(key).catch(nothing),
    setIfAbsent: (key, value, lifeMs) => redis.setIfAbsent(key, value, lifeMs).catch(() => false),
    async set(key, value, lifeMs) {
      if (!(await done(redis.set(key, value, lifeMs)))) remember(key);
    },
    async delete(key) {
      if (!(await done(redis.delete(key)))) remember(key);
    },
  };
}

const full = ({ prefix }: RedisLink, key: string): string => `${prefix}${COPIES}${key}`;

async function allKeys(send: RedisLink['send'], pattern: string): Promise<string[]> {
  const found: string[] = [];
  let cursor = '0';
  do {
    const [next, keys] = (await send('SCAN', cursor, 'MATCH', pattern, 'COUNT', 1_000)) as [string, string[]];
    found.push(...keys);
    cursor = next;
  } while (cursor !== '0');
  return found;
}

/** The link has said in the log that Redis is away; here it only means "not there". */
const nothing = (): undefined => undefined;

const done = (write: Promise<void>): Promise<boolean> => write.then(() => true).catch(() => false);
