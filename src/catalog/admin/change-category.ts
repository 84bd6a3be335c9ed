import { writeAudit, type Performer } from '../../audit.ts';
import { isDuplicateKey } from '../../platform/database/index.ts';
import { eq } from '../../platform/database/sql.ts';
import { NotFound } from '../../platform/errors.ts';
import { CATEGORY_CODES, type Transaction } from '../../schema.ts';
import { readCategories, type CategorySettings } from '../categories.ts';
import { changeCatalog } from '../version.ts';
import type { ShelfApp } from './create-item.ts';

export interface CategoryChange {
  code: string;
  label?: string | undefined;
  keywords?: string[] | undefined;
  exclusions?: string[] | undefined;
  by: Performer;
}

/**
 * Changes how a category is called and what puts items into it. Items stay where they are until they are classified
 * again: a change of words is seldom the last one.
 */
export const changeCategory = (app: ShelfApp, { code, by, ...change }: CategoryChange): Promise<CategorySettings> =>
  changeCatalog(app, async (tx) => {
    const before = await lockCategory(tx, app, code);
    const { label = before.label, keywords = before.keywords, exclusions = before.exclusions } = change;
    const after = { label, keywords, exclusions };
    await write(tx, app, { ...before, ...after });
    const entry = { by, action: 'category.update', targetType: 'category', targetId: code };
    await writeAudit(tx, app, { ...entry, before: pick(before), after });
    return { ...before, ...after };
  });

const pick = ({ label, keywords, exclusions }: CategorySettings) => ({ label, keywords, exclusions });

async function lockCategory(tx: Transaction, { database }: ShelfApp, code: string): Promise<CategorySettings> {
  const { categories } = database.tables;
  const known = CATEGORY_CODES.find((one) => one === code);
  if (known) await tx.lock(tx.select({ code: categories.code }).from(categories).where(eq(categories.code, known)));
  const category = (await readCategories(tx, database.tables)).find((one) => one.code === code);
  if (!category) throw new NotFound('CATEGORY_NOT_FOUND', 'There is no such category.');
  return category;
}

async function write(tx: Transaction, app: ShelfApp, settings: CategorySettings): Promise<void> {
  if ((await update(tx, app, settings)) || (await insertOnce(tx, app, settings))) return;
  await update(tx, app, settings);
}

async function update(
  tx: Transaction,
  { database, clock }: ShelfApp,
  { code, label, keywords, exclusions }: CategorySettings,
): Promise<boolean> {
  const { categories } = database.tables;
  const written = await tx
    .update(categories)
    .set({ label, keywords, exclusions, updatedAt: clock.now() })
    .where(eq(categories.code, code));
  return written.rowsAffected > 0;
}

/** `false` when another change has just made the row. */
async function insertOnce(
  tx: Transaction,
  { database, clock }: ShelfApp,
  settings: CategorySettings,
): Promise<boolean> {
  const now = clock.now();
  try {
    await tx.insert(database.tables.categories).values({ ...settings, createdAt: now, updatedAt: now });
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}
