import { asc, eq, inArray } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import { enqueueEvents } from '../../outbox/index.ts';
import { updateEach } from '../../platform/database/index.ts';
import type { Actor, AttemptState, OperatorReason, PaymentAttempt, Transaction } from '../../schema.ts';
import { recordEvents } from './history.ts';
import { releaseMandate, revokeMandate, storeMandate } from '../mandates/mandates.ts';
import type { Approved } from '../provider.ts';
import { stepOf, type Outcome, type Step } from './rules.ts';
import { groupOf, type BookingSettlement, type Brought, type Told } from './settlement.ts';

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

/** Books one outcome in a transaction that is open already: a group of one. */
export async function settleIn(
  tx: Transaction,
  app: SettlingApp,
  attempt: PaymentAttempt,
  outcome: Outcome,
  evidence?: Evidence,
): Promise<AttemptState> {
  const [state] = await settleGroup(tx, app, [{ attempt, outcome, ...(evidence && { evidence }) }]);
  return state ?? attempt.state;
}

/** One thing the ledger is told. */
export interface Settling extends Told<Outcome> {
  evidence?: Evidence;
}

/** One attempt as it was read under the lock, and what its outcome does to it. */
interface Decided extends Settling {
  step: Step;
}

/** A step that changes something. */
interface Change extends Settling {
  step: Exclude<Step, { do: 'nothing' }>;
}

/**
 * Books outcomes of different attempts of one purpose, each once, in as many statements as one takes. What an outcome
 * does is decided by the state that is read under the lock: of two settlers the second finds nothing left to do. No
 * network in here. Returns the states that hold afterwards, in the order of `settlings`.
 */
export async function settleGroup(
  tx: Transaction,
  app: SettlingApp,
  settlings: readonly Settling[],
): Promise<AttemptState[]> {
  const [first] = settlings;
  if (!first) return [];
  const settlement = groupOf(tx, app.settlements[first.attempt.purpose]);
  await settlement.lock(settlings.map(({ attempt }) => attempt));
  const decided = await decide(tx, app, settlings);
  const changes = decided.filter((one): one is Change => one.step.do !== 'nothing');
  if (changes.length > 0) {
    await write(tx, app, changes);
    await recordEvents(tx, app, changes.map(eventOf));
    await book(tx, app, settlement, changes);
    await tellOperator(tx, app, changes.flatMap(doubtsOf));
  }
  return decided.map(stateAfter);
}

async function decide(tx: Transaction, app: SettlingApp, settlings: readonly Settling[]): Promise<Decided[]> {
  const { paymentAttempts: t } = app.database.tables;
  const ids = settlings.map(({ attempt }) => attempt.id);
  if (new Set(ids).size < ids.length) throw new Error('Bug: two outcomes of one attempt in one group.');
  const rows = await tx.lock(tx.select().from(t).where(inArray(t.id, ids)).orderBy(asc(t.id)));
  const current = new Map(rows.map((row) => [row.id, row]));
  const now = app.clock.now();
  return settlings.map((settling) => {
    const attempt = current.get(settling.attempt.id);
    if (!attempt) throw new Error(`Bug: attempt ${settling.attempt.publicId} is gone.`);
    return { ...settling, attempt, step: stepOf(attempt, settling.outcome, now) };
  });
}

const stateAfter = ({ attempt, step }: Decided): AttemptState => (step.do === 'move' ? step.to : attempt.state);

/** The rows are locked and their states were read, so the write needs no further guard. */
async function write(tx: Transaction, { database, clock }: SettlingApp, changes: readonly Change[]): Promise<void> {
  const updatedAt = clock.now();
  const rows = changes.map(({ attempt: { id }, step }) => {
    const columns = step.do === 'flag' ? { needsOperator: true, operatorReason: step.reason } : step.columns;
    return { id, set: { ...columns, ...(step.do === 'move' && { state: step.to }), updatedAt } };
  });
  await updateEach(tx, database.tables.paymentAttempts, rows);
}

const eventOf = (change: Change) => {
  const { attempt, outcome, evidence = ANSWER } = change;
  const data = { ...evidenceOf(outcome), ...evidence.data };
  return { attemptId: attempt.id, from: attempt.state, to: stateAfter(change), ...evidence, data };
};

async function book(
  tx: Transaction,
  app: SettlingApp,
  settlement: BookingSettlement,
  changes: readonly Change[],
): Promise<void> {
  const moved = changes.filter(({ step }) => step.do === 'move');
  const approvals = moved.filter(isOf('approved'));
  const declines = moved.filter(isOf('declined_soft', 'declined_hard'));
  const released = moved.filter(isOf('provider_down', 'rejected_by_config', 'not_completed', 'not_charged'));
  if (approvals.length > 0) await bookApprovals(tx, app, settlement, approvals);
  for (const { attempt, outcome } of declines) {
    if (outcome.group === 'MANDATE_INACTIVE') await revokeMandate(tx, app, attempt.mandateId);
  }
  if (declines.length > 0) await settlement.declined(declines);
  if (released.length > 0) await settlement.released(released.map(({ attempt }) => attempt));
  // An unknown stays fenced; nothing above it moves.
}

const isOf =
  <K extends Outcome['kind']>(...kinds: readonly K[]) =>
  (change: Change): change is Change & Told<Extract<Outcome, { kind: K }>> =>
    (kinds as readonly string[]).includes(change.outcome.kind);

async function bookApprovals(
  tx: Transaction,
  app: SettlingApp,
  settlement: BookingSettlement,
  approvals: readonly Told<Approved>[],
): Promise<void> {
  const brought: Brought[] = [];
  for (const { attempt, outcome } of approvals) {
    brought.push({ attempt, outcome, mandateId: await storeMandate(tx, app, attempt, outcome) });
  }
  const taken = await settlement.approved(brought);
  for (const { attempt, mandateId } of brought.filter(({ attempt: { id } }) => taken.has(id))) {
    await flag(tx, app, attempt, 'DUPLICATE_APPROVAL');
    await releaseMandate(tx, app, mandateId ?? null); // nothing will ever be charged on what it brought
  }
}

interface Doubt {
  attempt: PaymentAttempt;
  reason: OperatorReason;
}

function doubtsOf({ attempt, step }: Change): Doubt[] {
  if (step.do === 'flag') return [{ attempt, reason: step.reason }];
  const { needsOperator, operatorReason } = step.columns;
  return needsOperator && operatorReason ? [{ attempt, reason: operatorReason }] : [];
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
  await tellOperator(tx, app, [{ attempt, reason }]);
}

async function tellOperator(tx: Transaction, app: SettlingApp, doubts: readonly Doubt[]): Promise<void> {
  for (const { attempt, reason } of doubts) {
    app.log.error({ event: 'needs_operator', attemptId: attempt.publicId, reason }, 'a payment needs a person');
  }
  await enqueueEvents(
    tx,
    app,
    doubts.map(({ attempt: { id, publicId, purpose, amount, requestId }, reason }) => ({
      type: 'payment.needs_operator' as const,
      subject: id,
      occasion: reason,
      payload: { attemptId: publicId, purpose, amount, reason },
      requestId,
    })),
  );
}

/** What the event row keeps of an outcome: no tokens, no card data. */
function evidenceOf(outcome: Outcome): Record<string, unknown> {
  if (outcome.kind !== 'approved') return { ...outcome };
  const { kind, paymentId, approvalId, amounts, approvedAt } = outcome;
  return { kind, paymentId, approvalId, amounts, approvedAt };
}
