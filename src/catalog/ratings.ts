import type { App } from '../app.ts';
import { eq, sql } from '../platform/database/sql.ts';
import type { Transaction } from '../schema.ts';

/** What a change of reviews adds to an item's rating; below 0 where one goes. */
export interface RatingChange {
  stars: number;
  reviews: number;
}

/**
 * Adds to the sums that a rating is made of, in the transaction of the review: by whole numbers, so that the average is
 * always that of the reviews there are. Cached pages show it when their entries end.
 */
export async function addToRating(
  tx: Transaction,
  { database: { tables } }: Pick<App, 'database'>,
  itemId: string,
  { stars, reviews }: RatingChange,
): Promise<void> {
  const { items: i, itemCategories: c } = tables;
  await tx
    .update(i)
    .set({ starSum: sql`${i.starSum} + ${stars}`, reviewCount: sql`${i.reviewCount} + ${reviews}` })
    .where(eq(i.id, itemId));
  if (reviews === 0) return;
  await tx
    .update(c)
    .set({ reviewCount: sql`${c.reviewCount} + ${reviews}` })
    .where(eq(c.itemId, itemId));
}
