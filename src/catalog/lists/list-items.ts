import type { App } from '../../app.ts';
import { InvalidInput } from '../../platform/errors.ts';
import type { ItemSort } from '../../schema.ts';
import { findCards, type CardRow } from '../queries.ts';
import { findRange, walk, type Access, type Reading } from './access.ts';
import { isWalkCheaper, walkedBy } from './choose.ts';
import { keyOf, readFilter, type AskedFilter, type Filter, type ListQuery } from './filter.ts';
import { findBrandIds } from './find-brands.ts';
import { countItems, findIds } from './find-ids.ts';

type Shop = Pick<App, 'database' | 'catalog'>;

/** Past this many rows a page costs more than anybody's patience. */
const DEEPEST_OFFSET = 100_000;
const COUNT_TTL_MS = 60_000;

export interface ListRequest {
  filter: AskedFilter;
  sort: ItemSort;
  page: number;
  size: number;
}

/** A list request from its query; what a shop leaves open is filled in. */
export const readRequest = (
  { sort = 'SALES', page = 1, size, ...query }: ListQuery & { sort?: ItemSort; page?: number; size?: number },
  pageSize: number,
): ListRequest => ({ filter: readFilter(query), sort, page, size: size ?? pageSize });

/**
 * One page of a list and the total. The total comes first, for it says whether there is a page at all and which way to
 * its ids is cheaper; then the ids out of one index, then the rows by key.
 */
export async function listItems(
  shop: Shop,
  { filter: asked, sort, page, size }: ListRequest,
): Promise<{ items: CardRow[]; total: number }> {
  const filter = await resolveBrand(shop, asked);
  const total = await countOf(shop, filter);
  const offset = (page - 1) * size;
  if (offset >= total) return { items: [], total };
  if (offset >= DEEPEST_OFFSET) throw new InvalidInput('PAGE_TOO_DEEP', 'Narrow the list; this page is too deep.');
  const access = await chooseAccess(shop, filter, { sort, offset, size, total });
  const ids = await findIds(shop.database, access, { sort, offset, size });
  return { items: await findCards(shop, ids), total };
}

async function resolveBrand(shop: Shop, { brandKey, ...rest }: AskedFilter): Promise<Filter> {
  if (brandKey === undefined) return { ...rest, brandIds: undefined };
  const find = () => findBrandIds(shop.database, brandKey);
  return { ...rest, brandIds: await shop.catalog.cache.read(`brand:${brandKey}`, COUNT_TTL_MS, find) };
}

async function readingOf({ database, catalog }: Shop): Promise<Reading> {
  return { database, textIndex: await catalog.textIndex() };
}

async function countOf(shop: Shop, filter: Filter): Promise<number> {
  if (filter.brandIds?.length === 0) return 0;
  const reading = await readingOf(shop);
  const load = () => countItems(shop.database, reading, filter);
  return shop.catalog.cache.read(`count:${keyOf(filter)}`, COUNT_TTL_MS, load);
}

interface Wanted {
  sort: ItemSort;
  offset: number;
  size: number;
  total: number;
}

async function chooseAccess(shop: Shop, filter: Filter, { sort, ...slice }: Wanted): Promise<Access> {
  const reading = await readingOf(shop);
  const inOrder = walk(reading, filter, sort);
  const range = findRange(reading, filter);
  if (!range) return inOrder;
  const walked = await countOf(shop, walkedBy(filter, sort));
  const scanned = range.scansTexts ? await countOf(shop, walkedBy(NOTHING, 'SALES')) : 0;
  return isWalkCheaper({ ...slice, walked, scanned }) ? inOrder : range;
}

const NOTHING: Filter = { ...readFilter({}), brandIds: undefined };
