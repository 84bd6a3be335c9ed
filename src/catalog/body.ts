import { z } from 'zod';
import { CATEGORY_CODES, type Item } from '../schema.ts';
import { codesOf } from './keys.ts';
import { summaryOf, type CardRow } from './queries.ts';

export const Card = z
  .object({
    id: z.string(),
    name: z.string(),
    brand: z.string(),
    thumbnail: z.string().nullable(),
    categories: z.array(z.enum(CATEGORY_CODES)),
    status: z.enum(['ON_SALE', 'SOLD_OUT', 'HIDDEN']),
    originPrice: z.int(),
    discountRate: z.number(),
    discountPrice: z.int(),
    salePrice: z.int(),
    sales: z.int(),
    starAvg: z.number(),
    reviewCount: z.int(),
    summary: z.string(),
  })
  .meta({ id: 'ItemCard' });

export const Detail = Card.extend({
  descriptionImage: z.string().nullable(),
  statementNumber: z.string().nullable(),
  registeredOn: z.iso.date().nullable(),
  shelfLife: z.string().nullable(),
  appearance: z.string().nullable(),
  servingUse: z.string().nullable(),
  storage: z.string().nullable(),
  precautions: z.string().nullable(),
  mainFunction: z.string().nullable(),
  baseStandard: z.string().nullable(),
  periods: z.array(z.int()),
}).meta({ id: 'ItemDetail' });

export const MainPage = z
  .object({ bestSellers: z.array(Card), topDiscounts: z.array(Card) })
  .meta({ id: 'ItemMainPage' });

export const FacetsBody = z
  .object({
    categories: z.array(z.object({ code: z.enum(CATEGORY_CODES), label: z.string(), itemCount: z.int() })),
    brands: z.array(z.object({ name: z.string(), itemCount: z.int() })),
    price: z.object({ min: z.int(), max: z.int() }),
  })
  .meta({ id: 'ItemFacets' });

/** Rounded to two places; 0 where nobody has judged. */
const starAvgOf = ({ starSum, reviewCount }: Pick<Item, 'starSum' | 'reviewCount'>): number =>
  reviewCount === 0 ? 0 : Math.round((starSum * 100) / reviewCount) / 100;

export const toCard = (item: CardRow): z.infer<typeof Card> => ({
  id: item.id,
  name: item.name,
  brand: item.brandName,
  thumbnail: item.thumbnail,
  categories: codesOf(item),
  status: item.status,
  originPrice: item.originPrice,
  discountRate: item.discountPermille / 10,
  discountPrice: item.discountPrice,
  salePrice: item.salePrice,
  sales: item.sales,
  starAvg: starAvgOf(item),
  reviewCount: item.reviewCount,
  summary: item.summary ?? '',
});

export const toDetail = (item: Item, periods: readonly number[]): z.infer<typeof Detail> => ({
  ...toCard({ ...item, summary: summaryOf(item) }),
  descriptionImage: item.descriptionImage,
  statementNumber: item.statementNumber,
  registeredOn: item.registeredOn,
  shelfLife: item.shelfLife,
  appearance: item.appearance,
  servingUse: item.servingUse,
  storage: item.storage,
  precautions: item.precautions,
  mainFunction: item.mainFunction,
  baseStandard: item.baseStandard,
  periods: [...periods],
});
