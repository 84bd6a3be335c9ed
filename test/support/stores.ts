import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { systemClock, type Clock } from '../../src/platform/clock.ts';
import { openMetrics } from '../../src/platform/metrics.ts';
import { randomBase32 } from '../../src/platform/ids.ts';
import { connectStores, type Stores } from '../../src/platform/stores/index.ts';
import { recordingLog } from './recording-log.ts';
import { HAS_REDIS, startRedis, type RedisServer } from './redis.ts';

/** The forms of the stores that this run can prove something on. */
export const STORE_FORMS = HAS_REDIS ? (['in-process', 'redis'] as const) : (['in-process'] as const);

/** A Redis of the test file's own; asked for only where a test needs it. */
export function redisOfThisFile(): () => RedisServer {
  let server: RedisServer | undefined;
  beforeAll(async () => {
    if (HAS_REDIS) server = await startRedis();
  });
  afterAll(() => server?.stop());
  return () => {
    if (!server) throw new Error('Bug: no Redis in this file.');
    return server;
  };
}

/** Stores that are closed after the test. */
export async function openedStores(url: string, prefix: string, clock: Clock = systemClock()): Promise<Stores> {
  const stores = await connectStores({ url, prefix, clock, log: recordingLog(), metrics: openMetrics() });
  onTestFinished(() => stores.close());
  return stores;
}

/** A prefix that no other test uses. */
export const freshPrefix = (): string => `test-${randomBase32(10)}:`;
