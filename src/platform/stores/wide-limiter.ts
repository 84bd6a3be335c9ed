import type { Clock } from '../clock.ts';
import type { RedisLink } from '../redis/index.ts';
import { ALLOWED, makeRoom, refusedFor, type Decision, type Rule } from './limiter.ts';

/**
 * Counts what every request does, so it may cost one nothing: it decides from what this process knows and tells the
 * others in the background. Windows begin at the same moments in all processes. Between two syncs a subject may get
 * as many requests more as it finds processes to send them to; that is what "wide" allows.
 */
export interface WideLimiter {
  take(rule: Rule, subject: string): Decision;
  close(): void;
}

interface Window {
  /** What all processes had counted when they last told, this one included. */
  known: number;
  /** What this one has counted since. */
  own: number;
  endsAt: number;
}

export function localWideLimiter(clock: Clock): WideLimiter & { unsynced(): [string, Window][] } {
  const windows = new Map<string, Window>();
  return {
    take(rule, subject) {
      const windowMs = rule.windowSeconds * 1_000;
      const now = clock.now().getTime();
      const number = Math.floor(now / windowMs);
      const key = `${rule.name}:${number}:${subject}`;
      let window = windows.get(key);
      if (!window) {
        makeRoom(windows);
        windows.set(key, (window = { known: 0, own: 0, endsAt: (number + 1) * windowMs }));
      }
      if (window.known + window.own >= rule.limit) return refusedFor(window.endsAt - now);
      window.own += 1;
      return ALLOWED;
    },
    /** The windows still open that hold something the others do not know; those that are over are forgotten. */
    unsynced() {
      const now = clock.now().getTime();
      for (const [key, { endsAt }] of windows) if (endsAt <= now) windows.delete(key);
      return [...windows].filter(([, { own }]) => own > 0);
    },
    close() {},
  };
}

/** Often enough that two processes do not let through much more than one, seldom enough to be no load. */
const SYNC_EVERY_MS = 500;
/** Windows told in one script, so that no other command waits long behind it. */
const BATCH = 500;

/** Adds each window's own part and gives the totals. */
const ADD = `
local totals = {}
for i, key in ipairs(KEYS) do
  totals[i] = redis.call('INCRBY', key, ARGV[2 * i - 1])
  redis.call('PEXPIRE', key, ARGV[2 * i])
end
return totals`;

/** A wide limiter that tells the others through Redis; while it is away the counts stay here and are told later. */
export function sharedWideLimiter(link: RedisLink, clock: Clock): WideLimiter {
  const own = localWideLimiter(clock);
  let syncing = false;
  const timer = setInterval(() => {
    if (syncing || !link.isUp()) return;
    syncing = true;
    void sync(link, own.unsynced(), clock).finally(() => (syncing = false));
  }, SYNC_EVERY_MS).unref();
  return { take: own.take, close: () => clearInterval(timer) };
}

async function sync(link: RedisLink, windows: [string, Window][], clock: Clock): Promise<void> {
  for (let from = 0; from < windows.length; from += BATCH) {
    const batch = windows.slice(from, from + BATCH).map(([key, window]) => ({ key, window, told: window.own }));
    const keys = batch.map(({ key }) => `${link.prefix}rl:${key}`);
    const lifeOf = ({ endsAt }: Window): number => Math.max(1_000, endsAt - clock.now().getTime());
    const values = batch.flatMap(({ window, told }) => [told, lifeOf(window)]);
    try {
      const totals = (await link.send('EVAL', ADD, keys.length, ...keys, ...values)) as number[];
      batch.forEach(({ window, told }, index) => {
        window.known = totals[index] ?? window.known;
        window.own -= told;
      });
    } catch {
      return; // the link has said so; the counts are told at the next turn
    }
  }
}
