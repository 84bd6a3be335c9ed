import type { App } from '../app.ts';
import { increasedBy, isDuplicateKey } from '../platform/database/index.ts';
import { and, asc, eq, inArray } from '../platform/database/sql.ts';
import type { Transaction } from '../schema.ts';

type FlushingApp = Pick<App, 'database' | 'clock'>;

/** How many looked at an item on a day, as the counter store has it. */
export interface DayViews {
  itemId: string;
  viewedOn: string;
  views: number;
}

/** Items of one transaction: short enough that nobody waits long for their rows. */
const BATCH = 200;

/** Brings the books up to the counts. Counts only grow, so a flush that is repeated, or that another process made, changes nothing. */
export async function flushViews(app: FlushingApp, counted: readonly DayViews[]): Promise<void> {
  for (const [viewedOn, ofDay] of Map.groupBy(counted, (views) => views.viewedOn)) {
    const inOrder = ofDay.toSorted((one, other) => (one.itemId < other.itemId ? -1 : 1));
    for (let from = 0; from < inOrder.length; from += BATCH) {
      await flushBatch(app, viewedOn, inOrder.slice(from, from + BATCH));
    }
  }
}

async function flushBatch(app: FlushingApp, viewedOn: string, batch: readonly DayViews[]): Promise<void> {
  await insertMissing(app, viewedOn, batch);
  const { itemViewDaily: d, items: i } = app.database.tables;
  await app.database.transaction(async (tx) => {
    const increases = await findIncreases(tx, app, viewedOn, batch);
    if (increases.size === 0) return;
    const ids = [...increases.keys()];
    await tx
      .update(d)
      .set({ views: increasedBy(d.views, d.itemId, increases), updatedAt: app.clock.now() })
      .where(and(eq(d.viewedOn, viewedOn), inArray(d.itemId, ids)));
    await tx
      .update(i)
      .set({ viewCount: increasedBy(i.viewCount, i.id, increases) })
      .where(inArray(i.id, ids));
  });
}

/** What the counts are above the books, read under the lock of the day's rows: of two flushes one adds it. */
async function findIncreases(
  tx: Transaction,
  { database }: FlushingApp,
  viewedOn: string,
  batch: readonly DayViews[],
): Promise<Map<string, number>> {
  const { itemViewDaily: d } = database.tables;
  const ofBatch = inArray(
    d.itemId,
    batch.map(({ itemId }) => itemId),
  );
  const found = tx
    .select({ itemId: d.itemId, views: d.views })
    .from(d)
    .where(and(eq(d.viewedOn, viewedOn), ofBatch))
    .orderBy(asc(d.itemId));
  const stored = new Map((await tx.lock(found)).map(({ itemId, views }) => [itemId, views]));
  const increases = batch.map(({ itemId, views }) => [itemId, views - (stored.get(itemId) ?? 0)] as const);
  return new Map(increases.filter(([, increase]) => increase > 0));
}

/** The day's first look at an item makes its row; one that another process has just made is as good. */
async function insertMissing({ database, clock }: FlushingApp, viewedOn: string, batch: readonly DayViews[]) {
  const { itemViewDaily: d } = database.tables;
  const ids = batch.map(({ itemId }) => itemId);
  const there = await database
    .select({ itemId: d.itemId })
    .from(d)
    .where(and(eq(d.viewedOn, viewedOn), inArray(d.itemId, ids)));
  const known = new Set(there.map(({ itemId }) => itemId));
  const now = clock.now();
  const missing = ids
    .filter((id) => !known.has(id))
    .map((itemId) => ({ itemId, viewedOn, views: 0, createdAt: now, updatedAt: now }));
  const insert = (rows: typeof missing) =>
    database
      .insert(d)
      .values(rows)
      .then(() => true)
      .catch((error: unknown) => {
        if (isDuplicateKey(error)) return false;
        throw error;
      });
  if (missing.length === 0 || (await insert(missing))) return;
  for (const row of missing) await insert([row]);
}
