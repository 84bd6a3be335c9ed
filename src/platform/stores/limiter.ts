import type { Clock } from '../clock.ts';
import type { RedisLink } from '../redis/index.ts';

export interface Rule {
  /** Stable, part of the key: `login`. */
  name: string;
  /** So many within the window. */
  limit: number;
  windowSeconds: number;
}

export interface Decision {
  allowed: boolean;
  /** Until the next one is allowed; 0 when this one was. */
  retryAfterSeconds: number;
}

/** Counts what one subject (an account, an address) does; a window begins with its first. Exact across processes. */
export interface Limiter {
  /** Counts one, unless the window is full. */
  take(rule: Rule, subject: string): Promise<Decision>;
  /** Takes back one that turned out not to count, such as a login that succeeded. */
  giveBack(rule: Rule, subject: string): Promise<void>;
}

export const ALLOWED: Decision = { allowed: true, retryAfterSeconds: 0 };

export const refusedFor = (ms: number): Decision => ({
  allowed: false,
  retryAfterSeconds: Math.max(1, Math.ceil(ms / 1_000)),
});

/** Past this many the oldest windows go: a flood of addresses costs memory, and forgetting some helps nobody much. */
const MOST_WINDOWS = 100_000;

/** Limits of this process by itself. */
export function localLimiter(clock: Clock): Limiter {
  const windows = new Map<string, { count: number; endsAt: number }>();
  const now = (): number => clock.now().getTime();
  const find = (rule: Rule, subject: string) => {
    const window = windows.get(keyOf(rule, subject));
    return window && window.endsAt > now() ? window : undefined;
  };
  return {
    async take(rule, subject) {
      const window = find(rule, subject);
      if (window && window.count >= rule.limit) return refusedFor(window.endsAt - now());
      if (window) window.count += 1;
      else {
        makeRoom(windows);
        windows.set(keyOf(rule, subject), { count: 1, endsAt: now() + rule.windowSeconds * 1_000 });
      }
      return ALLOWED;
    },
    async giveBack(rule, subject) {
      const window = find(rule, subject);
      if (window && window.count > 0) window.count -= 1;
    },
  };
}

/** Gives the count and the window's rest; counting up and asking for the limit is one step, so a race lets nobody by. */
const TAKE = `
local count = tonumber(redis.call('GET', KEYS[1]) or '0')
if count >= tonumber(ARGV[1]) then return redis.call('PTTL', KEYS[1]) end
if redis.call('INCR', KEYS[1]) == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0`;

const GIVE_BACK = `if tonumber(redis.call('GET', KEYS[1]) or '0') > 0 then redis.call('DECR', KEYS[1]) end return 0`;

/** Limits shared by all processes; while Redis is away each process limits by itself. */
export function sharedLimiter(link: RedisLink, own: Limiter): Limiter {
  const key = (rule: Rule, subject: string): string => `${link.prefix}rl:${keyOf(rule, subject)}`;
  return {
    async take(rule, subject) {
      try {
        const rest = await link.send('EVAL', TAKE, 1, key(rule, subject), rule.limit, rule.windowSeconds * 1_000);
        return Number(rest) > 0 ? refusedFor(Number(rest)) : ALLOWED;
      } catch {
        return own.take(rule, subject);
      }
    },
    async giveBack(rule, subject) {
      await link.send('EVAL', GIVE_BACK, 1, key(rule, subject)).catch(() => own.giveBack(rule, subject));
    },
  };
}

const keyOf = ({ name }: Rule, subject: string): string => `${name}:${subject}`;

export function makeRoom(windows: Map<string, unknown>): void {
  if (windows.size < MOST_WINDOWS) return;
  let surplus = MOST_WINDOWS / 10;
  for (const key of windows.keys()) {
    if (surplus-- <= 0) return;
    windows.delete(key);
  }
}
