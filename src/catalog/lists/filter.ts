import type { CategoryCode } from '../../schema.ts';
import { brandKeyOf, collapse } from '../keys.ts';

/** What a caller of a list may ask for, as the query string has it. */
export interface ListQuery {
  keyword?: string;
  category?: CategoryCode;
  brand?: string;
  onSale?: boolean;
  priceMin?: number;
  priceMax?: number;
}

/** The same question in one form, however it was written: lists and totals are cached under it. */
export interface AskedFilter {
  words: string[];
  category: CategoryCode | undefined;
  brandKey: string | undefined;
  onSale: boolean;
  priceMin: number | undefined;
  priceMax: number | undefined;
}

/** With the brand's name looked up: the ids it stands for. */
export interface Filter extends Omit<AskedFilter, 'brandKey'> {
  brandIds: string[] | undefined;
}

/** More words than anybody types into a search box narrow nothing and cost a comparison each. */
const MOST_WORDS = 5;

/** Brings a query into its one form: words in lower case, brand without case and blanks, bounds of price in order. */
export function readFilter({ keyword, category, brand, onSale, priceMin, priceMax }: ListQuery): AskedFilter {
  const isReversed = priceMin !== undefined && priceMax !== undefined && priceMin > priceMax;
  return {
    words: [
      ...new Set(
        collapse(keyword ?? '')
          .split(' ')
          .filter(Boolean)
          .slice(0, MOST_WORDS),
      ),
    ].toSorted(),
    category,
    brandKey: brandKeyOf(brand ?? '') || undefined,
    onSale: onSale ?? false,
    priceMin: isReversed ? priceMax : priceMin,
    priceMax: isReversed ? priceMin : priceMax,
  };
}

/** The name of a filter in cache keys. */
export const keyOf = (filter: AskedFilter | Filter): string => JSON.stringify(filter);
