import { InvalidInput } from '../../platform/errors.ts';
import { CATEGORY_CODES, type Brand, type Item } from '../../schema.ts';
import type { Classify } from '../classify.ts';
import { codesOf, searchTextOf } from '../keys.ts';
import { pricesOf, pricesWithAmount, type Prices } from '../prices.ts';
import type { ItemFields, NewItemFields } from './fields.ts';

/** What an item is composed with beside what was said of it. */
export interface Composing {
  brand: Pick<Brand, 'id' | 'name'>;
  classify: Classify;
  now: Date;
}

/** A new item, as it will stand in the database. */
export function composeNew(id: string, fields: NewItemFields, composing: Composing): Item {
  const { now } = composing;
  const empty = { ...NOTHING_SAID, id, version: 0, createdAt: now, updatedAt: now };
  return compose(empty, fields, composing);
}

/** An item with a change; the same row where the change says nothing new. */
export function composeChange(before: Item, fields: ItemFields, composing: Composing): Item {
  const after = compose(before, fields, composing);
  return changedColumns(before, after).length > 0 ? after : before;
}

/** Columns that differ; the version and the time of the change, which follow from the others, are not looked at. */
export function changedColumns(before: Item, after: Item): (keyof Item)[] {
  const columns = Object.keys(after) as (keyof Item)[];
  return columns.filter((key) => key !== 'version' && key !== 'updatedAt' && before[key] !== after[key]);
}

function compose(before: Item, fields: ItemFields, { brand, classify, now }: Composing): Item {
  const prices = reckon(before, fields);
  const name = fields.name ?? before.name;
  const status = fields.status ?? before.status;
  return {
    ...before,
    ...textsOf(before, fields),
    ...prices,
    ...categoriesOf(before, fields, classify),
    name,
    brandId: brand.id,
    brandName: brand.name,
    searchText: searchTextOf(name, brand.name),
    status,
    listed: status !== 'HIDDEN',
    onSale: prices.discountPrice > 0,
    version: before.version + 1,
    updatedAt: now,
  };
}

const TEXTS = [
  'statementNumber',
  'thumbnail',
  'descriptionImage',
  'mainFunction',
  'baseStandard',
  'appearance',
  'servingUse',
  'storage',
  'precautions',
  'shelfLife',
  'registeredOn',
] as const;

/** Null empties a text; what is left out stays. */
const textsOf = (before: Item, fields: ItemFields) =>
  Object.fromEntries(TEXTS.map((key) => [key, fields[key] === undefined ? before[key] : fields[key]])) as Pick<
    Item,
    (typeof TEXTS)[number]
  >;

/** Another list price alone keeps the rate; the same one keeps the amount as well, to the won. */
function reckon(before: Prices, { originPrice = before.originPrice, discountRate, discountPrice }: ItemFields): Prices {
  if (discountRate !== undefined) return pricesOf(originPrice, Math.round(discountRate * 10));
  if (discountPrice === undefined)
    return originPrice === before.originPrice ? pricesIn(before) : pricesOf(originPrice, before.discountPermille);
  if (discountPrice > originPrice) {
    const fields = [{ field: 'discountPrice', reason: 'out_of_range' }];
    throw new InvalidInput('VALIDATION_FAILED', 'More would be taken off than the item costs.', { fields });
  }
  return pricesWithAmount(originPrice, discountPrice);
}

const pricesIn = ({ originPrice, discountPermille, discountPrice, salePrice }: Prices): Prices => ({
  originPrice,
  discountPermille,
  discountPrice,
  salePrice,
});

/** What a person chose stays until somebody says otherwise; the words count again when they change. */
function categoriesOf(
  before: Item,
  { categories, mainFunction }: ItemFields,
  classify: Classify,
): Pick<Item, 'categoryCodes' | 'categoryMode'> {
  if (categories) {
    const inOrder = CATEGORY_CODES.filter((code) => categories.includes(code));
    return { categoryCodes: inOrder.join(','), categoryMode: 'MANUAL' };
  }
  const text = mainFunction === undefined ? before.mainFunction : mainFunction;
  const isNew = before.categoryCodes === '';
  const isAuto = categories === null || before.categoryMode === 'AUTO';
  const speaksAnew = isNew || text !== before.mainFunction || before.categoryMode === 'MANUAL';
  const codes = isAuto && speaksAnew ? classify(text) : codesOf(before);
  return { categoryCodes: codes.join(','), categoryMode: isAuto ? 'AUTO' : 'MANUAL' };
}

/** What an item is before anything was said of it; its empty columns are filled before it is written. */
export const NOTHING_SAID: Omit<Item, 'id' | 'version' | 'createdAt' | 'updatedAt'> = {
  statementNumber: null,
  brandId: '',
  brandName: '',
  name: '',
  searchText: '',
  categoryCodes: '',
  categoryMode: 'AUTO',
  status: 'ON_SALE',
  listed: true,
  originPrice: 0,
  discountPermille: 0,
  discountPrice: 0,
  salePrice: 0,
  onSale: false,
  sales: 0,
  starSum: 0,
  reviewCount: 0,
  viewCount: 0,
  thumbnail: null,
  descriptionImage: null,
  mainFunction: null,
  baseStandard: null,
  appearance: null,
  servingUse: null,
  storage: null,
  precautions: null,
  shelfLife: null,
  registeredOn: null,
};
