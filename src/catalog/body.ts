import { z } from 'zod';
import { CATEGORY_CODES, type CategoryCode, type Item } from '../schema.ts';

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
    summary: z.string(),
  })
  .meta({ id: 'ItemCard' });

export const Detail = Card.extend({
  statementNumber: z.string().nullable(),
  registeredOn: z.iso.date().nullable(),
  shelfLife: z.string().nullable(),
  servingUse: z.string().nullable(),
  precautions: z.string().nullable(),
  mainFunction: z.string().nullable(),
  periods: z.array(z.int()),
}).meta({ id: 'ItemDetail' });

/** A card says what an item does in as many characters as fit under its picture. */
const SUMMARY_LENGTH = 120;

const toCategories = (codes: string): CategoryCode[] => codes.split(',') as CategoryCode[];

export const toCard = (item: Item): z.infer<typeof Card> => ({
  id: item.id,
  name: item.name,
  brand: item.brandName,
  thumbnail: item.thumbnail,
  categories: toCategories(item.categoryCodes),
  status: item.status,
  originPrice: item.originPrice,
  discountRate: item.discountPermille / 10,
  discountPrice: item.discountPrice,
  salePrice: item.salePrice,
  sales: item.sales,
  summary: (item.mainFunction ?? '').slice(0, SUMMARY_LENGTH),
});

export const toDetail = (item: Item, periods: readonly number[]): z.infer<typeof Detail> => ({
  ...toCard(item),
  statementNumber: item.statementNumber,
  registeredOn: item.registeredOn,
  shelfLife: item.shelfLife,
  servingUse: item.servingUse,
  precautions: item.precautions,
  mainFunction: item.mainFunction,
  periods: [...periods],
});
