import type { Config } from '../platform/config/index.ts';
import { orderTitle } from '../orders/number.ts';
import { dayIn } from '../platform/calendar.ts';
import type { Item, Order, OrderLine } from '../schema.ts';
import type { Draw } from './random.ts';
import type { Person } from './users.ts';
import { hoursAfter } from './year.ts';

export interface Line {
  id: string;
  item: Item;
  quantity: number;
  periodDays?: number;
  subscriptionId?: string;
}

export interface Placed {
  id: string;
  kind: 'ONE_OFF' | 'SUBSCRIPTION';
  status: Order['status'];
  person: Person;
  lines: Line[];
  at: Date;
}

/** An order as `placeOrder` leaves it; paying it is `paid`. */
export function orderOf({ shop, orders }: Config, placed: Placed, draw: Draw): Order {
  const { id, kind, status, person, lines, at } = placed;
  const sum = (of: (item: Item) => number): number =>
    lines.reduce((total, { item, quantity }) => total + of(item) * quantity, 0);
  const day = dayIn(shop.timeZone, at).replaceAll('-', '');
  return {
    id,
    number: `PV${day}-${draw.base32(8).toUpperCase()}`,
    userId: person.id,
    kind,
    recurring: kind !== 'ONE_OFF',
    status,
    title: orderTitle(lines.map(({ item }) => item.name)),
    thumbnail: null,
    lineCount: lines.length,
    totalItemCount: lines.reduce((total, { quantity }) => total + quantity, 0),
    totalPrice: sum((item) => item.originPrice),
    totalDiscount: sum((item) => item.discountPrice),
    payAmount: sum((item) => item.salePrice),
    refundedAmount: 0,
    taxFreeAmount: 0,
    ...receiverOf(person),
    subscriptionId: null,
    cycle: null,
    paidAttemptId: null,
    expiresAt: hoursAfter(at, orders.expireHours),
    paidAt: null,
    createdAt: at,
    updatedAt: at,
  };
}

export const receiverOf = ({ realName, phone, zipCode, city, detailAddress }: Person) => ({
  receiverName: realName ?? '',
  receiverPhone: phone ?? '',
  receiverZip: zipCode,
  receiverCity: city ?? '',
  receiverDetail: detailAddress ?? '',
  receiverMemo: null,
});

export const lineOf = (order: Order, { id, item, quantity, periodDays, subscriptionId }: Line): OrderLine => ({
  id,
  orderId: order.id,
  itemId: item.id,
  name: item.name,
  brandName: item.brandName,
  thumbnail: item.thumbnail,
  categoryCodes: item.categoryCodes,
  originPrice: item.originPrice,
  discountPermille: item.discountPermille,
  discountPrice: item.discountPrice,
  salePrice: item.salePrice,
  quantity,
  refundedQuantity: 0,
  periodDays: periodDays ?? null,
  subscriptionId: subscriptionId ?? null,
  createdAt: order.createdAt,
  updatedAt: order.createdAt,
});

/** The order once its attempt was approved. */
export const paid = (order: Order, attempt: { id: string; approvedAt: Date | null }): Order => ({
  ...order,
  status: 'PAID',
  paidAttemptId: attempt.id,
  expiresAt: null,
  paidAt: attempt.approvedAt,
  updatedAt: attempt.approvedAt ?? order.updatedAt,
});
