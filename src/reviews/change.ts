import type { App } from '../app.ts';
import { addToRating } from '../catalog/index.ts';
import { eq } from '../platform/database/sql.ts';
import { Forbidden, NotFound } from '../platform/errors.ts';
import type { Review, Transaction } from '../schema.ts';

export type ChangingApp = Pick<App, 'database' | 'clock'>;

export interface OwnReview {
  id: string;
  userId: string;
}

/** Gives a review another star, another text, or both; the rating moves by the difference. */
export async function editReview(
  app: ChangingApp,
  { star, content, ...own }: OwnReview & { star?: number | undefined; content?: string | undefined },
): Promise<Review> {
  return app.database.transaction(async (tx) => {
    const review = await lockOwn(tx, app, own);
    const edited = { ...review, star: star ?? review.star, content: content ?? review.content };
    if (edited.star === review.star && edited.content === review.content) return review;
    const now = app.clock.now();
    const { reviews: r } = app.database.tables;
    const said = { star: edited.star, content: edited.content, editedAt: now, updatedAt: now };
    await tx.update(r).set(said).where(eq(r.id, review.id));
    await addToRating(tx, app, review.itemId, { stars: edited.star - review.star, reviews: 0 });
    return { ...edited, ...said };
  });
}

/** Takes a review back; its line may be reviewed again. */
export async function deleteReview(app: ChangingApp, own: OwnReview): Promise<void> {
  const { reviews: r } = app.database.tables;
  await app.database.transaction(async (tx) => {
    const { id, itemId, star } = await lockOwn(tx, app, own);
    await tx.update(r).set({ status: 'DELETED', liveLineId: null, updatedAt: app.clock.now() }).where(eq(r.id, id));
    await addToRating(tx, app, itemId, { stars: -star, reviews: -1 });
  });
}

/** Under its lock, so that of two changes at once the second sees what the first left. */
async function lockOwn(tx: Transaction, app: ChangingApp, { id, userId }: OwnReview): Promise<Review> {
  const review = await lockReview(tx, app, id);
  if (review?.status !== 'ACTIVE') throw reviewNotFound();
  if (review.userId !== userId) throw new Forbidden('NOT_AUTHOR', 'Only who wrote a review can change it.');
  return review;
}

export async function lockReview(tx: Transaction, { database }: ChangingApp, id: string): Promise<Review | undefined> {
  const { reviews: r } = database.tables;
  const [review] = await tx.lock(tx.select().from(r).where(eq(r.id, id)));
  return review;
}

export const reviewNotFound = () => new NotFound('REVIEW_NOT_FOUND', 'There is no such review.');
