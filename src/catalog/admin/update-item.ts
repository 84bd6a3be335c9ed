import { writeAudit, type Performer } from '../../audit.ts';
import { eq } from '../../platform/database/sql.ts';
import { Conflict, NotFound } from '../../platform/errors.ts';
import type { Item, Transaction } from '../../schema.ts';
import { raiseCatalogVersion } from '../version.ts';
import { changedColumns, composeChange } from './compose-item.ts';
import { composingWith, writeOne, type ShelfApp } from './create-item.ts';
import type { ItemFields } from './fields.ts';

export interface ItemUpdate {
  id: string;
  fields: ItemFields;
  /** The version the caller has seen; without it, whatever there is is changed. */
  version?: number | undefined;
  by: Performer;
  action?: 'item.update' | 'item.hide' | 'item.show';
}

/** Changes an item. What changes nothing writes nothing. `Conflict` when it is at another version than the caller's. */
export async function updateItem(app: ShelfApp, update: ItemUpdate): Promise<Item> {
  const { item, version } = await app.database.transaction((tx) => updateIn(tx, app, update));
  if (version !== undefined) await app.catalog.announce(version);
  return item;
}

/** Takes an item out of every list; who has it in a subscription goes on getting it. */
export const hideItem = (app: ShelfApp, about: Pick<ItemUpdate, 'id' | 'by'>): Promise<Item> =>
  updateItem(app, { ...about, fields: { status: 'HIDDEN' }, action: 'item.hide' });

/** Puts a hidden item on sale again; one that is listed stays as it is. */
export async function showItem(app: ShelfApp, about: Pick<ItemUpdate, 'id' | 'by'>): Promise<Item> {
  const { item, version } = await app.database.transaction(async (tx) => {
    const before = await lockItem(tx, app, about.id);
    if (before.listed) return { item: before, version: undefined };
    return updateIn(tx, app, { ...about, fields: { status: 'ON_SALE' }, action: 'item.show' });
  });
  if (version !== undefined) await app.catalog.announce(version);
  return item;
}

async function updateIn(
  tx: Transaction,
  app: ShelfApp,
  { id, fields, version: seen, by, action = 'item.update' }: ItemUpdate,
): Promise<{ item: Item; version: number | undefined }> {
  const before = await lockItem(tx, app, id);
  assertSeen(before, seen);
  const after = composeChange(before, fields, await composingWith(tx, app, fields.brand ?? before.brandName));
  if (after === before) return { item: before, version: undefined };
  await writeOne(tx, app, { before, after });
  await writeAudit(tx, app, { by, action, targetType: 'item', targetId: id, ...differences(before, after) });
  return { item: after, version: await raiseCatalogVersion(tx, app.database.tables) };
}

async function lockItem(tx: Transaction, { database }: ShelfApp, id: string): Promise<Item> {
  const { items } = database.tables;
  const [item] = await tx.lock(tx.select().from(items).where(eq(items.id, id)));
  if (!item) throw new NotFound('ITEM_NOT_FOUND', 'There is no such item.');
  return item;
}

function assertSeen({ version }: Item, seen: number | undefined): void {
  if (seen === undefined || seen === version) return;
  throw new Conflict('VERSION_CONFLICT', 'The item was changed meanwhile; read it again.', { facts: { version } });
}

/** Long texts are told by their length: the audit log says who did what, not what the label says. */
const LONGEST_TOLD = 500;

function differences(before: Item, after: Item): { before: Partial<Item>; after: Partial<Item> } {
  const columns = changedColumns(before, after);
  const told = (item: Item) =>
    Object.fromEntries(
      columns.map((key) => {
        const value = item[key];
        return [key, typeof value === 'string' && value.length > LONGEST_TOLD ? `${value.length} characters` : value];
      }),
    );
  return { before: told(before), after: told(after) };
}
