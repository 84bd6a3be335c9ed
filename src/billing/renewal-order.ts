import type { App } from '../app.ts';
import { orderNumber } from '../orders/index.ts';
import { dayIn } from '../platform/calendar.ts';
import type { Order, OrderLine, PaymentAttempt } from '../schema.ts';
import type { Turn } from './books.ts';

type Needs = Pick<App, 'config' | 'clock' | 'newId'>;

/** The order of one paid cycle, born paid: prices as the cycle fixed them, the receiver as it is now. */
export function renewalOrder(
  app: Needs,
  { attempt, cycle, subscription, approvedAt }: Turn & { attempt: PaymentAttempt; approvedAt: Date },
): Order {
  const now = app.clock.now();
  return {
    id: app.newId(),
    number: orderNumber(dayIn(app.config.shop.timeZone, approvedAt)),
    userId: subscription.userId,
    kind: 'RENEWAL',
    recurring: true,
    status: 'PAID',
    title: subscription.itemName,
    thumbnail: subscription.thumbnail,
    lineCount: 1,
    totalItemCount: cycle.quantity,
    totalPrice: cycle.unitOriginPrice * cycle.quantity,
    totalDiscount: cycle.unitDiscountPrice * cycle.quantity,
    payAmount: cycle.amount,
    taxFreeAmount: cycle.taxFreeAmount,
    refundedAmount: 0,
    receiverName: subscription.receiverName,
    receiverPhone: subscription.receiverPhone,
    receiverZip: subscription.receiverZip,
    receiverCity: subscription.receiverCity,
    receiverDetail: subscription.receiverDetail,
    receiverMemo: subscription.receiverMemo,
    subscriptionId: subscription.id,
    cycle: cycle.cycle,
    paidAttemptId: attempt.id,
    expiresAt: null,
    paidAt: approvedAt,
    createdAt: now,
    updatedAt: now,
  };
}

export const renewalLine = (
  { newId }: Pick<App, 'newId'>,
  { order, cycle, subscription }: Turn & { order: Order },
): OrderLine => ({
  id: newId(),
  orderId: order.id,
  itemId: subscription.itemId,
  name: subscription.itemName,
  brandName: subscription.brandName,
  thumbnail: subscription.thumbnail,
  categoryCodes: subscription.categoryCodes,
  originPrice: cycle.unitOriginPrice,
  discountPermille: cycle.unitDiscountPermille,
  discountPrice: cycle.unitDiscountPrice,
  salePrice: cycle.unitSalePrice,
  quantity: cycle.quantity,
  refundedQuantity: 0,
  periodDays: subscription.periodDays,
  subscriptionId: subscription.id,
  createdAt: order.createdAt,
  updatedAt: order.createdAt,
});
