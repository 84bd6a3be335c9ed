import { z } from 'zod';
import { ReceiverBody, toReceiver } from '../orders/index.ts';
import { withOffset } from '../platform/calendar.ts';
import {
  CYCLE_STATUSES,
  PAYMENT_PROVIDERS,
  REASON_GROUPS,
  SUBSCRIPTION_STATUSES,
  type BillingCycle,
  type Subscription,
} from '../schema.ts';
import type { SubscriptionWithCharges } from './queries.ts';

export const SubscriptionRow = z
  .object({
    id: z.string(),
    status: z.enum(SUBSCRIPTION_STATUSES),
    itemId: z.string(),
    itemName: z.string(),
    thumbnail: z.string().nullable(),
    quantity: z.int(),
    unitPrice: z.int(),
    payAmount: z.int(),
    periodDays: z.int(),
    nextBillingOn: z.iso.date().nullable(),
    startedAt: z.string(),
  })
  .meta({ id: 'SubscriptionRow' });

const Charge = z.object({
  cycle: z.int(),
  billingOn: z.iso.date(),
  status: z.enum(CYCLE_STATUSES),
  amount: z.int(),
  orderId: z.string().nullable(),
  reasonGroup: z.enum(REASON_GROUPS).nullable(),
});

export const SubscriptionDetail = SubscriptionRow.extend({
  receiver: ReceiverBody,
  originOrderId: z.string(),
  lastBillingOn: z.iso.date(),
  paymentMethod: z
    .object({ provider: z.enum(PAYMENT_PROVIDERS), label: z.string().nullable(), status: z.string() })
    .nullable(),
  paymentMethodRequired: z.boolean(),
  charges: z.array(Charge),
}).meta({ id: 'SubscriptionDetail' });

export const toSubscriptionRow = (row: Subscription, timeZone: string): z.infer<typeof SubscriptionRow> => ({
  id: row.id,
  status: row.status,
  itemId: row.itemId,
  itemName: row.itemName,
  thumbnail: row.thumbnail,
  quantity: row.quantity,
  unitPrice: row.unitSalePrice,
  payAmount: row.unitSalePrice * row.quantity,
  periodDays: row.periodDays,
  nextBillingOn: row.nextBillingOn,
  startedAt: withOffset(timeZone, row.startedAt),
});

const toCharge = ({ cycle, billingOn, status, amount, orderId, reasonGroup }: BillingCycle) => ({
  cycle,
  billingOn,
  status,
  amount,
  orderId,
  reasonGroup,
});

export const toSubscriptionDetail = (
  { subscription, cycles, mandate }: SubscriptionWithCharges,
  timeZone: string,
): z.infer<typeof SubscriptionDetail> => ({
  ...toSubscriptionRow(subscription, timeZone),
  receiver: toReceiver(subscription),
  originOrderId: subscription.originOrderId,
  lastBillingOn: subscription.lastBillingOn,
  paymentMethod: mandate ? { provider: mandate.provider, label: mandate.methodLabel, status: mandate.status } : null,
  paymentMethodRequired: mandate?.status !== 'ACTIVE',
  charges: cycles.map(toCharge),
});
