import { aliasedTable, and, eq, gt, inArray, isNotNull, isNull, lt, ne, not, or } from '../../platform/database/sql.ts';
import { check } from './check.ts';
import { nameOf } from './paid-cycles.ts';
import { joinedWith } from './joining.ts';

/** V14: an open cycle names the payment that is under way for it, and a closed one names none. */
export const openCycles = check('V14', 'billingCycles', async ({ database, config }, range) => {
  const { billingCycles: c, paymentAttempts } = database.tables;
  const [named, other] = [aliasedTable(paymentAttempts, 'named'), aliasedTable(paymentAttempts, 'other')];
  const lastStep = config.billing.ladderDays.length + 1;
  const isLive = joinedWith(other.state, 'CREATED', 'SENT', 'UNKNOWN');
  const isOpen = eq(c.status, 'OPEN');
  const over = not(inArray(named.state, ['CREATED', 'SENT', 'UNKNOWN']));
  const stranger = or(isNull(named.id), ne(named.subscriptionId, c.subscriptionId), ne(named.cycle, c.cycle), over);
  const rows = await database
    .select({ subscriptionId: c.subscriptionId, cycle: c.cycle, status: c.status, step: c.step, closedAt: c.closedAt })
    .from(c)
    .leftJoin(named, eq(named.id, c.liveAttemptId))
    .leftJoin(
      other,
      and(
        eq(other.subscriptionId, c.subscriptionId),
        eq(other.cycle, c.cycle),
        joinedWith(other.purpose, 'RENEWAL'),
        isLive,
      ),
    )
    .where(
      and(
        range(c.id),
        or(
          and(isOpen, isNotNull(c.liveAttemptId), stranger),
          and(isOpen, isNull(c.liveAttemptId), isNotNull(other.id)),
          and(isOpen, or(isNotNull(c.closedAt), lt(c.step, 1), gt(c.step, lastStep))),
          and(not(isOpen), or(isNotNull(c.liveAttemptId), isNull(c.closedAt), isNotNull(other.id))),
        ),
      ),
    );
  return rows.map(({ status, step, closedAt, ...cycle }) => ({
    table: 'billing_cycles',
    id: nameOf(cycle),
    says: `it is ${status} at step ${step}, ${closedAt ? 'closed' : 'not closed'}, and does not name the payment that is under way for it, or names another`,
  }));
});
