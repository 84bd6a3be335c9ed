import { and, asc, eq, inArray } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { enqueueEvents } from '../outbox/index.ts';
import { addDays } from '../platform/calendar.ts';
import { updateEach } from '../platform/database/index.ts';
import type { Subscription, Transaction } from '../schema.ts';

type Needs = Pick<App, 'database' | 'clock' | 'newId'>;

export interface ResumeSubscriptions {
  ids: readonly string[];
  /** The business date on which they are resumed; nothing is charged on it. */
  today: string;
}

/** One subscription and the date on which it is charged next. */
interface Resumed {
  subscription: Subscription;
  nextBillingOn: string;
}

/**
 * PAUSED → ACTIVE, with the date that was kept or, should it have passed, tomorrow. Those that somebody else has locked
 * or resumed are left out. Returns how many were resumed.
 */
export async function resumeSubscriptions(
  tx: Transaction,
  app: Needs,
  { ids, today }: ResumeSubscriptions,
): Promise<number> {
  const { subscriptions: s } = app.database.tables;
  const paused = and(inArray(s.id, [...ids]), eq(s.status, 'PAUSED'));
  const rows = await tx.lock(tx.select().from(s).where(paused).orderBy(asc(s.id)), { skipLocked: true });
  if (rows.length === 0) return 0;
  const tomorrow = addDays(today, 1);
  const resumed = rows.map((subscription): Resumed => {
    const kept = subscription.nextBillingOn ?? tomorrow;
    return { subscription, nextBillingOn: kept > tomorrow ? kept : tomorrow };
  });
  await activate(tx, app, resumed);
  await freeCycles(tx, app, resumed);
  await enqueueEvents(tx, app, resumed.map(resumedEvent));
  return resumed.length;
}

async function activate(tx: Transaction, { database, clock }: Needs, resumed: readonly Resumed[]): Promise<void> {
  const updatedAt = clock.now();
  const changes = resumed.map(({ subscription: { id }, nextBillingOn }) => {
    return { id, set: { status: 'ACTIVE' as const, nextBillingOn, resumeOn: null, updatedAt } };
  });
  await updateEach(tx, database.tables.subscriptions, changes);
}

/** A cycle that was open when its subscription was paused falls due anew, and its ladder with it. */
async function freeCycles(tx: Transaction, { database, clock }: Needs, resumed: readonly Resumed[]): Promise<void> {
  const { billingCycles: c } = database.tables;
  const dates = new Map(resumed.map(({ subscription: { id }, nextBillingOn }) => [id, nextBillingOn]));
  const held = and(inArray(c.subscriptionId, [...dates.keys()]), eq(c.status, 'OPEN'), eq(c.hold, 'PAUSED'));
  const cycles = await tx.lock(tx.select().from(c).where(held).orderBy(asc(c.id)));
  const updatedAt = clock.now();
  const changes = cycles.map((cycle) => {
    const billingOn = dates.get(cycle.subscriptionId) ?? cycle.billingOn;
    const untried = { firstTryOn: null, lastTryOn: null, stepRepeats: 0 };
    return { id: cycle.id, set: { hold: null, billingOn, nextTryOn: billingOn, ...untried, updatedAt } };
  });
  await updateEach(tx, c, changes);
}

/** Once for each pause. */
const resumedEvent = ({ subscription: { id, userId, pausedAt }, nextBillingOn }: Resumed) => ({
  type: 'subscription.resumed' as const,
  subject: id,
  occasion: pausedAt?.toISOString() ?? nextBillingOn,
  payload: { subscriptionId: id, userId, nextBillingOn },
});
