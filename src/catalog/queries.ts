import { and, eq, inArray, sql } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { NotFound } from '../platform/errors.ts';
import type { Item, Tables } from '../schema.ts';

/** A card says what an item does in as many characters as fit under its picture. */
const SUMMARY_LENGTH = 120;

/** What a card shows of an item; the long texts stay in the database. */
export type CardRow = Pick<Item, (typeof CARD_COLUMNS)[number]> & { summary: string | null };

const CARD_COLUMNS = [
  'id',
  'name',
  'brandName',
  'thumbnail',
  'categoryCodes',
  'status',
  'listed',
  'originPrice',
  'discountPermille',
  'discountPrice',
  'salePrice',
  'sales',
  'starSum',
  'reviewCount',
] as const;

/** The same of a row that was read whole; counted in characters, as the databases count. */
export const summaryOf = ({ mainFunction }: Pick<Item, 'mainFunction'>): string =>
  Array.from((mainFunction ?? '').slice(0, 2 * SUMMARY_LENGTH))
    .slice(0, SUMMARY_LENGTH)
    .join('');

function cardColumns({ items: i }: Tables) {
  const columns = Object.fromEntries(CARD_COLUMNS.map((name) => [name, i[name]])) as Pick<
    typeof i,
    (typeof CARD_COLUMNS)[number]
  >;
  return { ...columns, summary: sql<string | null>`substr(${i.mainFunction}, 1, ${sql.raw(String(SUMMARY_LENGTH))})` };
}

/** Listed items by id, in the order of the ids. */
export async function findCards({ database }: Pick<App, 'database'>, ids: readonly string[]): Promise<CardRow[]> {
  if (ids.length === 0) return [];
  const { items: i } = database.tables;
  const rows = await database
    .select(cardColumns(database.tables))
    .from(i)
    .where(inArray(i.id, [...ids]));
  // Hidden since its id was found; asked in the query, it would lead SQLite to read every listed item.
  const byId = new Map(rows.filter(({ listed }) => listed).map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** An item that is listed; hidden and unknown ones are not found. */
export async function getItem({ database }: Pick<App, 'database'>, id: string): Promise<Item> {
  const { items } = database.tables;
  const [item] = await database
    .select()
    .from(items)
    .where(and(eq(items.id, id), eq(items.listed, true)));
  if (!item) throw new NotFound('ITEM_NOT_FOUND', 'There is no such item.');
  return item;
}

/** Items by id, whatever their status. */
export async function findItems(
  { database }: Pick<App, 'database'>,
  ids: readonly string[],
): Promise<Map<string, Item>> {
  const { items } = database.tables;
  const rows = await database
    .select()
    .from(items)
    .where(inArray(items.id, [...ids]));
  return new Map(rows.map((item) => [item.id, item]));
}
