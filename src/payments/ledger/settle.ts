import { eq } from 'drizzle-orm';
import type { App } from '../../app.ts';
import { enqueueEvents } from '../../outbox/index.ts';
import type {
  Actor,
  AttemptPurpose,
  AttemptState,
  OperatorReason,
  PaymentAttempt,
  Refund,
  Transaction,
} from '../../schema.ts';
import { recordEvent } from './history.ts';
import { releaseMandate, revokeMandate, storeMandate } from '../mandates/mandates.ts';
import type { Approved, DeclinedHard, DeclinedSoft } from '../provider.ts';
import { stepOf, type Outcome, type Step } from './rules.ts';

/**
 * What an upper feature does with the outcome of an attempt of its purpose, inside the settling transaction. Orders,
 * subscriptions and billing hand theirs down through `app.ts`.
 */
export interface Settlement {
  /** Locks the rows above the attempt, in the order subscription, order, cycle; called before the attempt changes. */
  lock(tx: Transaction, attempt: PaymentAttempt): Promise<void>;
  /** Whether what the attempt pays for may still be paid, as it stands under the lock; asked before CREATED → SENT. */
  wants(tx: Transaction, attempt: PaymentAttempt): Promise<boolean>;
  /** Books an approval. `taken` says that something else has paid already: the operator must refund this one. */
  approved(
    tx: Transaction,
    attempt: PaymentAttempt,
    approval: Approved,
    mandateId?: string,
  ): Promise<'booked' | 'taken'>;
  declined(tx: Transaction, attempt: PaymentAttempt, decline: DeclinedSoft | DeclinedHard): Promise<void>;
  /** It is certain that nothing was charged. */
  released(tx: Transaction, attempt: PaymentAttempt): Promise<void>;
  /** Books money that went back on the attempt that paid. `false` when the books admit no such refund: they stay. */
  refunded(tx: Transaction, attempt: PaymentAttempt, refund: Refund): Promise<boolean>;
}

export type Settlements = Record<AttemptPurpose, Settlement>;

export type SettlingApp = Pick<App, 'database' | 'clock' | 'newId' | 'payments' | 'settlements' | 'log'>;

/** Whose word an outcome is; the provider's own answer unless said otherwise. */
export interface Evidence {
  actor: Actor;
  note?: string;
  data?: Record<string, unknown>;
}

const ANSWER: Evidence = { actor: 'PROVIDER' };

/** Books an outcome once, in a transaction of its own. Returns the state that holds afterwards. */
export const settle = (
  app: SettlingApp,
  attempt: PaymentAttempt,
  outcome: Outcome,
  evidence?: Evidence,
): Promise<AttemptState> => app.database.transaction((tx) => settleIn(tx, app, attempt, outcome, evidence));

/**
 * Books an outcome once. What it does is decided by the state that is read under the lock: two settlers come one after
 * the other, and the second finds nothing left to do. No network in here.
 */
export async function settleIn(
  tx: Transaction,
  app: SettlingApp,
  attempt: PaymentAttempt,
  outcome: Outcome,
  evidence: Evidence = ANSWER,
): Promise<AttemptState> {
  const { paymentAttempts: t } = app.database.tables;
  await app.settlements[attempt.purpose].lock(tx, attempt);
  const [current] = await tx.lock(tx.select().from(t).where(eq(t.id, attempt.id)));
  if (!current) throw new Error(`Bug: attempt ${attempt.publicId} is gone.`);
  const step = stepOf(current, outcome, app.clock.now());
  if (step.do === 'nothing') return current.state;

  await write(tx, app, current, step);
  const to = step.do === 'move' ? step.to : current.state;
  await recordEvent(tx, app, {
    attemptId: current.id,
    from: current.state,
    to,
    ...evidence,
    data: { ...evidenceOf(outcome), ...evidence.data },
  });
  if (step.do === 'move') await book(tx, app, current, outcome);
  await tellOperator(tx, app, current, step);
  return to;
}

/** The row is locked and its state was read, so the write needs no further guard. */
async function write(
  tx: Transaction,
  { database, clock }: SettlingApp,
  { id }: PaymentAttempt,
  step: Exclude<Step, { do: 'nothing' }>,
): Promise<void> {
  const { paymentAttempts: t } = database.tables;
  const columns = step.do === 'flag' ? { needsOperator: true, operatorReason: step.reason } : step.columns;
  await tx
    .update(t)
    .set({ ...columns, ...(step.do === 'move' && { state: step.to }), updatedAt: clock.now() })
    .where(eq(t.id, id));
}

async function book(tx: Transaction, app: SettlingApp, attempt: PaymentAttempt, outcome: Outcome): Promise<void> {
  const settlement = app.settlements[attempt.purpose];
  switch (outcome.kind) {
    case 'approved': {
      const mandateId = await storeMandate(tx, app, attempt, outcome);
      const booked = await settlement.approved(tx, attempt, outcome, mandateId);
      if (booked === 'taken') {
        await flag(tx, app, attempt, 'DUPLICATE_APPROVAL');
        await releaseMandate(tx, app, mandateId ?? null); // nothing will ever be charged on what it brought
      }
      return;
    }
    case 'declined_soft':
      return settlement.declined(tx, attempt, outcome);
    case 'declined_hard':
      if (outcome.group === 'MANDATE_INACTIVE') await revokeMandate(tx, app, attempt.mandateId);
      return settlement.declined(tx, attempt, outcome);
    case 'provider_down':
    case 'rejected_by_config':
    case 'not_completed':
    case 'not_charged':
      return settlement.released(tx, attempt);
    case 'unknown': // stays fenced; nothing above it moves
  }
}

async function tellOperator(tx: Transaction, app: SettlingApp, attempt: PaymentAttempt, step: Step): Promise<void> {
  if (step.do === 'flag') return announce(tx, app, attempt, step.reason);
  const reason = 'columns' in step && step.columns.needsOperator ? step.columns.operatorReason : undefined;
  if (reason) await announce(tx, app, attempt, reason);
}

/** Marks an attempt for a person, who is told through the outbox and the log. */
export async function flag(
  tx: Transaction,
  app: SettlingApp,
  attempt: PaymentAttempt,
  reason: OperatorReason,
): Promise<void> {
  const { paymentAttempts: t } = app.database.tables;
  await tx.update(t).set({ needsOperator: true, operatorReason: reason }).where(eq(t.id, attempt.id));
  await announce(tx, app, attempt, reason);
}

async function announce(
  tx: Transaction,
  app: SettlingApp,
  { id, publicId, purpose, amount, requestId }: PaymentAttempt,
  reason: OperatorReason,
): Promise<void> {
  app.log.error({ event: 'needs_operator', attemptId: publicId, reason }, 'a payment needs a person');
  await enqueueEvents(tx, app, [
    {
      type: 'payment.needs_operator',
      subject: id,
      occasion: reason,
      payload: { attemptId: publicId, purpose, amount, reason },
      requestId,
    },
  ]);
}

/** What the event row keeps of an outcome: no tokens, no card data. */
function evidenceOf(outcome: Outcome): Record<string, unknown> {
  if (outcome.kind !== 'approved') return { ...outcome };
  const { kind, paymentId, approvalId, amounts, approvedAt } = outcome;
  return { kind, paymentId, approvalId, amounts, approvedAt };
}
