import { and, asc, desc, eq, inArray } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import { NotFound } from '../../platform/errors.ts';
import type { Order, PaymentAttempt, Queries, Refund, RefundStatus, Transaction } from '../../schema.ts';
import { getAttempt } from '../ledger/attempts.ts';

type Needs = Pick<App, 'database'>;

/** The refunds of a payment attempt, newest first. */
export function refundsOfAttempt({ database }: Needs, attemptId: string): Promise<Refund[]> {
  const { refunds: r } = database.tables;
  return database.select().from(r).where(eq(r.attemptId, attemptId)).orderBy(desc(r.id));
}

/** A refund by the id that providers and people see. */
export async function getRefund({ database }: Needs, publicId: string): Promise<Refund> {
  const { refunds: r } = database.tables;
  const [refund] = await database.select().from(r).where(eq(r.publicId, publicId));
  if (!refund) throw new NotFound('REFUND_NOT_FOUND', 'There is no such refund.');
  return refund;
}

/** The order's row lock is what reserving and sending its refunds wait for. */
export async function lockOrder(tx: Transaction, { database }: Needs, orderId: string): Promise<Order> {
  const { orders } = database.tables;
  const [order] = await tx.lock(tx.select().from(orders).where(eq(orders.id, orderId)));
  if (!order) throw new NotFound('ORDER_NOT_FOUND', 'There is no such order.');
  return order;
}

export async function lockRefund(tx: Transaction, { database }: Needs, id: string): Promise<Refund> {
  const { refunds: r } = database.tables;
  const [refund] = await tx.lock(tx.select().from(r).where(eq(r.id, id)));
  if (!refund) throw new Error(`Bug: refund ${id} is gone.`);
  return refund;
}

/** The refunds of an attempt in some statuses, oldest first. */
export function selectRefunds(
  queries: Queries,
  { database }: Needs,
  { attemptId, statuses }: { attemptId: string; statuses: readonly RefundStatus[] },
): Promise<Refund[]> {
  const { refunds: r } = database.tables;
  return queries
    .select()
    .from(r)
    .where(and(eq(r.attemptId, attemptId), inArray(r.status, [...statuses])))
    .orderBy(asc(r.id));
}

/** The attempt a refund gives money back on. */
export async function attemptOf(queries: Queries, { database }: Needs, attemptId: string): Promise<PaymentAttempt> {
  const { paymentAttempts: t } = database.tables;
  const [attempt] = await queries.select().from(t).where(eq(t.id, attemptId));
  if (!attempt) throw new Error(`Bug: attempt ${attemptId} is gone.`);
  return attempt;
}

/** The order, and the attempt if one was meant, that a person names by attempt id or order number. */
export async function findRefundable(app: Needs, reference: string): Promise<{ orderId: string; attemptId?: string }> {
  const { orders } = app.database.tables;
  if (!reference.startsWith('pa_')) return { orderId: await orderIdWhere(app, eq(orders.number, reference)) };
  const attempt = await getAttempt(app, reference);
  const { orderId, subscriptionId, cycle, publicId } = attempt;
  const renewal = and(eq(orders.subscriptionId, subscriptionId ?? ''), eq(orders.cycle, cycle ?? 0));
  return { orderId: orderId ?? (await orderIdWhere(app, renewal)), attemptId: publicId };
}

async function orderIdWhere({ database }: Needs, condition: ReturnType<typeof and>): Promise<string> {
  const { orders } = database.tables;
  const [order] = await database.select({ id: orders.id }).from(orders).where(condition);
  if (!order) throw new NotFound('ORDER_NOT_FOUND', 'There is no such order.');
  return order.id;
}
