import type { App } from '../app.ts';
import { findItems, getItem } from '../catalog/index.ts';
import { InvalidInput } from '../platform/errors.ts';
import { and, asc, count, desc, eq, inArray, type SQL } from '../platform/database/sql.ts';
import type { Review, ReviewSort } from '../schema.ts';
import { reviewNotFound } from './change.ts';

type ReadingApp = Pick<App, 'database'>;

/** A review with the names that it is shown with. */
export interface NamedReview {
  review: Review;
  itemName: string;
  /** Null once the author has withdrawn. */
  authorName: string | null;
}

/** Whose reviews, or which; HIDDEN ones only where they are asked for. */
export interface ReviewFilter {
  itemId?: string | undefined;
  userId?: string | undefined;
  star?: number | undefined;
  status?: Review['status'] | undefined;
}

export interface ReviewList {
  filter: ReviewFilter;
  sort: ReviewSort;
  page: number;
  size: number;
}

/** Past this many rows a page costs more than anybody's patience. */
const DEEPEST_OFFSET = 100_000;

/** One page and the total: ids out of an index, then the rows by key, then the names. */
export async function listReviews(
  app: ReadingApp,
  { filter, sort, page, size }: ReviewList,
): Promise<{ reviews: NamedReview[]; total: number }> {
  const { reviews: r } = app.database.tables;
  const where = conditionOf(app, filter);
  const [counted] = await app.database.select({ total: count() }).from(r).where(where);
  const total = counted?.total ?? 0;
  const offset = (page - 1) * size;
  if (offset >= total) return { reviews: [], total };
  if (offset >= DEEPEST_OFFSET) throw new InvalidInput('PAGE_TOO_DEEP', 'Narrow the list; this page is too deep.');
  const order = orderOf(app, sort);
  const found = await app.database
    .select({ id: r.id })
    .from(r)
    .where(where)
    .orderBy(...order)
    .limit(size)
    .offset(offset);
  const ids = found.map(({ id }) => id);
  const rows = await app.database
    .select()
    .from(r)
    .where(inArray(r.id, ids))
    .orderBy(...order);
  return { reviews: await named(app, rows), total };
}

function conditionOf({ database }: ReadingApp, { itemId, userId, star, status }: ReviewFilter): SQL | undefined {
  const { reviews: r } = database.tables;
  return and(
    itemId === undefined ? undefined : eq(r.itemId, itemId),
    userId === undefined ? undefined : eq(r.userId, userId),
    status === undefined ? inArray(r.status, ['ACTIVE', 'HIDDEN']) : eq(r.status, status),
    star === undefined ? undefined : eq(r.star, star),
  );
}

/** Ties go by id in the direction of the sort, so pages never overlap. */
function orderOf({ database }: ReadingApp, sort: ReviewSort): SQL[] {
  const { reviews: r } = database.tables;
  const inOrder = sort === 'NEWEST' || sort === 'STAR_H' ? desc : asc;
  return sort.startsWith('STAR') ? [inOrder(r.star), inOrder(r.id)] : [inOrder(r.id)];
}

/** The reviews of an item that is listed. */
export async function listItemReviews(app: ReadingApp, itemId: string, list: Omit<ReviewList, 'filter'>) {
  await getItem(app, itemId);
  return listReviews(app, { ...list, filter: { itemId, status: 'ACTIVE' } });
}

export async function getReview(app: ReadingApp, id: string): Promise<NamedReview> {
  const { reviews: r } = app.database.tables;
  const rows = await app.database
    .select()
    .from(r)
    .where(and(eq(r.id, id), eq(r.status, 'ACTIVE')));
  const [review] = await named(app, rows);
  if (!review) throw reviewNotFound();
  return review;
}

/** Two queries for the names, however many reviews. */
export async function named(app: ReadingApp, reviews: readonly Review[]): Promise<NamedReview[]> {
  if (reviews.length === 0) return [];
  const { users: u } = app.database.tables;
  const items = await findItems(app, [...new Set(reviews.map(({ itemId }) => itemId))]);
  const userIds = [...new Set(reviews.map(({ userId }) => userId))];
  const authors = await app.database
    .select({ id: u.id, name: u.displayName, status: u.status })
    .from(u)
    .where(inArray(u.id, userIds));
  const nameOf = new Map(authors.map(({ id, name, status }) => [id, status === 'WITHDRAWN' ? null : name]));
  return reviews.map((review) => ({
    review,
    itemName: items.get(review.itemId)?.name ?? '',
    authorName: nameOf.get(review.userId) ?? null,
  }));
}
