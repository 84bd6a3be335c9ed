import { inArray } from '../platform/database/sql.ts';
import { addToBrands, brandKeyOf, categoryRowsOf, classify, pricesOf, searchTextOf } from '../catalog/index.ts';
import { addDays } from '../platform/calendar.ts';
import type { Brand, CategoryCode, Item } from '../schema.ts';
import { idsOf, type IdAt } from './ids.ts';
import { drawsOf, type Draw } from './random.ts';
import type { SeedingApp, Source } from './source.ts';
import { STANDING } from './standing.ts';
import { BRANDS, CATEGORY_MIX, FORMS, GRADES, PRECAUTIONS, TOPICS } from './words.ts';
import { writeRows } from './write.ts';

/** The seeded items by index: pure, so that an order knows its items without reading them. */
export interface Catalogue {
  idAt: IdAt;
  itemAt(index: number): Item;
  /** `count` different items that can be bought, small indexes more often; fewer where there are few. */
  pickItems(draw: Draw, count: number): Item[];
}

export function catalogueOf(seed: number, total: number): Catalogue {
  const idAt = idsOf(seed, 'items', STANDING);
  const drawAt = drawsOf(seed, 'items');
  const itemAt = (index: number): Item => itemOf(idAt(index), index, drawAt(index));
  const picked = new Map<number, Item>();
  const pickItem = (index: number): Item => {
    const item = picked.get(index) ?? itemAt(index);
    picked.set(index, item);
    return item;
  };
  return { idAt, itemAt, pickItems: (draw, count) => pickItems({ draw, count, total, pickItem }) };
}

interface Picking {
  draw: Draw;
  count: number;
  total: number;
  pickItem(index: number): Item;
}

/** The square leans towards small indexes: a few items are in many orders, most in few. */
function pickItems({ draw, count, total, pickItem }: Picking): Item[] {
  const picked = new Map<string, Item>();
  for (let tries = 0; tries < 4 * count && picked.size < count; tries++) {
    const item = pickItem(Math.floor(draw.unit() ** 2 * total));
    if (item.status === 'ON_SALE') picked.set(item.id, item);
  }
  return picked.size > 0 ? [...picked.values()] : [pickItem(0)];
}

/** Items with their categories and brands. */
export function itemSource({ database }: SeedingApp, { idAt, itemAt }: Catalogue, total: number): Source {
  const { brands, items, itemCategories } = database.tables;
  return {
    kind: 'items',
    total,
    table: items,
    idAt,
    prepare: () =>
      database.transaction(async (tx) => {
        const ids = BRAND_ROWS.map(({ id }) => id);
        const there = await tx.select({ id: brands.id }).from(brands).where(inArray(brands.id, ids));
        const known = new Set(there.map(({ id }) => id));
        await writeRows(
          tx,
          brands,
          BRAND_ROWS.filter(({ id }) => !known.has(id)),
        );
      }),
    async write(tx, indexes) {
      const rows = indexes.map(itemAt);
      await writeRows(tx, items, rows);
      await writeRows(tx, itemCategories, rows.flatMap(categoryRowsOf));
      await addToBrands(tx, database.tables, countListed(rows));
    },
  };
}

function countListed(rows: readonly Item[]): Map<string, number> {
  const byBrand = Map.groupBy(
    rows.filter(({ listed }) => listed),
    ({ brandId }) => brandId,
  );
  return new Map([...byBrand].map(([id, { length }]) => [id, length]));
}

const STANDS_SINCE = new Date(STANDING.epochMs);
const brandIdAt = idsOf(0, 'brands', STANDING);

/** The same for every seed, so that two seeds in one database share them. */
const BRAND_ROWS: [Brand, ...Brand[]] = BRANDS.map((name, index) => ({
  id: brandIdAt(index),
  name,
  nameKey: brandKeyOf(name),
  itemCount: 0,
  createdAt: STANDS_SINCE,
  updatedAt: STANDS_SINCE,
})) as [Brand, ...Brand[]];

function itemOf(id: string, index: number, draw: Draw): Item {
  const category = CATEGORY_MIX[index % CATEGORY_MIX.length] ?? 'ETC';
  const form = draw.pick(FORMS);
  const mainFunction = functionOf(category, draw);
  const status = statusOf(index, draw);
  const registeredOn = addDays('2004-01-01', draw.below(5_800)); // up to the end of 2019, before the shop opened
  const at = new Date(STANDING.epochMs + index * STANDING.stepMs);
  const brand = draw.pick(BRAND_ROWS);
  const name = nameOf(category, `${draw.pick(form.counts)}${form.unit}`, draw);
  const prices = pricesOf(listPrice(draw), draw.chance(DISCOUNTED) ? 50 * (1 + draw.below(10)) : 0);
  return {
    id,
    // Real statement numbers are digits only, so that an imported item never meets a seeded one.
    statementNumber: `SEED-${registeredOn.slice(0, 4)}-${String(index + 1).padStart(7, '0')}`,
    brandId: brand.id,
    brandName: brand.name,
    name,
    searchText: searchTextOf(name, brand.name),
    categoryCodes: codesOf(mainFunction),
    categoryMode: 'AUTO',
    status,
    listed: status !== 'HIDDEN',
    ...prices,
    onSale: prices.discountPrice > 0,
    sales: salesOf(draw),
    starSum: 0,
    reviewCount: 0,
    viewCount: 0,
    thumbnail: null,
    descriptionImage: null,
    mainFunction,
    baseStandard: `표시량의 80~120%, 대장균군 음성`,
    appearance: `고유의 색과 향미가 있고 이미, 이취가 없는 ${form.unit}`,
    servingUse: `1일 ${1 + draw.below(3)}회, 1회 ${1 + draw.below(2)}${form.object} 물과 함께 섭취하십시오.`,
    storage: '직사광선을 피하여 서늘하고 건조한 곳에 보관하십시오.',
    precautions: draw.pick(PRECAUTIONS),
    shelfLife: `제조일로부터 ${12 * (1 + draw.below(3))}개월`,
    registeredOn,
    version: 1,
    createdAt: at,
    updatedAt: at,
  };
}

const DISCOUNTED = 0.6;

/** "프리미엄 루테인 지아잔틴 60캡슐": a grade, one or two ingredients, a size. */
function nameOf(category: CategoryCode, size: string, draw: Draw): string {
  const { ingredients } = TOPICS[category];
  const [first, second] = [draw.pick(ingredients), draw.pick(ingredients)];
  return [draw.pick(GRADES), first, first === second ? '' : second, size].filter(Boolean).join(' ');
}

/** What it does; every fourth item does two things, and thereby may be in two categories. */
function functionOf(category: CategoryCode, draw: Draw): string {
  const first = draw.pick(TOPICS[category].functions);
  const second = draw.pick(TOPICS[draw.pick(CATEGORY_MIX)].functions);
  return category === 'ETC' || first === second || !draw.chance(0.25) ? first : `① ${first} ② ${second}`;
}

/** The first can always be bought, so that an order finds something however few items there are. */
function statusOf(index: number, draw: Draw): Item['status'] {
  const fate = draw.unit();
  if (index === 0 || fate >= 0.03) return 'ON_SALE';
  return fate < 0.02 ? 'SOLD_OUT' : 'HIDDEN';
}

/** 5,000 to 90,000 won in steps of 100, cheap ones more often. */
const listPrice = (draw: Draw): number => 5_000 + 100 * Math.floor(draw.unit() ** 1.5 * 851);

/** A Pareto draw, whose ranks follow Zipf's law: the n-th best seller sells about 1/n of the best. */
const salesOf = (draw: Draw): number => Math.min(200_000, Math.floor(5 / (1 - draw.unit())) - 5);

/** There are a few hundred texts for all items, and classifying one costs as much as the rest of an item. */
const codesByText = new Map<string, string>();

function codesOf(mainFunction: string): string {
  const codes = codesByText.get(mainFunction) ?? classify(mainFunction).join(',');
  codesByText.set(mainFunction, codes);
  return codes;
}
