import type { Clock } from '../clock.ts';
import type { RedisLink } from '../redis/index.ts';
import { hyperLogLog, type HyperLogLog } from './hyperloglog.ts';

/** Counts how many different members (such as addresses) a key has had, within a percent, without keeping them. */
export interface Sketches {
  /** `lifeMs` counts from the key's first member. */
  add(key: string, member: string, lifeMs: number): Promise<void>;
  count(key: string): Promise<number>;
}

/** Up to here members are kept and the count is exact. */
const EXACT_UP_TO = 1_024;
/** Past this many keys, the oldest go. */
const MOST_SKETCHES = 20_000;

interface Sketch {
  members: Set<string>;
  estimate: HyperLogLog | undefined;
  endsAt: number;
}

/** Sketches in the memory of this process. */
export function localSketches(clock: Clock): Sketches {
  const sketches = new Map<string, Sketch>();
  const find = (key: string): Sketch | undefined => {
    const sketch = sketches.get(key);
    if (sketch && sketch.endsAt > clock.now().getTime()) return sketch;
    sketches.delete(key);
    return undefined;
  };
  const create = (key: string, lifeMs: number): Sketch => {
    const [oldest] = sketches.keys();
    if (sketches.size >= MOST_SKETCHES && oldest !== undefined) sketches.delete(oldest);
    const sketch = { members: new Set<string>(), estimate: undefined, endsAt: clock.now().getTime() + lifeMs };
    sketches.set(key, sketch);
    return sketch;
  };
  return {
    add: async (key, member, lifeMs) => put(find(key) ?? create(key, lifeMs), member),
    async count(key) {
      const sketch = find(key);
      return sketch?.estimate?.count() ?? sketch?.members.size ?? 0;
    },
  };
}

function put(sketch: Sketch, member: string): void {
  if (sketch.estimate) return sketch.estimate.add(member);
  sketch.members.add(member);
  if (sketch.members.size <= EXACT_UP_TO) return;
  sketch.estimate = hyperLogLog();
  for (const one of sketch.members) sketch.estimate.add(one);
  sketch.members.clear();
}

const ADD = `
redis.call('PFADD', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 0`;

/** Sketches of all processes. What was counted here while Redis was away cannot be merged: the larger count is given. */
export function sharedSketches(link: RedisLink, own: Sketches): Sketches {
  return {
    async add(key, member, lifeMs) {
      await link.send('EVAL', ADD, 1, link.prefix + key, member, lifeMs).catch(() => own.add(key, member, lifeMs));
    },
    async count(key) {
      const shared = await link.send('PFCOUNT', link.prefix + key).catch(() => 0);
      return Math.max(Number(shared), await own.count(key));
    },
  };
}
