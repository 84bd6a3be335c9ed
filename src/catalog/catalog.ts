import { z } from 'zod';
import type { App } from '../app.ts';
import { findTextIndex, type TextIndex } from '../platform/database/index.ts';
import { repeat } from '../platform/waiting.ts';
import { openCache, type Cache } from './cache/cache.ts';
import { knowVersion, type KnownVersion } from './cache/known-version.ts';
import { searchedText } from './lists/access.ts';
import { ITEMS_SCOPE, readCatalogVersion } from './version.ts';
import { openViews, type Views } from './views.ts';

/** What a process keeps to read the catalogue fast. */
export interface Catalog {
  cache: Cache;
  version: KnownVersion;
  /** Who looked at what. */
  views: Views;
  /** Tells every process, after the commit, of a version that this one has raised. */
  announce(version: number): Promise<void>;
  /** Hears of versions that others raise, until the answer is called. */
  listen(): Promise<() => void>;
  /** How this database finds words inside texts. */
  textIndex(): Promise<TextIndex | undefined>;
}

const CHANNEL = 'catalog';

/** Opens what a process keeps of the catalogue; nothing is cached before `followCatalog` runs. */
export function openCatalog(app: Pick<App, 'config' | 'database' | 'clock' | 'stores' | 'log' | 'metrics'>): Catalog {
  const { database, clock, metrics } = app;
  const { bus } = app.stores;
  const { monotonicMs } = clock;
  const version = knowVersion(monotonicMs, () => readCatalogVersion(database, database.tables));
  const reads = metrics.counter('pillivery_catalog_cache_reads_total', 'Reads of cached answers by how they went.', [
    'result',
  ]);
  let textIndex: Promise<TextIndex | undefined> | undefined;
  return {
    version,
    views: openViews(app),
    async announce(raised) {
      version.learn(raised);
      await bus.publish(CHANNEL, JSON.stringify({ scope: ITEMS_SCOPE, version: raised }));
    },
    // Messages that were missed need no word of their own: the next poll makes up for them.
    listen: () => bus.subscribe(CHANNEL, (message) => version.learn(readMessage(message))),
    cache: openCache({ version, monotonicMs, onRead: (result) => reads.inc({ result }) }),
    textIndex() {
      textIndex ??= findTextIndex(database, searchedText(database.tables)).catch((error: unknown) => {
        textIndex = undefined;
        throw error;
      });
      return textIndex;
    },
  };
}

const Message = z.object({ scope: z.literal(ITEMS_SCOPE), version: z.int() });

/** What is no word of a version, as another release may say, tells nothing. */
function readMessage(message: string): number {
  const read = Message.safeParse(parse(message));
  return read.success ? read.data.version : 0;
}

function parse(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}

/** Twice within the second for which a version is trusted, so that one slow reading costs nothing. */
const POLL_MS = 500;

/**
 * Keeps the known version recent until told to stop. While the database does not answer, nothing is served from memory,
 * whatever the bus says: it may have lost a message.
 */
export async function followCatalog({ catalog, log }: Pick<App, 'catalog' | 'log'>, stop: AbortSignal): Promise<void> {
  const unsubscribe = await catalog.listen();
  const poll = () =>
    catalog.version.poll().catch((err: unknown) => log.debug({ err }, 'the version of the catalogue was not read'));
  await repeat(poll, { everyMs: POLL_MS, stop });
  unsubscribe();
}
