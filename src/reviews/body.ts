import { z } from 'zod';
import { withOffset } from '../platform/calendar.ts';
import type { NamedReview } from './queries.ts';

export const ReviewBody = z
  .object({
    id: z.string(),
    itemId: z.string(),
    itemName: z.string(),
    authorName: z.string(),
    star: z.int(),
    content: z.string(),
    createdAt: z.string(),
    updatedAt: z.string(),
    edited: z.boolean(),
    mine: z.boolean(),
  })
  .meta({ id: 'Review' });

export const AdminReviewBody = ReviewBody.extend({
  status: z.enum(['ACTIVE', 'HIDDEN']),
  userId: z.string(),
  orderLineId: z.string(),
}).meta({ id: 'AdminReview' });

/** What stands for somebody who has left. */
const WITHDRAWN = '탈퇴한 회원';

/** What anybody sees of a review: the nickname alone says who wrote it. */
export const toReviewBody = (
  { review, itemName, authorName }: NamedReview,
  { timeZone, callerId }: { timeZone: string; callerId: string | undefined },
): z.infer<typeof ReviewBody> => ({
  id: review.id,
  itemId: review.itemId,
  itemName,
  authorName: authorName ?? WITHDRAWN,
  star: review.star,
  content: review.content,
  createdAt: withOffset(timeZone, review.createdAt),
  updatedAt: withOffset(timeZone, review.updatedAt),
  edited: review.editedAt !== null,
  mine: review.userId === callerId,
});

export const toAdminReviewBody = (
  named: NamedReview,
  reader: { timeZone: string; callerId: string | undefined },
): z.infer<typeof AdminReviewBody> => ({
  ...toReviewBody(named, reader),
  status: named.review.status === 'HIDDEN' ? 'HIDDEN' : 'ACTIVE',
  userId: named.review.userId,
  orderLineId: named.review.orderLineId,
});
