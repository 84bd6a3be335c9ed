import { addDays, daysBetween, momentIn } from '../platform/calendar.ts';
import type { BillingCycle, Mandate, Order, OrderLine, PaymentAttempt, Subscription } from '../schema.ts';
import { METHOD_LABEL } from './attempt-rows.ts';
import { idsOf } from './ids.ts';
import { receiverOf } from './order-rows.ts';
import { orderIds, type Shop } from './orders.ts';
import type { Draw } from './random.ts';
import type { SeedingApp } from './source.ts';
import type { Person } from './users.ts';

/** Ids of a subscription and of everything its start leaves behind. */
export const subscriptionIds = (shop: Pick<Shop, 'seed' | 'year'>) => ({
  ...orderIds(shop, 'subscriptions'),
  subscription: idsOf(shop.seed, 'subscriptions', shop.year.ids),
  mandate: idsOf(shop.seed, 'mandates', shop.year.ids),
  cycle: idsOf(shop.seed, 'cycles', shop.year.ids),
});

/** When a subscription began, how often it is billed, and when next. */
export interface Rhythm {
  startedAt: Date;
  startedOn: string;
  periodDays: number;
  nextBillingOn: string;
}

/** Those that are not due yet fall due over this many days. */
const SPREAD_DAYS = 29;

/** The first `dueNow` fall due on the day itself, the others in turns over the weeks after it. */
export function rhythmOf(
  { config }: Pick<SeedingApp, 'config'>,
  { year, dueNow }: Pick<Shop, 'year'> & { dueNow: number },
  index: number,
  draw: Draw,
): Rhythm {
  const [first = 30, ...others] = config.subscriptions.periodDays;
  const nextBillingOn = index < dueNow ? year.due : addDays(year.due, 1 + ((index - dueNow) % SPREAD_DAYS));
  // Not shorter than the way back from the due day, or the subscription would begin in the future.
  const long = [first, ...others].filter((days) => days > daysBetween(year.due, nextBillingOn));
  const periodDays = draw.pick([long[0] ?? first, ...long.slice(1)]);
  const startedOn = addDays(nextBillingOn, -periodDays);
  const time = `${String(8 + draw.below(14)).padStart(2, '0')}:${String(draw.below(60)).padStart(2, '0')}`;
  return { startedAt: momentIn(config.shop.timeZone, startedOn, time), startedOn, periodDays, nextBillingOn };
}

/** Tokens that begin so are taken by the sandbox as issued. */
const SEEDED_TOKEN = 'SEED';

/** A mandate of its own; its cipher holds a random vector, so it is the other value that differs between databases. */
export function mandateOf(
  { payments }: Pick<SeedingApp, 'payments'>,
  id: string,
  attempt: PaymentAttempt,
  draw: Draw,
): Mandate {
  const sealed = payments.vault().seal(`${SEEDED_TOKEN}${draw.base32(16)}`);
  return {
    id,
    userId: attempt.userId,
    provider: 'KAKAOPAY',
    merchantCode: attempt.merchantCode,
    tokenCipher: sealed.cipher,
    tokenHash: sealed.hash,
    customerRef: attempt.customerRef,
    methodLabel: METHOD_LABEL,
    status: 'ACTIVE',
    originAttemptId: attempt.id,
    deactivatedAt: null,
    lastApprovedAt: attempt.approvedAt,
    createdAt: attempt.updatedAt,
    updatedAt: attempt.updatedAt,
  };
}

interface Started {
  id: string;
  order: Order;
  line: OrderLine;
  mandate: Mandate;
}

export const subscriptionOf = (
  { id, order, line, mandate }: Started,
  rhythm: Rhythm,
  person: Person,
): Subscription => ({
  id,
  userId: person.id,
  itemId: line.itemId,
  originOrderId: order.id,
  originLineId: line.id,
  mandateId: mandate.id,
  status: 'ACTIVE',
  itemName: line.name,
  brandName: line.brandName,
  categoryCodes: line.categoryCodes,
  thumbnail: line.thumbnail,
  quantity: line.quantity,
  unitOriginPrice: line.originPrice,
  unitDiscountPermille: line.discountPermille,
  unitDiscountPrice: line.discountPrice,
  unitSalePrice: line.salePrice,
  periodDays: rhythm.periodDays,
  lastBillingOn: rhythm.startedOn,
  nextBillingOn: rhythm.nextBillingOn,
  lastCycle: 1,
  ...receiverOf(person),
  startedAt: order.paidAt ?? order.createdAt,
  pausedAt: null,
  resumeOn: null,
  cancelledAt: null,
  cancelReason: null,
  createdAt: order.updatedAt,
  updatedAt: order.updatedAt,
});

/** Cycle 1 is the first payment. */
export const firstCycle = (id: string, subscription: Subscription, attempt: PaymentAttempt): BillingCycle => ({
  id,
  subscriptionId: subscription.id,
  cycle: 1,
  billingOn: subscription.lastBillingOn,
  status: 'PAID',
  step: 1,
  hold: null,
  liveAttemptId: null,
  attempts: 1,
  stepRepeats: 0,
  amount: subscription.unitSalePrice * subscription.quantity,
  taxFreeAmount: 0,
  quantity: subscription.quantity,
  unitOriginPrice: subscription.unitOriginPrice,
  unitDiscountPermille: subscription.unitDiscountPermille,
  unitDiscountPrice: subscription.unitDiscountPrice,
  unitSalePrice: subscription.unitSalePrice,
  firstTryOn: subscription.lastBillingOn,
  lastTryOn: subscription.lastBillingOn,
  nextTryOn: subscription.lastBillingOn,
  reasonGroup: null,
  closeReason: 'PAID',
  paidAttemptId: attempt.id,
  orderId: attempt.orderId,
  periodsMissed: 0,
  runId: null,
  closedAt: attempt.approvedAt,
  createdAt: attempt.updatedAt,
  updatedAt: attempt.updatedAt,
});
