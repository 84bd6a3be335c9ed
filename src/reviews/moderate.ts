import type { App } from '../app.ts';
import { writeAudit, type Performer } from '../audit.ts';
import { addToRating } from '../catalog/index.ts';
import { eq } from '../platform/database/sql.ts';
import type { Review } from '../schema.ts';
import { lockReview, reviewNotFound } from './change.ts';

type ModeratingApp = Pick<App, 'database' | 'clock' | 'newId'>;

/** ACTIVE → HIDDEN or back; a review that is so already stays, and the rating with it. */
export async function moderateReview(
  app: ModeratingApp,
  { id, to, by }: { id: string; to: 'ACTIVE' | 'HIDDEN'; by: Performer },
): Promise<Review> {
  const { reviews: r } = app.database.tables;
  return app.database.transaction(async (tx) => {
    const review = await lockReview(tx, app, id);
    if (!review || review.status === 'DELETED') throw reviewNotFound();
    if (review.status === to) return review;
    const updatedAt = app.clock.now();
    await tx.update(r).set({ status: to, updatedAt }).where(eq(r.id, id));
    const reviews = to === 'HIDDEN' ? -1 : 1;
    await addToRating(tx, app, review.itemId, { stars: reviews * review.star, reviews });
    const action = to === 'HIDDEN' ? 'review.hide' : 'review.show';
    const states = { before: { status: review.status }, after: { status: to } };
    await writeAudit(tx, app, { by, action, targetType: 'review', targetId: id, ...states });
    return { ...review, status: to, updatedAt };
  });
}
