import type { ListQuery } from '../../src/catalog/lists/filter.ts';
import { CATEGORY_CODES, ITEM_SORTS, type Item, type ItemSort } from '../../src/schema.ts';

export interface Question {
  query: ListQuery;
  sort: ItemSort;
  page: number;
  size: number;
}

/** Names of which every sign means something to some text index or to LIKE, and one that needs no index at all. */
export const TRICKY_NAMES = [
  '100% 천연 비타민',
  '1000 천연 비타민',
  '비타민_C 1000',
  '비타민-C 1000',
  'say "눈" twice',
  "아이's 눈 영양제",
  'not (a) +near* -word',
  'back\\slash 50!',
  'ＡＢＣ 오메가',
  '눈',
];

const KEYWORDS = [
  '%',
  '_',
  '0%',
  '"눈"',
  "'s",
  '눈',
  '장',
  '비타',
  '비타민',
  'a',
  'near*',
  '\\',
  '!',
  'AND',
  '루테인',
  '프리미엄',
  '캡슐',
  '30',
  '60캡슐',
  '바이오',
  'ｂｃ',
  '없는말씀',
];
const BRANDS = ['가람솔바이오', '가람솔 바이오', '푸른들', '바이오', '솔', 'ZZZ'];

/** Any question that a list can be asked, drawn at random. */
export function drawQuestion(random: () => number): Question {
  const below = (limit: number): number => Math.floor(random() * limit);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const sometimes = <T>(share: number, make: () => T): T | undefined => (random() < share ? make() : undefined);
  const keywords = sometimes(0.45, () => Array.from({ length: 1 + below(2) }, () => pick(KEYWORDS)));
  return {
    query: {
      keyword: keywords?.join('  '),
      category: sometimes(0.35, () => pick(CATEGORY_CODES)),
      brand: sometimes(0.3, () => pick(BRANDS)),
      onSale: sometimes(0.4, () => random() < 0.8),
      priceMin: sometimes(0.3, () => 1_000 * below(60)),
      priceMax: sometimes(0.3, () => 1_000 * below(90)),
    },
    sort: pick(ITEM_SORTS),
    page: 1 + below(4),
    size: 1 + below(20),
  };
}

const squeeze = (text: string): string => text.toLowerCase().replaceAll(/\s+/g, '');

/** What the shop says of lists, over plain rows: nothing here knows an index. */
export function answerByHand(items: readonly Item[], { query, sort, page, size }: Question) {
  const found = items.filter((item) => item.listed && passes(item, query, items)).toSorted(ORDERS[sort]);
  return { total: found.length, ids: found.slice((page - 1) * size, page * size).map(({ id }) => id) };
}

function passes(item: Item, { keyword, category, brand, onSale, priceMin, priceMax }: ListQuery, all: readonly Item[]) {
  const text = `${item.name} ${item.brandName}`.normalize('NFC').toLowerCase();
  const words = (keyword ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const [least, most] = [priceMin ?? 0, priceMax ?? Infinity];
  return (
    words.every((word) => text.includes(word)) &&
    (!category || item.categoryCodes.split(',').includes(category)) &&
    (!brand || isBrand(item, squeeze(brand), all)) &&
    (!onSale || item.discountPrice > 0) &&
    item.salePrice >= Math.min(least, most) &&
    item.salePrice <= Math.max(least, most)
  );
}

/** An equal brand wins, else every brand that holds the text; of the 15 to 20 that do here, none is one too many. */
function isBrand(item: Item, wanted: string, all: readonly Item[]): boolean {
  const isNamed = all.some(({ brandName }) => squeeze(brandName) === wanted);
  return isNamed ? squeeze(item.brandName) === wanted : squeeze(item.brandName).includes(wanted);
}

const by =
  (column: 'sales' | 'salePrice' | 'discountPermille' | 'reviewCount', direction: 1 | -1) => (one: Item, other: Item) =>
    direction * (one[column] - other[column] || (one.id < other.id ? -1 : 1));

const ORDERS: Record<ItemSort, (one: Item, other: Item) => number> = {
  SALES: by('sales', -1),
  PRICE_H: by('salePrice', -1),
  PRICE_L: by('salePrice', 1),
  DISCOUNT_RATE_H: by('discountPermille', -1),
  DISCOUNT_RATE_L: by('discountPermille', 1),
  REVIEW_COUNT: by('reviewCount', -1),
};
