/**
 * Numbers that look random and follow from (seed, stream, index) alone, so that row 7 is the same row whether the rows
 * before it were made now, yesterday or never.
 */
export interface Draw {
  /** 0 ≤ x < 1. */
  unit(): number;
  /** A whole number, 0 ≤ x < `limit`. */
  below(limit: number): number;
  pick<T>(list: readonly [T, ...T[]]): T;
  chance(probability: number): boolean;
  /** Characters of Crockford base32 in lower case, 5 bits each. */
  base32(length: number): string;
  hex(length: number): string;
}

const UINT32 = 2 ** 32;
const BASE32 = '0123456789abcdefghjkmnpqrstvwxyz';
const HEX = '0123456789abcdef';
/** sfc32 has mixed its start into every bit after this many steps. */
const WARM_UP = 12;

/** The draws of one stream; `part` tells apart several things of one index. */
export function drawsOf(seed: number, stream: string): (index: number, part?: number) => Draw {
  const [high, low] = [fnv1a(`${seed}:${stream}`, 0x811c9dc5), fnv1a(`${stream}:${seed}`, 0x9e3779b9)];
  return (index, part = 0) => drawFrom(sfc32(high, low, index, part));
}

function drawFrom(next: () => number): Draw {
  const unit = (): number => next() / UINT32;
  const below = (limit: number): number => Math.floor(unit() * limit);
  const text = (alphabet: string, length: number): string => {
    let result = '';
    for (let left = length; left > 0; left--) result += alphabet[next() % alphabet.length];
    return result;
  };
  return {
    unit,
    below,
    pick: (list) => list[below(list.length)] ?? list[0],
    chance: (probability) => unit() < probability,
    base32: (length) => text(BASE32, length),
    hex: (length) => text(HEX, length),
  };
}

function fnv1a(text: string, basis: number): number {
  let hash = basis;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}

/** Chris Doty-Humphrey's small fast counting generator: 32-bit integers only, hence the same on every machine. */
function sfc32(high: number, low: number, index: number, part: number): () => number {
  let [a, b, c, counter] = [high, low, index, part];
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let step = 0; step < WARM_UP; step++) next();
  return next;
}
