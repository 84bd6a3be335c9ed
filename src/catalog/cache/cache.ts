import type { KnownVersion } from './known-version.ts';
import { openLru } from './lru.ts';

/** Answers of this process, each served only while the catalogue is at the version it was read under. */
export interface Cache {
  /** What is cached under the key, else what `load` gives; many askers at once load once. */
  read<T>(key: string, ttlMs: number, load: () => Promise<T>): Promise<T>;
}

export interface CacheOptions {
  version: KnownVersion;
  monotonicMs: () => number;
  /** Between 0 and 1; spreads the ends of entries that were loaded together. */
  random?: () => number;
  onRead?: (result: 'hit' | 'miss' | 'bypass') => void;
}

interface Entry {
  value: unknown;
  version: number;
  loadedAt: number;
  ttlMs: number;
}

/** Some 5,000 answers of some 10 KB each are 50 MB at most. */
const MOST_ENTRIES = 5_000;
/** An entry past this share of its life is loaded again while it is still served. */
const REFRESH_AFTER = 0.8;
/** Lives are longer by up to this share, at random. */
const JITTER = 0.15;

/** Opens a cache. An entry carries the version known before its load, so that a slow reader cannot re-install the past. */
export function openCache({ version: known, monotonicMs, random = Math.random, onRead = ignore }: CacheOptions): Cache {
  const entries = openLru<Entry>(MOST_ENTRIES);
  const flights = new Map<string, Promise<unknown>>();

  const load = async (key: string, entry: Omit<Entry, 'value' | 'loadedAt'>, read: () => Promise<unknown>) => {
    const value = await read();
    // What has become old on the way must not push out what was loaded since.
    if (known.current() === entry.version) entries.set(key, { ...entry, value, loadedAt: monotonicMs() });
    return value;
  };

  /** One load per key and version at a time. */
  const fly = (key: string, version: number, ttlMs: number, read: () => Promise<unknown>): Promise<unknown> => {
    const name = `${version} ${key}`;
    const flying = flights.get(name);
    if (flying) return flying;
    const entry = { version, ttlMs: ttlMs * (1 + JITTER * random()) };
    const flight = load(key, entry, read).finally(() => flights.delete(name));
    flights.set(name, flight);
    return flight;
  };

  return {
    async read<T>(key: string, ttlMs: number, read: () => Promise<T>): Promise<T> {
      const version = known.current();
      if (version === undefined) {
        onRead('bypass');
        return read();
      }
      const entry = entries.get(key);
      const lived = entry?.version === version ? (monotonicMs() - entry.loadedAt) / entry.ttlMs : 1;
      if (entry && lived < 1) {
        onRead('hit');
        // A refresh that fails leaves the entry to its end; whoever comes then meets the failure.
        if (lived >= REFRESH_AFTER) void fly(key, version, ttlMs, read).catch(ignore);
        return entry.value as T;
      }
      onRead('miss');
      const value = (await fly(key, version, ttlMs, read)) as T;
      // The flight may have begun long before this asker came: what has been told meanwhile counts.
      return known.current() === version ? value : read();
    },
  };
}

const ignore = (): void => {};
