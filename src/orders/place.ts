import { and, count, eq, gt, inArray } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { findItems } from '../catalog/index.ts';
import { personFields } from '../accounts/index.ts';
import { dayIn } from '../platform/calendar.ts';
import { Conflict, NotFound, Refused } from '../platform/errors.ts';
import type { Item, Order, OrderLine, Queries, User } from '../schema.ts';
import { orderNumber, orderTitle } from './number.ts';

export interface Receiver {
  realName: string;
  phone: string;
  zipCode?: string | undefined;
  city: string;
  detailAddress: string;
  memo?: string | undefined;
}

export interface PlaceOrder {
  user: User;
  kind: 'ONE_OFF' | 'SUBSCRIPTION';
  lines: { itemId: string; quantity: number; periodDays?: number | undefined }[];
  receiver?: Receiver | undefined;
  expectedPayAmount?: number | undefined;
  /** Runs in the transaction that makes the order. */
  alsoCommit?: (tx: Queries, placed: { order: Order; lines: OrderLine[] }) => Promise<void>;
}

/** A customer with this many unpaid orders pays or cancels one first. */
const MOST_PENDING = 20;
const HOUR_MS = 3_600_000;

/**
 * Places an order of some items. Prices come from the items as they are now, never from the caller; `expectedPayAmount`
 * can only refuse. Lines keep everything a later view needs.
 */
export async function placeOrder(
  app: Pick<App, 'config' | 'database' | 'clock' | 'newId'>,
  { user, kind, lines, receiver, expectedPayAmount, alsoCommit }: PlaceOrder,
): Promise<{ order: Order; lines: OrderLine[] }> {
  const items = await findItems(
    app,
    lines.map(({ itemId }) => itemId),
  );
  const wanted = lines.map((line) => ({ ...line, item: purchasable(items.get(line.itemId)) }));
  for (const { periodDays } of wanted) refusePeriod(app.config.subscriptions.periodDays, periodDays);

  const order = draft(app, { user, kind, wanted, to: receiver ?? profileReceiver(user) });
  refuseAmount(app.config.orders, order.payAmount, expectedPayAmount);
  const orderLines = wanted.map((line) => lineOf(app, order, line));

  await app.database.transaction(async (tx) => {
    const { orders, orderLines: lineTable } = app.database.tables;
    const pending = and(
      eq(orders.userId, user.id),
      inArray(orders.status, ['PENDING_PAYMENT', 'PAYMENT_FAILED']),
      gt(orders.expiresAt, app.clock.now()),
    );
    const [open] = await tx.select({ orders: count() }).from(orders).where(pending);
    if ((open?.orders ?? 0) >= MOST_PENDING) {
      throw new Conflict('TOO_MANY_PENDING_ORDERS', `Pay or cancel one of your ${MOST_PENDING} open orders first.`);
    }
    await tx.insert(orders).values(order);
    await tx.insert(lineTable).values(orderLines);
    await alsoCommit?.(tx, { order, lines: orderLines });
  });
  return { order, lines: orderLines };
}

function purchasable(item: Item | undefined): Item {
  if (!item?.listed) throw new NotFound('ITEM_NOT_FOUND', 'There is no such item.');
  if (item.status !== 'ON_SALE') {
    throw new Refused('ITEM_NOT_PURCHASABLE', `${item.name} is sold out.`, { itemId: item.id });
  }
  return item;
}

function refusePeriod(allowed: readonly number[], periodDays: number | undefined): void {
  if (periodDays === undefined || allowed.includes(periodDays)) return;
  throw new Refused('PERIOD_NOT_ALLOWED', `Choose a period of ${allowed.join(', ')} days.`, { allowed });
}

function refuseAmount(
  { minPayAmount, maxPayAmount }: App['config']['orders'],
  payAmount: number,
  expected: number | undefined,
): void {
  if (expected !== undefined && expected !== payAmount) {
    throw new Conflict('PRICE_CHANGED', 'The price has changed; look at the items again.', { facts: { payAmount } });
  }
  if (payAmount < minPayAmount || payAmount > maxPayAmount) {
    throw new Refused('AMOUNT_OUT_OF_RANGE', `An order is ${minPayAmount} to ${maxPayAmount} won.`, { payAmount });
  }
}

const profileReceiver = (user: User): Receiver => ({
  realName: user.realName ?? '',
  phone: user.phone ?? '',
  zipCode: user.zipCode ?? undefined,
  city: user.city ?? '',
  detailAddress: user.detailAddress ?? '',
});

interface Draft {
  user: User;
  kind: PlaceOrder['kind'];
  wanted: { item: Item; quantity: number }[];
  to: Receiver;
}

function draft(app: Pick<App, 'config' | 'clock' | 'newId'>, { user, kind, wanted, to }: Draft): Order {
  const now = app.clock.now();
  const sum = (of: (item: Item) => number): number =>
    wanted.reduce((total, { item, quantity }) => total + of(item) * quantity, 0);
  return {
    id: app.newId(),
    number: orderNumber(dayIn(app.config.shop.timeZone, now)),
    userId: user.id,
    kind,
    recurring: kind !== 'ONE_OFF',
    status: 'PENDING_PAYMENT',
    title: orderTitle(wanted.map(({ item }) => item.name)),
    thumbnail: wanted[0]?.item.thumbnail ?? null,
    lineCount: wanted.length,
    totalItemCount: wanted.reduce((total, { quantity }) => total + quantity, 0),
    totalPrice: sum((item) => item.originPrice),
    totalDiscount: sum((item) => item.discountPrice),
    payAmount: sum((item) => item.salePrice),
    refundedAmount: 0,
    taxFreeAmount: 0,
    receiverName: to.realName,
    receiverPhone: personFields.phoneDigits(to.phone),
    receiverZip: to.zipCode ?? null,
    receiverCity: to.city,
    receiverDetail: to.detailAddress,
    receiverMemo: to.memo ?? null,
    subscriptionId: null,
    cycle: null,
    paidAttemptId: null,
    expiresAt: new Date(now.getTime() + app.config.orders.expireHours * HOUR_MS),
    paidAt: null,
    createdAt: now,
    updatedAt: now,
  };
}

interface WantedLine {
  item: Item;
  quantity: number;
  periodDays?: number | undefined;
}

const lineOf = (
  { newId }: Pick<App, 'newId'>,
  order: Order,
  { item, quantity, periodDays }: WantedLine,
): OrderLine => ({
  id: newId(),
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
  subscriptionId: null,
  createdAt: order.createdAt,
  updatedAt: order.createdAt,
});
