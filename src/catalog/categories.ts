import { count, eq } from '../platform/database/sql.ts';
import {
  CATEGORY_CODES,
  type Category,
  type CategoryCode,
  type Database,
  type Queries,
  type Tables,
} from '../schema.ts';
import { classifierOf, DEFAULT_RULES, type Classify } from './classify.ts';

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

export type CategorySettings = Pick<Category, 'code' | 'label' | 'keywords' | 'exclusions' | 'sortOrder'>;

/** Every category as the shop has it, in its order. */
export async function readCategories(
  queries: Queries,
  { categories }: Pick<Tables, 'categories'>,
): Promise<CategorySettings[]> {
  const own = await queries.select().from(categories);
  return CATEGORY_CODES.map(
    (code, sortOrder) => own.find((row) => row.code === code) ?? defaultsOf(code, sortOrder),
  ).toSorted((one, other) => one.sortOrder - other.sortOrder);
}

const defaultsOf = (code: CategoryCode, sortOrder: number): CategorySettings => ({
  code,
  label: LABELS[code],
  keywords: [...DEFAULT_RULES[code].keywords],
  exclusions: [...DEFAULT_RULES[code].exclusions],
  sortOrder,
});

/** The classification by the rules that the shop has now. */
export async function readClassifier(queries: Queries, tables: Pick<Tables, 'categories'>): Promise<Classify> {
  const settings = await readCategories(queries, tables);
  return classifierOf(Object.fromEntries(settings.map((category) => [category.code, category])));
}

/** Every category with its label and its number of listed items, in the shop's order. */
export async function countCategories(
  database: Database,
): Promise<{ code: CategoryCode; label: string; itemCount: number }[]> {
  const { itemCategories: c } = database.tables;
  const counted = await database
    .select({ code: c.code, itemCount: count() })
    .from(c)
    .where(eq(c.listed, true))
    .groupBy(c.code);
  const settings = await readCategories(database, database.tables);
  return settings.map(({ code, label }) => ({
    code,
    label,
    itemCount: counted.find((row) => row.code === code)?.itemCount ?? 0,
  }));
}
