import type { CategoryCode, Item, ItemCategory } from '../schema.ts';

/** Longest `search_text`; a name and a brand fit, unless lower-casing makes them longer. */
const SEARCH_TEXT_LENGTH = 310;

/** What keywords are looked for in: name and brand in lower case, blanks collapsed. */
export const searchTextOf = (name: string, brandName: string): string =>
  collapse(`${name} ${brandName}`).slice(0, SEARCH_TEXT_LENGTH);

/** Lower case, and one blank where there were several. */
export const collapse = (text: string): string => text.normalize('NFC').toLowerCase().replaceAll(/\s+/g, ' ').trim();

/** What brands are compared by: neither case nor blanks tell two apart. */
export const brandKeyOf = (name: string): string => name.normalize('NFC').toLowerCase().replaceAll(/\s+/g, '');

/** What the categories of an item copy of it. */
type Copied = Pick<Item, 'listed' | 'onSale' | 'salePrice' | 'discountPermille' | 'sales' | 'reviewCount'>;

/** The row of `item_categories` for each of an item's categories. */
export function categoryRowsOf(item: Copied & Pick<Item, 'id' | 'categoryCodes'>): ItemCategory[] {
  const { id: itemId, listed, onSale, salePrice, discountPermille, sales, reviewCount } = item;
  const copies: Copied = { listed, onSale, salePrice, discountPermille, sales, reviewCount };
  return codesOf(item).map((code) => ({ itemId, code, ...copies }));
}

/** The categories of an item; the column holds them with commas between. */
export const codesOf = ({ categoryCodes }: Pick<Item, 'categoryCodes'>): CategoryCode[] =>
  categoryCodes.split(',') as CategoryCode[];
