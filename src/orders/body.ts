import { z } from 'zod';
import { phoneWithDashes } from '../accounts/index.ts';
import { withOffset } from '../platform/calendar.ts';
import {
  ATTEMPT_STATES,
  ORDER_KINDS,
  ORDER_STATUSES,
  PAYMENT_PROVIDERS,
  type Order,
  type OrderLine,
} from '../schema.ts';
import type { OrderWithLines } from './queries.ts';

export const ReceiverBody = z
  .object({
    realName: z.string(),
    phone: z.string(),
    zipCode: z.string().nullable(),
    city: z.string(),
    detailAddress: z.string(),
    memo: z.string().nullable(),
  })
  .meta({ id: 'Receiver' });

export const OrderDetail = z
  .object({
    id: z.string(),
    number: z.string(),
    kind: z.enum(ORDER_KINDS),
    status: z.enum(ORDER_STATUSES),
    createdAt: z.string(),
    expiresAt: z.string().nullable(),
    paidAt: z.string().nullable(),
    lineCount: z.int(),
    totalItemCount: z.int(),
    totalPrice: z.int(),
    totalDiscount: z.int(),
    payAmount: z.int(),
    receiver: ReceiverBody,
    lines: z.array(
      z.object({
        id: z.string(),
        itemId: z.string(),
        name: z.string(),
        brand: z.string(),
        thumbnail: z.string().nullable(),
        originPrice: z.int(),
        discountRate: z.number(),
        discountPrice: z.int(),
        salePrice: z.int(),
        quantity: z.int(),
        linePayAmount: z.int(),
        periodDays: z.int().nullable(),
        subscriptionId: z.string().nullable(),
      }),
    ),
    payment: z
      .object({
        attemptId: z.string(),
        state: z.enum(ATTEMPT_STATES),
        provider: z.enum(PAYMENT_PROVIDERS),
        methodLabel: z.string().nullable(),
        approvedAt: z.string().nullable(),
      })
      .optional(),
    renewalOf: z.object({ subscriptionId: z.string(), cycle: z.int() }).optional(),
  })
  .meta({ id: 'OrderDetail' });

type ReceiverColumns = Pick<
  Order,
  'receiverName' | 'receiverPhone' | 'receiverZip' | 'receiverCity' | 'receiverDetail' | 'receiverMemo'
>;

/** The receiver of an order or a subscription. */
export const toReceiver = (row: ReceiverColumns): z.infer<typeof ReceiverBody> => ({
  realName: row.receiverName,
  phone: phoneWithDashes(row.receiverPhone),
  zipCode: row.receiverZip,
  city: row.receiverCity,
  detailAddress: row.receiverDetail,
  memo: row.receiverMemo,
});

const toLine = (line: OrderLine) => ({
  id: line.id,
  itemId: line.itemId,
  name: line.name,
  brand: line.brandName,
  thumbnail: line.thumbnail,
  originPrice: line.originPrice,
  discountRate: line.discountPermille / 10,
  discountPrice: line.discountPrice,
  salePrice: line.salePrice,
  quantity: line.quantity,
  linePayAmount: line.salePrice * line.quantity,
  periodDays: line.periodDays,
  subscriptionId: line.subscriptionId,
});

export function toOrderDetail(
  { order, lines, payment }: OrderWithLines,
  timeZone: string,
): z.infer<typeof OrderDetail> {
  const at = (moment: Date | null): string | null => moment && withOffset(timeZone, moment);
  return {
    id: order.id,
    number: order.number,
    kind: order.kind,
    status: order.status,
    createdAt: withOffset(timeZone, order.createdAt),
    expiresAt: at(order.expiresAt),
    paidAt: at(order.paidAt),
    lineCount: order.lineCount,
    totalItemCount: order.totalItemCount,
    totalPrice: order.totalPrice,
    totalDiscount: order.totalDiscount,
    payAmount: order.payAmount,
    receiver: toReceiver(order),
    lines: lines.map(toLine),
    ...(payment && {
      payment: {
        attemptId: payment.publicId,
        state: payment.state,
        provider: payment.provider,
        methodLabel: payment.methodLabel,
        approvedAt: at(payment.approvedAt),
      },
    }),
    ...(order.subscriptionId &&
      order.cycle && { renewalOf: { subscriptionId: order.subscriptionId, cycle: order.cycle } }),
  };
}
