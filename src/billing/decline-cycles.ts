import { and, count, eq, inArray } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { enqueueEvents, type NewEvent } from '../outbox/index.ts';
import type { DeclinedHard, DeclinedSoft, Told } from '../payments/index.ts';
import { dayIn } from '../platform/calendar.ts';
import { updateEach, type RowChange } from '../platform/database/index.ts';
import type { BillingCycle, PaymentAttempt, Tables, Transaction } from '../schema.ts';
import type { Books, Turn } from './books.ts';
import { afterDecline, type Move } from './dunning.ts';
import { endCycles } from './end-cycles.ts';
import { ladderOf } from './ladder.ts';

type Needs = Pick<App, 'config' | 'database' | 'clock' | 'newId'>;
type Declined = Told<DeclinedSoft | DeclinedHard>;

interface Judged extends Turn {
  attempt: PaymentAttempt;
  outcome: DeclinedSoft | DeclinedHard;
  date: string;
  move: Move | { do: 'cancelled' };
}

/** Moves declined cycles along the ladder, and ends those that have come to its end. */
export async function declineCycles(
  tx: Transaction,
  app: Needs,
  books: Books,
  declines: readonly Declined[],
): Promise<void> {
  const decisions = await countDecisions(tx, app, declines);
  const judged = declines
    .map((declined) => judge(app, books, declined, decisions))
    .filter(({ cycle }) => cycle.status === 'OPEN');
  await writeCycles(tx, app, judged);
  await markPastDue(tx, app, judged);
  await enqueueEvents(tx, app, judged.flatMap(noticesOf));
  const ended = judged.filter(({ move }) => move.do === 'end');
  await endCycles(
    tx,
    app,
    ended.map(({ cycle, subscription, outcome }) => ({
      cycle,
      subscription,
      revoked: outcome.group === 'MANDATE_INACTIVE',
    })),
  );
}

function judge(app: Needs, books: Books, { attempt, outcome }: Declined, decisions: Map<string, number>): Judged {
  const turn = books.turnOf(attempt);
  const date = books.businessDate(attempt);
  if (turn.subscription.status === 'CANCELLED') return { ...turn, attempt, outcome, date, move: { do: 'cancelled' } };
  const soft = outcome.kind === 'declined_soft' ? outcome : undefined;
  const decline = {
    hard: !soft,
    notBeforeOn: soft?.notBefore && dayIn(app.config.shop.timeZone, soft.notBefore),
    keepsStep: soft?.keepsStep,
    decisions: decisions.get(turn.subscription.id) ?? 1,
  };
  return { ...turn, attempt, outcome, date, move: afterDecline(turn.cycle, decline, date, ladderOf(app)) };
}

/** Declines of each cycle so far, by its subscription: one cycle of a subscription is open at a time. */
async function countDecisions(
  tx: Transaction,
  { database }: Needs,
  declines: readonly Declined[],
): Promise<Map<string, number>> {
  const { paymentAttempts: t } = database.tables;
  const ids = declines.map(({ attempt }) => attempt.subscriptionId ?? '');
  const rows = await tx
    .select({ id: t.subscriptionId, cycle: t.cycle, declines: count() })
    .from(t)
    .where(and(inArray(t.subscriptionId, ids), inArray(t.outcome, ['DECLINED_SOFT', 'DECLINED_HARD'])))
    .groupBy(t.subscriptionId, t.cycle);
  const cycles = new Map(declines.map(({ attempt }) => [attempt.subscriptionId, attempt.cycle]));
  return new Map(rows.filter(({ id, cycle }) => cycles.get(id) === cycle).map((row) => [row.id ?? '', row.declines]));
}

async function writeCycles(tx: Transaction, { database, clock }: Needs, judged: readonly Judged[]): Promise<void> {
  const updatedAt = clock.now();
  const changes = judged
    .filter(({ move }) => move.do !== 'end') // endCycles closes those
    .map((one): RowChange<Tables['billingCycles']> => {
      const common = { liveAttemptId: null, reasonGroup: one.outcome.group, updatedAt };
      return { id: one.cycle.id, set: { ...common, ...columnsOf(one, updatedAt) } };
    });
  await updateEach(tx, database.tables.billingCycles, changes);
}

function columnsOf({ move, cycle, date }: Judged, now: Date): Partial<BillingCycle> {
  const firstTryOn = cycle.firstTryOn ?? date;
  switch (move.do) {
    case 'repeat':
      return { firstTryOn, nextTryOn: move.nextTryOn, stepRepeats: cycle.stepRepeats + 1 };
    case 'climb':
      return { firstTryOn, step: move.step, nextTryOn: move.nextTryOn, lastTryOn: date, stepRepeats: 0 };
    case 'hold':
      return { firstTryOn, hold: 'NEW_METHOD', nextTryOn: move.endsOn, lastTryOn: date };
    case 'cancelled':
      return { firstTryOn, status: 'FAILED', closeReason: 'CANCELLED', lastTryOn: date, closedAt: now };
    case 'end':
      return {};
  }
}

async function markPastDue(tx: Transaction, { database, clock }: Needs, judged: readonly Judged[]): Promise<void> {
  const { subscriptions: s } = database.tables;
  const late = judged.filter(({ move }) => move.do === 'climb' || move.do === 'hold');
  if (late.length === 0) return;
  const ids = late.map(({ subscription }) => subscription.id);
  await tx
    .update(s)
    .set({ status: 'PAST_DUE', updatedAt: clock.now() })
    .where(and(inArray(s.id, ids), eq(s.status, 'ACTIVE')));
}

/** A pause of the provider tells the customer nothing; a mandate that is gone was told by whoever revoked it. */
function noticesOf({ move, attempt, outcome: { group }, cycle, subscription }: Judged): NewEvent[] {
  if (move.do === 'repeat' || move.do === 'cancelled') return [];
  const { id, userId } = subscription;
  const failed: NewEvent = {
    type: 'payment.failed',
    subject: id,
    occasion: attempt.publicId,
    payload: {
      subscriptionId: id,
      userId,
      cycle: cycle.cycle,
      attemptId: attempt.publicId,
      reasonGroup: group,
      notice: move.do === 'end' ? 'FINAL' : move.notice,
      nextTryOn: move.do === 'climb' ? move.nextTryOn : null,
    },
  };
  if (move.do !== 'hold' || group === 'MANDATE_INACTIVE') return [failed];
  return [failed, methodRequired(subscription, cycle, move.endsOn)];
}

/** Asks for another payment method, once for each cycle. */
export const methodRequired = (
  { id, userId }: Turn['subscription'],
  { cycle }: Pick<BillingCycle, 'cycle'>,
  endsOn: string,
): NewEvent => ({
  type: 'subscription.payment_method_required',
  subject: id,
  occasion: `cycle:${cycle}`,
  payload: { subscriptionId: id, userId, cycle, endsOn },
});
