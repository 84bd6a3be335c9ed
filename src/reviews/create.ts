import type { App } from '../app.ts';
import { addToRating } from '../catalog/index.ts';
import { isDuplicateKey } from '../platform/database/index.ts';
import { and, eq } from '../platform/database/sql.ts';
import { Conflict, NotFound, Refused } from '../platform/errors.ts';
import type { Order, OrderLine, Review, Transaction } from '../schema.ts';

type WritingApp = Pick<App, 'database' | 'clock' | 'newId'>;

export interface NewReview {
  userId: string;
  orderLineId: string;
  star: number;
  content: string;
}

/** Writes what a buyer thinks of what they bought. The item is the line's; a line has one live review. */
export async function createReview(app: WritingApp, asked: NewReview): Promise<Review> {
  const { database } = app;
  return database.transaction(async (tx) => {
    const { line, order } = await getLine(tx, app, asked);
    if (!isBought(order, line)) throw new Refused('NOT_PURCHASED', 'Only what was paid for and kept can be reviewed.');
    const review = rowOf(app, asked, line.itemId);
    await insertOnce(tx, app, review);
    await addToRating(tx, app, review.itemId, { stars: review.star, reviews: 1 });
    return review;
  });
}

/** A line of the caller's; the order is locked, so that a refund that is being booked comes before or after. */
async function getLine(
  tx: Transaction,
  { database: { tables } }: WritingApp,
  { userId, orderLineId }: NewReview,
): Promise<{ line: OrderLine; order: Order }> {
  const { orders: o, orderLines: l } = tables;
  const [line] = await tx.select().from(l).where(eq(l.id, orderLineId));
  const own = and(eq(o.id, line?.orderId ?? ''), eq(o.userId, userId));
  const [order] = await tx.lock(tx.select().from(o).where(own));
  if (!line || !order) throw new NotFound('ORDER_LINE_NOT_FOUND', 'There is no such line in your orders.');
  return { line, order };
}

const isBought = ({ status }: Order, { quantity, refundedQuantity }: OrderLine): boolean =>
  (status === 'PAID' || status === 'PARTIALLY_REFUNDED') && refundedQuantity < quantity;

/** The unique key decides between two that come at once. */
async function insertOnce(tx: Transaction, { database }: WritingApp, review: Review): Promise<void> {
  try {
    await tx.insert(database.tables.reviews).values(review);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    throw new Conflict('REVIEW_EXISTS', 'This line has a review; change that one.', { cause: error });
  }
}

function rowOf({ clock, newId }: WritingApp, asked: NewReview, itemId: string): Review {
  const { userId, orderLineId, star, content } = asked;
  const now = clock.now();
  const about = { userId, itemId, orderLineId, liveLineId: orderLineId };
  return { id: newId(), ...about, star, content, status: 'ACTIVE', editedAt: null, createdAt: now, updatedAt: now };
}
