import { asc, desc } from '../platform/database/sql.ts';
import { isDay } from '../platform/calendar.ts';
import type { Config } from '../platform/config/index.ts';
import { InvalidInput, Misconfigured } from '../platform/errors.ts';
import type { SeedRequest } from './index.ts';
import type { SeedingApp, Source } from './source.ts';
import { MOST_OF_A_KIND, STANDING_END } from './standing.ts';

const COUNTS = ['items', 'users', 'orders', 'subscriptions', 'dueSubscriptions'] as const;

export function refuseImpossible(request: SeedRequest): void {
  const { items, users, orders, subscriptions, dueSubscriptions, due, seed } = request;
  const refuse = (sentence: string): never => {
    throw new InvalidInput('SEED_IMPOSSIBLE', sentence);
  };
  for (const field of COUNTS) {
    if (!Number.isInteger(request[field]) || request[field] < 0) refuse(`${field} must be a whole number.`);
    if (request[field] > MOST_OF_A_KIND) refuse(`At most ${MOST_OF_A_KIND} of a kind can be seeded.`);
  }
  if (!Number.isSafeInteger(seed)) refuse('seed must be a whole number.');
  if (!isDay(due)) refuse(`${due} is no calendar day; give one as YYYY-MM-DD.`);
  if (orders + subscriptions > 0 && (items === 0 || users === 0))
    refuse('Orders and subscriptions need items and users.');
  if (dueSubscriptions > subscriptions) refuse('More subscriptions cannot be due than there are.');
}

/** Seeded users have a password that everybody knows. */
export function refuseProduction({ env }: Config): void {
  if (env === 'production') throw new Misconfigured('NOT_IN_PRODUCTION', 'Seeding does not run with env=production.');
}

/**
 * Refuses items and users that are not of this seed. Seeded ids fill a span of their own, and the first is written
 * first, so the least and the greatest id tell: two look-ups per table, however full it is.
 */
export async function refuseOtherData(app: SeedingApp, sources: readonly Source[]): Promise<void> {
  for (const { table, idAt, kind } of sources) {
    if (kind !== 'items' && kind !== 'users') continue; // real orders of seeded items are no other data
    const ids = () => app.database.select({ id: table.id }).from(table);
    const [least] = await ids().orderBy(asc(table.id)).limit(1);
    const [greatest] = await ids().orderBy(desc(table.id)).limit(1);
    if (!least || !greatest || (least.id === idAt(0) && greatest.id < STANDING_END)) continue;
    throw new Misconfigured(
      'DATABASE_NOT_EMPTY',
      `This database holds ${kind} that are not of this seed; seed an empty one, or say --add.`,
      { facts: { kind } },
    );
  }
}

/** A statement number or an e-mail is there under another id: with `add`, two seeds meet in one database. */
export const otherSeed = ({ kind }: Source, cause: unknown): Misconfigured =>
  new Misconfigured(
    'SEED_COLLIDES',
    `The database holds ${kind} of another seed, or is being seeded by somebody else now; take the same seed or an empty one.`,
    { facts: { kind }, cause },
  );
