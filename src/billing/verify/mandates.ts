import { and, eq, exists, ne, not, or, sql } from '../../platform/database/sql.ts';
import { check, type CheckingApp } from './check.ts';

/** V13: a permission to charge stands as long as a subscription needs it, and is given back afterwards. */
export const mandateStates = check('V13', 'mandates', async (app, range) => {
  const { mandates: m } = app.database.tables;
  const rows = await app.database
    .select({ id: m.id, status: m.status })
    .from(m)
    .where(
      and(
        range(m.id),
        or(
          and(eq(m.status, 'ACTIVE'), not(isNeeded(app))),
          and(eq(m.status, 'DEACTIVATING'), isNeeded(app)),
          isOfAnother(app),
        ),
      ),
    );
  return rows.map(({ id, status }) => ({
    table: 'mandates',
    id,
    says: MISFIT[status],
  }));
});

const MISFIT = {
  ACTIVE: 'it is ACTIVE although no subscription needs it, or is used by another customer',
  DEACTIVATING: 'it is being given up although a subscription needs it, or is used by another customer',
  INACTIVE: 'a subscription of another customer uses it',
} as const;

/** A subscription that has not ended is charged on it. */
function isNeeded({ database }: CheckingApp) {
  const { mandates: m, subscriptions: s } = database.tables;
  return exists(
    database
      .select({ one: sql`1` })
      .from(s)
      .where(and(eq(s.mandateId, m.id), ne(s.status, 'CANCELLED'))),
  );
}

function isOfAnother({ database }: CheckingApp) {
  const { mandates: m, subscriptions: s } = database.tables;
  return exists(
    database
      .select({ one: sql`1` })
      .from(s)
      .where(and(eq(s.mandateId, m.id), ne(s.userId, m.userId))),
  );
}
