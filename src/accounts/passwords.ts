import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import { Unavailable } from '../platform/errors.ts';
import { openBulkhead } from '../platform/http/bulkhead.ts';
import type { Config } from '../platform/config/index.ts';

/** OWASP's least parameters for argon2id: 19 MiB, two passes, one lane. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const { memoryCost, timeCost, parallelism } = PARAMETERS;

/** What somebody without a password is compared with, so that they cost the same time; nothing hashes to it. */
const NOBODYS = `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

export const hashPassword = (password: string): Promise<string> => hash(password, PARAMETERS);

/** Whether a hash was made with less work than is asked for now. */
export function isOutgrown(stored: string): boolean {
  const [, memory, time] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),/.exec(stored) ?? [];
  return Number(memory ?? 0) < memoryCost || Number(time ?? 0) < timeCost;
}

/** Hashes for a process that has other things to do as well. Both throw `Unavailable` when too many wait already. */
export interface Passwords {
  hash(password: string): Promise<string>;
  /** Checks a password; without a hash (no such user, no password) it takes the same time and says no. */
  matches(stored: string | null | undefined, password: string): Promise<boolean>;
}

/** Node's own pool has four threads; files and names need one, too. */
const MOST_THREADS = 3;
/** At 30 ms each they are through in seconds; who comes later is better off trying again. */
const QUEUE = 300;
const LONGEST_WAIT_MS = 15_000;

/** Hashing takes a core and 19 MiB for some 30 ms on purpose, so only a few go at a time and the others wait. */
export function openPasswords({ auth }: { auth: Pick<Config['auth'], 'hashesAtOnce'> }): Passwords {
  const spare = Math.min(MOST_THREADS, Math.max(1, availableParallelism() - 1));
  const gate = openBulkhead({
    bulkhead: auth.hashesAtOnce || spare,
    queue: QUEUE,
    longestWaitMs: LONGEST_WAIT_MS,
  });
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (!(await gate.enter(new AbortController().signal))) {
      throw new Unavailable('OVERLOADED', 'Too many people are logging in; try again soon.', { retryAfterSeconds: 3 });
    }
    try {
      return await work();
    } finally {
      gate.leave();
    }
  };
  return {
    hash: (password) => inTurn(() => hashPassword(password)),
    matches: async (stored, password) =>
      (await inTurn(() => verify(stored ?? NOBODYS, password))) && typeof stored === 'string',
  };
}
