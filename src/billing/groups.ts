import { setTimeout as sleep } from 'node:timers/promises';

/** Rows of one transaction at most; more would hold row locks for too long. */
const LARGEST_GROUP = 64;
/** How long the first of a group waits for company. */
const WAIT_MS = 2;

interface Waiting<T, R> {
  item: T;
  done: PromiseWithResolvers<R>;
}

/**
 * Lets workers that come at about the same time share one call of `run`, which gets their items and returns a result for
 * each, in the same order. One call runs at a time; whatever comes meanwhile goes into the next.
 */
export function inGroups<T, R>(run: (items: T[]) => Promise<R[]>): (item: T) => Promise<R> {
  const waiting: Waiting<T, R>[] = [];
  let running = false;

  const runAll = async (): Promise<void> => {
    running = true;
    await sleep(WAIT_MS);
    while (waiting.length > 0) await runOne(run, waiting.splice(0, LARGEST_GROUP));
    running = false;
  };

  return (item) => {
    const done = Promise.withResolvers<R>();
    waiting.push({ item, done });
    if (!running) void runAll();
    return done.promise;
  };
}

async function runOne<T, R>(run: (items: T[]) => Promise<R[]>, group: Waiting<T, R>[]): Promise<void> {
  try {
    const results = await run(group.map(({ item }) => item));
    group.forEach(({ done }, index) => done.resolve(results[index] as R));
  } catch (error) {
    group.forEach(({ done }) => done.reject(error));
  }
}
