import { count, eq } from '../platform/database/sql.ts';
import { CATEGORY_CODES, type Category, type CategoryCode, type Database } from '../schema.ts';

/** What the categories are called, as long as the shop has not said otherwise. */
const LABELS: Record<CategoryCode, string> = {
  EYE: '눈 건강',
  BONE: '뼈 건강',
  BRAIN: '두뇌 건강',
  INTESTINE: '장 건강',
  LIVER: '간 건강',
  SKIN: '피부 건강',
  ANTIOXIDANT: '항산화',
  FATIGUE: '피로·혈액순환',
  ETC: '기타',
};

/** Every category with its label and its number of listed items, in the shop's order. */
export async function countCategories(
  database: Database,
): Promise<{ code: CategoryCode; label: string; itemCount: number }[]> {
  const { categories, itemCategories: c } = database.tables;
  const own: Category[] = await database.select().from(categories);
  const counted = await database
    .select({ code: c.code, itemCount: count() })
    .from(c)
    .where(eq(c.listed, true))
    .groupBy(c.code);
  const place = (code: CategoryCode): number =>
    own.find((row) => row.code === code)?.sortOrder ?? CATEGORY_CODES.indexOf(code);
  return CATEGORY_CODES.toSorted((one, other) => place(one) - place(other)).map((code) => ({
    code,
    label: own.find((row) => row.code === code)?.label ?? LABELS[code],
    itemCount: counted.find((row) => row.code === code)?.itemCount ?? 0,
  }));
}
