import { randomBytes } from 'node:crypto';
import { v7 } from 'uuid';
import type { Clock } from './clock.ts';

/** Makes a row id: a UUIDv7 string, so that index order is creation order. */
export type NewId = () => string;

/** Ids stamped with the given clock; within one millisecond `uuid` counts its sequence up, so they stay in order. */
export function idsFrom(clock: Clock): NewId {
  let lastMs = 0;
  let sequence = 0;
  return () => {
    const msecs = Math.max(clock.now().getTime(), lastMs);
    sequence = msecs === lastMs ? sequence + 1 : randomBytes(3).readUIntBE(0, 3);
    lastMs = msecs;
    return v7({ msecs, seq: sequence, random: takeRandom(16) });
  };
}

/** The least id of a moment: every id made before it sorts below. */
export const firstIdAt = (ms: number): string => `${timeDigits(ms)}-7000-8000-000000000000`;

/** The time of a UUIDv7 as it stands at its beginning. */
export function timeDigits(ms: number): string {
  const digits = ms.toString(16).padStart(12, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8)}`;
}

/** Crockford's base32 alphabet: no i, l, o or u, so that a number can be read out on the telephone. */
const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';

/** `length` random characters of Crockford base32 (5 bits each), in lower case. */
export function randomBase32(length: number): string {
  let text = '';
  for (const byte of takeRandom(length)) text += CROCKFORD[byte % 32];
  return text;
}

const POOL_BYTES = 4_096;
let pool = Buffer.alloc(0);

/** Random bytes, each given out once; asking the system for a few at a time costs more than all the rest of an id. */
function takeRandom(length: number): Buffer {
  if (pool.length < length) pool = randomBytes(Math.max(POOL_BYTES, length));
  const taken = pool.subarray(0, length);
  pool = pool.subarray(length);
  return taken;
}
