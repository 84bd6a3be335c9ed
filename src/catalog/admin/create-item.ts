import type { App } from '../../app.ts';
import { writeAudit, type Performer } from '../../audit.ts';
import { isDuplicateKey } from '../../platform/database/index.ts';
import { Conflict } from '../../platform/errors.ts';
import type { Item, Transaction } from '../../schema.ts';
import { readClassifier } from '../categories.ts';
import { brandKeyOf } from '../keys.ts';
import { changeCatalog } from '../version.ts';
import { composeNew, type Composing } from './compose-item.ts';
import type { NewItemFields } from './fields.ts';
import { findOrMakeBrands } from './find-or-make-brands.ts';
import { writeItems, type ItemWrite } from './write-items.ts';

export type ShelfApp = Pick<App, 'database' | 'catalog' | 'clock' | 'newId'>;

/** Puts an item on the shelf. `Conflict` when another one has its statement number. */
export async function createItem(app: ShelfApp, fields: NewItemFields, by: Performer): Promise<Item> {
  return changeCatalog(app, async (tx) => {
    const item = composeNew(app.newId(), fields, await composingWith(tx, app, fields.brand));
    await writeOne(tx, app, { before: undefined, after: item });
    const { name, status, salePrice, statementNumber } = item;
    const after = { name, status, salePrice, statementNumber };
    await writeAudit(tx, app, { by, action: 'item.create', targetType: 'item', targetId: item.id, after });
    return item;
  });
}

/** What an item of a brand is composed with. */
export async function composingWith(tx: Transaction, app: ShelfApp, brandName: string): Promise<Composing> {
  const brands = await findOrMakeBrands(tx, app, [brandName]);
  const brand = brands.get(brandKeyOf(brandName));
  if (!brand) throw new Error('Bug: a brand was gone in the transaction that made it.');
  return { brand, classify: await readClassifier(tx, app.database.tables), now: app.clock.now() };
}

/** Writes one item; unique keys decide between two that want the same statement number. */
export async function writeOne(tx: Transaction, app: ShelfApp, write: ItemWrite): Promise<void> {
  try {
    await writeItems(tx, app, [write]);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const fields = [{ field: 'statementNumber', reason: 'taken' }];
    throw new Conflict('STATEMENT_NUMBER_TAKEN', 'Another item has this statement number.', { fields });
  }
}
