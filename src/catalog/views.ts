import type { App } from '../app.ts';
import { dayIn } from '../platform/calendar.ts';
import { networkOf } from '../platform/http/addresses.ts';
import { pause } from '../platform/waiting.ts';
import { flushViews, type DayViews } from './flush-views.ts';

/** Counts who looks at items. */
export interface Views {
  /** One look from an address; the caller does not wait for the counter store. */
  note(itemId: string, address: string): void;
  /** Writes what was looked at since the last time into the database; says for how many items. */
  flush(): Promise<number>;
}

type CountingApp = Pick<App, 'config' | 'database' | 'clock' | 'stores' | 'log'>;

const DAY_MS = 86_400_000;
/** Today's looks must outlive midnight, so that the flush after it still finds them. */
const LIFE_MS = 2 * DAY_MS;

/** One look per item, business day and address; the addresses themselves are kept nowhere. */
export function openViews(app: CountingApp): Views {
  const { config, clock, stores, log } = app;
  const looking = new Set<Promise<void>>();
  let touched = new Map<string, { itemId: string; viewedOn: string }>();

  return {
    note(itemId, address) {
      const viewedOn = dayIn(config.shop.timeZone, clock.now());
      const key = keyOf(itemId, viewedOn);
      touched.set(key, { itemId, viewedOn });
      const look = stores.sketches
        .add(key, networkOf(address), LIFE_MS)
        .catch((err: unknown) => log.debug({ err }, 'a view was not counted'))
        .finally(() => looking.delete(look));
      looking.add(look);
    },
    async flush() {
      const due = touched;
      touched = new Map();
      await Promise.all(looking);
      try {
        await flushViews(app, await countAll(app, [...due.values()]));
      } catch (error) {
        touched = new Map([...due, ...touched]); // the next flush writes them
        throw error;
      }
      return due.size;
    },
  };
}

const keyOf = (itemId: string, viewedOn: string): string => `view:${viewedOn.replaceAll('-', '')}:${itemId}`;

const countAll = ({ stores }: CountingApp, looked: readonly Omit<DayViews, 'views'>[]): Promise<DayViews[]> =>
  Promise.all(
    looked.map(async (look) => ({ ...look, views: await stores.sketches.count(keyOf(look.itemId, look.viewedOn)) })),
  );

/** A process that dies loses no more than this of what it saw, and with Redis not even that. */
const FLUSH_EVERY_MS = 60_000;

/** Flushes until told to stop, and then once more. A database that is away is waited for. */
export async function startCountingViews({ catalog, log }: Pick<App, 'catalog' | 'log'>, stop: AbortSignal) {
  const flush = () => catalog.views.flush().catch((err: unknown) => log.warn({ err }, 'views were not written'));
  while (!stop.aborted) {
    await pause(FLUSH_EVERY_MS, stop);
    await flush();
  }
}
