import type { ItemSort } from '../../schema.ts';

/** The last part of the names of list indexes, and the column by which each of them is in order. */
export const INDEXES = {
  sales: 'sales',
  price: 'salePrice',
  discount_rate: 'discountPermille',
  reviews: 'reviewCount',
} as const;

export type IndexName = keyof typeof INDEXES;

interface Sort {
  index: IndexName;
  descending: boolean;
}

/** Each sort is a walk along one index, forwards or backwards; the id, next in every index, breaks ties. */
export const SORTS: Record<ItemSort, Sort> = {
  SALES: { index: 'sales', descending: true },
  PRICE_H: { index: 'price', descending: true },
  PRICE_L: { index: 'price', descending: false },
  DISCOUNT_RATE_H: { index: 'discount_rate', descending: true },
  DISCOUNT_RATE_L: { index: 'discount_rate', descending: false },
  REVIEW_COUNT: { index: 'reviews', descending: true },
};
