import type { Clock } from '../clock.ts';

/** Texts by key, each with an end. The only record of nothing that matters: any of them may be gone at any time. */
export interface Kv {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string, lifeMs: number): Promise<void>;
  /** Sets it unless there is one, and says whether it did. */
  setIfAbsent(key: string, value: string, lifeMs: number): Promise<boolean>;
  /** Reads and removes in one step: of several callers at once, one gets it. */
  take(key: string): Promise<string | undefined>;
  delete(key: string): Promise<void>;
}

/** Past this many, the oldest go first: what strangers can make us remember has a bound. */
const MOST_ENTRIES = 100_000;

/** A `Kv` in the memory of this process. */
export function localKv(clock: Clock, mostEntries = MOST_ENTRIES): Kv & { isEmpty(): boolean } {
  const entries = new Map<string, { value: string; endsAt: number }>();
  const now = (): number => clock.now().getTime();

  const find = (key: string): string | undefined => {
    const entry = entries.get(key);
    if (entry && entry.endsAt > now()) return entry.value;
    entries.delete(key);
    return undefined;
  };
  const put = (key: string, value: string, lifeMs: number): void => {
    entries.delete(key); // so that it counts as the youngest
    if (entries.size >= mostEntries) dropSome(entries, now());
    entries.set(key, { value, endsAt: now() + lifeMs });
  };

  return {
    isEmpty: () => entries.size === 0,
    get: async (key) => find(key),
    set: async (key, value, lifeMs) => put(key, value, lifeMs),
    async setIfAbsent(key, value, lifeMs) {
      if (find(key) !== undefined) return false;
      put(key, value, lifeMs);
      return true;
    },
    async take(key) {
      const value = find(key);
      entries.delete(key);
      return value;
    },
    async delete(key) {
      entries.delete(key);
    },
  };
}

/** A tenth at a time, so that a full store does not search itself at every write. */
function dropSome(entries: Map<string, { endsAt: number }>, now: number): void {
  let surplus = Math.ceil(entries.size / 10);
  for (const [key, { endsAt }] of entries) {
    if (endsAt <= now) entries.delete(key);
    else if (surplus-- > 0) entries.delete(key);
  }
}
