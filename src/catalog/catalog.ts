import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '../app.ts';
import { findTextIndex, type TextIndex } from '../platform/database/index.ts';
import { openCache, type Cache } from './cache/cache.ts';
import { knowVersion, type KnownVersion } from './cache/known-version.ts';
import { searchedText } from './lists/access.ts';
import { readCatalogVersion } from './version.ts';

/** What a process keeps to read the catalogue fast. */
export interface Catalog {
  cache: Cache;
  version: KnownVersion;
  /** Tells this process, after the commit, of a version that it has raised; the others read it within half a second. */
  announce(version: number): void;
  /** How this database finds words inside texts. */
  textIndex(): Promise<TextIndex | undefined>;
}

export function openCatalog({ database, clock, metrics }: Pick<App, 'database' | 'clock' | 'metrics'>): Catalog {
  const { monotonicMs } = clock;
  const version = knowVersion(monotonicMs, () => readCatalogVersion(database, database.tables));
  const reads = metrics.counter('pillivery_catalog_cache_reads_total', 'Reads of cached answers by how they went.', [
    'result',
  ]);
  let textIndex: Promise<TextIndex | undefined> | undefined;
  return {
    version,
    announce: version.learn,
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

/** Twice within the second for which a version is trusted, so that one slow reading costs nothing. */
const POLL_MS = 500;

/** Keeps the known version recent until told to stop. While the database does not answer, nothing is served from memory. */
export async function followCatalog({ catalog, log }: Pick<App, 'catalog' | 'log'>, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    await catalog.version.poll().catch((error: unknown) => log.debug({ err: error }, 'catalogue version not read'));
    await sleep(POLL_MS, undefined, { signal: stop }).catch(() => {});
  }
}
