import type { ItemSort } from '../../schema.ts';
import type { Filter } from './filter.ts';
import { SORTS } from './sorts.ts';

/** A page as rows: how many to pass and how many to take. */
export interface Slice {
  offset: number;
  size: number;
}

export interface Costs extends Slice {
  /** Rows that the whole filter lets through. */
  total: number;
  /** Entries that the walk goes along: rows under the equal columns and under a range of the sorted one. */
  walked: number;
  /** Entries that the range passes beyond those it lets through. */
  scanned: number;
}

/** Reading a row costs about as much as passing this many entries of an index. */
const ENTRIES_PER_ROW = 4;

/**
 * Whether the ordered walk is the cheaper of two ways. It passes entries until the page is full, and the wanted ones
 * lie as thick among them as in the whole; the range reads the row of everything it finds and sorts that. Asked only
 * where the total is not 0.
 */
export function isWalkCheaper({ offset, size, total, walked, scanned }: Costs): boolean {
  const passed = Math.min(walked, ((offset + size) * walked) / total);
  return passed <= ENTRIES_PER_ROW * total + scanned;
}

/** The part of a filter that the walk of a sort never leaves: its equal columns, and a range of the sorted column. */
export function walkedBy({ category, brandIds, ...filter }: Filter, sort: ItemSort): Filter {
  const { index } = SORTS[sort];
  return {
    words: [],
    category: brandIds?.length === 1 ? undefined : category,
    brandIds: brandIds?.length === 1 ? brandIds : undefined,
    onSale: index === 'discount_rate' && filter.onSale,
    priceMin: index === 'price' ? filter.priceMin : undefined,
    priceMax: index === 'price' ? filter.priceMax : undefined,
  };
}
