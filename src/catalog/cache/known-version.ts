/** A process that has not read the version for longer than this serves from the database. */
const TRUSTED_FOR_MS = 1_000;

/** What this process knows of the catalogue's version. */
export interface KnownVersion {
  /** The version, as long as it was read recently enough to serve by; undefined otherwise. */
  current(): number | undefined;
  /** A version that was committed, as told by whoever committed it. */
  learn(version: number): void;
  /** Reads the version; from when the reading began it counts as known for a second. */
  poll(): Promise<void>;
}

/** Keeps the version. `monotonicMs` tells the time, `read` asks the database. */
export function knowVersion(monotonicMs: () => number, read: () => Promise<number>): KnownVersion {
  let known = -1;
  let readAt = Number.NEGATIVE_INFINITY;
  return {
    current: () => (monotonicMs() - readAt <= TRUSTED_FOR_MS ? known : undefined),
    learn(version) {
      known = Math.max(known, version);
    },
    async poll() {
      const [began, before] = [monotonicMs(), known];
      const found = await read();
      // A reading that began before a version was learned may be behind it. Else only a restored database counts down.
      if (found > known || known === before) known = found;
      readAt = began;
    },
  };
}
