import { writeAudit, type Performer } from '../../audit.ts';
import { and, asc, eq, gt } from '../../platform/database/sql.ts';
import type { Item, Transaction } from '../../schema.ts';
import { readClassifier } from '../categories.ts';
import type { Classify } from '../classify.ts';
import { raiseCatalogVersion } from '../version.ts';
import type { ShelfApp } from './create-item.ts';
import { writeItems, type ItemWrite } from './write-items.ts';

export interface Reclassified {
  changed: number;
  unchanged: number;
}

/** Items per transaction: few enough that somebody who waits for one of them does not notice. */
const BATCH = 500;

/** Classifies every item again that no person has put somewhere. With `dryRun` it only counts. */
export async function reclassifyItems(
  app: ShelfApp,
  { dryRun, by }: { dryRun: boolean; by: Performer },
): Promise<Reclassified> {
  const classify = await readClassifier(app.database, app.database.tables);
  const counts: Reclassified = { changed: 0, unchanged: 0 };
  for (let after = ''; ;) {
    const batch = await app.database.transaction(async (tx) => {
      const items = await lockBatch(tx, app, after);
      const writes = writesOf(app, items, classify);
      return { items, writes, version: dryRun ? undefined : await write(tx, app, writes, by) };
    });
    if (batch.version !== undefined) await app.catalog.announce(batch.version);
    counts.changed += batch.writes.length;
    counts.unchanged += batch.items.length - batch.writes.length;
    const last = batch.items.at(-1);
    if (!last) return counts;
    after = last.id;
  }
}

function lockBatch(tx: Transaction, { database }: ShelfApp, after: string): Promise<Item[]> {
  const { items: i } = database.tables;
  const wanted = and(gt(i.id, after), eq(i.categoryMode, 'AUTO'));
  return tx.lock(tx.select().from(i).where(wanted).orderBy(asc(i.id)).limit(BATCH));
}

function writesOf({ clock }: ShelfApp, items: readonly Item[], classify: Classify): ItemWrite[] {
  const updatedAt = clock.now();
  return items.flatMap((before) => {
    const categoryCodes = classify(before.mainFunction).join(',');
    if (categoryCodes === before.categoryCodes) return [];
    return [{ before, after: { ...before, categoryCodes, version: before.version + 1, updatedAt } }];
  });
}

async function write(
  tx: Transaction,
  app: ShelfApp,
  writes: readonly ItemWrite[],
  by: Performer,
): Promise<number | undefined> {
  if (writes.length === 0) return undefined;
  await writeItems(tx, app, writes);
  const entries = writes.map(({ before, after }) => ({
    by,
    action: 'item.reclassify',
    targetType: 'item',
    targetId: after.id,
    before: { categoryCodes: before?.categoryCodes },
    after: { categoryCodes: after.categoryCodes },
  }));
  await writeAudit(tx, app, ...entries);
  return raiseCatalogVersion(tx, app.database.tables);
}
