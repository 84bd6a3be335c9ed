import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { connectRedis, type RedisLink } from '../redis/index.ts';
import { localBus, sharedBus, type Bus } from './bus.ts';
import { localKv, type Kv } from './kv.ts';
import { localLimiter, sharedLimiter, type Limiter } from './limiter.ts';
import { localLocks, sharedLocks, type Locks } from './locks.ts';
import { sharedCopies, sharedKv } from './redis-kv.ts';
import { localSketches, sharedSketches, type Sketches } from './sketches.ts';
import { localWideLimiter, sharedWideLimiter, type WideLimiter } from './wide-limiter.ts';

export type { Bus } from './bus.ts';
export type { Kv } from './kv.ts';
export type { Decision, Limiter, Rule } from './limiter.ts';
export type { Locks } from './locks.ts';
export type { Sketches } from './sketches.ts';
export type { WideLimiter } from './wide-limiter.ts';

/** What the processes of one shop share beside the database. Nothing here is the only record of anything that counts. */
export interface Stores {
  /** Values that live nowhere else; while Redis is away, in this process. */
  kv: Kv;
  /** Copies of what the database knows; while Redis is away there are none, and the reader asks the database. */
  copies: Kv;
  locks: Locks;
  bus: Bus;
  /** Narrow limits: exact, one round trip. */
  limiter: Limiter;
  /** Wide limits: counted here at once, told to the others in the background. */
  wideLimiter: WideLimiter;
  /** How many different visitors something had. */
  sketches: Sketches;
  /** `local`: one process, no Redis. `shared`: Redis answers. `away`: it does not, each process goes on by itself. */
  standing(): 'local' | 'shared' | 'away';
  close(): Promise<void>;
}

export interface StoresOptions {
  /** Of the Redis server; empty for stores in the memory of this process. */
  url: string;
  prefix: string;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

/** Opens the stores. A Redis that does not answer is no reason to fail: it is used when it comes. */
export const connectStores = async (options: StoresOptions): Promise<Stores> =>
  options.url ? sharedStores(options, await connectRedis(options)) : localStores(options);

const localStores = ({ clock }: StoresOptions): Stores => ({
  kv: localKv(clock),
  copies: localKv(clock),
  locks: localLocks(clock),
  bus: localBus(),
  limiter: localLimiter(clock),
  wideLimiter: localWideLimiter(clock),
  sketches: localSketches(clock),
  standing: () => 'local',
  close: async () => {},
});

function sharedStores({ clock }: StoresOptions, link: RedisLink): Stores {
  const wideLimiter = sharedWideLimiter(link, clock);
  return {
    kv: sharedKv(link, localKv(clock)),
    copies: sharedCopies(link),
    locks: sharedLocks(link, localLocks(clock)),
    bus: sharedBus(link, localBus()),
    limiter: sharedLimiter(link, localLimiter(clock)),
    wideLimiter,
    sketches: sharedSketches(link, localSketches(clock)),
    standing: () => (link.isUp() ? 'shared' : 'away'),
    async close() {
      wideLimiter.close();
      await link.close();
    },
  };
}
