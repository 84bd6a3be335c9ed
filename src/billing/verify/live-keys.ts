import { and, eq, inArray, isNotNull, isNull, ne, not, or } from '../../platform/database/sql.ts';
import { check } from './check.ts';

/** V6: the keys that admit one payment at a time stand while one is under way, and fall with it. */
export const liveKeys = check('V6', 'paymentAttempts', async ({ database }, range) => {
  const { paymentAttempts: t } = database.tables;
  const live = inArray(t.state, ['CREATED', 'SENT', 'UNKNOWN']);
  const sent = inArray(t.state, ['SENT', 'UNKNOWN']);
  const fenced = or(isNotNull(t.mandateFence), isNotNull(t.customerFence));
  const unfenced = or(isNull(t.mandateFence), ne(t.mandateFence, t.mandateId));
  const rows = await database
    .select({
      id: t.id,
      publicId: t.publicId,
      state: t.state,
      liveKey: t.liveKey,
      mandateFence: t.mandateFence,
      customerFence: t.customerFence,
    })
    .from(t)
    .where(
      and(
        range(t.id),
        or(
          and(live, isNull(t.liveKey)),
          and(not(live), isNotNull(t.liveKey)),
          and(not(sent), fenced),
          and(sent, eq(t.purpose, 'RENEWAL'), unfenced),
        ),
      ),
    );
  return rows.map(({ id, publicId, state, ...keys }) => ({
    table: 'payment_attempts',
    id: publicId,
    says: `it is ${state} and holds ${held(keys)}`,
    attemptId: id,
  }));
});

const NAMES = {
  liveKey: 'its live key',
  mandateFence: 'the fence of its mandate',
  customerFence: 'that of its customer',
};

function held(keys: Record<keyof typeof NAMES, string | null>): string {
  const names = (Object.keys(NAMES) as (keyof typeof NAMES)[]).filter((key) => keys[key] !== null);
  return names.length === 0 ? 'no key' : names.map((name) => NAMES[name]).join(', ');
}
