import { eq } from '../../platform/database/sql.ts';
import type { OperatorReason, PaymentAttempt, Transaction } from '../../schema.ts';
import { isOverdue } from '../ledger/check-schedule.ts';
import { recordEvent } from '../ledger/history.ts';
import type { Finding } from './lookup.ts';
import type { Verdict } from './rules.ts';
import { flag, settleIn, type Evidence, type SettlingApp } from '../ledger/settle.ts';

/** An attempt as it was under the lock, and as it is now. */
export interface Change {
  before: PaymentAttempt;
  after: PaymentAttempt;
}

/** A locked attempt, the transaction that holds it, and whose word is booked. */
interface Booking {
  tx: Transaction;
  app: SettlingApp;
  attempt: PaymentAttempt;
  told: Evidence;
}

/** Locks an attempt and what it pays for, in the order in which settling does; runs the change; says what came of it. */
export async function changeLocked(
  { tx, app }: Pick<Booking, 'tx' | 'app'>,
  attempt: PaymentAttempt,
  change: (current: PaymentAttempt) => Promise<void>,
): Promise<Change> {
  const { paymentAttempts: t } = app.database.tables;
  await app.settlements[attempt.purpose].lock(tx, attempt);
  const [before] = await tx.lock(tx.select().from(t).where(eq(t.id, attempt.id)));
  if (!before) throw new Error(`Bug: attempt ${attempt.publicId} is gone.`);
  await change(before);
  const [after = before] = await tx.select().from(t).where(eq(t.id, attempt.id));
  return { before, after };
}

/** Nothing is asked about one that was never sent, and the answer to one that is SENT may hold more than a lookup. */
const MAY_LEARN: readonly PaymentAttempt['state'][] = ['UNKNOWN', 'APPROVED', 'DECLINED', 'NOT_CHARGED'];

/**
 * Books what a look has found: settled, proposed, or handed to a person. No network in here. An attempt that has moved
 * since it was looked at stays as it is.
 */
export const bookFinding = (
  { tx, app, attempt: seen, told }: Booking,
  { verdict, evidence }: Pick<Finding, 'verdict' | 'evidence'>,
): Promise<Change> =>
  changeLocked({ tx, app }, seen, async (attempt) => {
    if (attempt.state !== seen.state || !MAY_LEARN.includes(attempt.state)) return;
    const booking = { tx, app, attempt, told: { ...told, data: { ...told.data, ...evidence } } };
    if (verdict.do === 'settle') await settleBy(booking, verdict);
    else if (attempt.state !== 'UNKNOWN') return;
    else if (verdict.do === 'propose') await propose(booking, verdict);
    else if (isOverdue(attempt.sentAt ?? attempt.createdAt, app.clock.now())) await raiseUnresolved(booking);
  });

type VerdictTo<K extends Verdict['do']> = Extract<Verdict, { do: K }>;

async function settleBy(booking: Booking, { outcome, note, alarm }: VerdictTo<'settle'>): Promise<void> {
  const { tx, app, attempt, told } = booking;
  const to = await settleIn(tx, app, attempt, outcome, saying(told, note));
  if (alarm && to === 'APPROVED') await flag(tx, app, attempt, alarm);
  const contradicts = attempt.state === 'APPROVED' && outcome.kind !== 'approved' && outcome.kind !== 'unknown';
  if (contradicts) await raise(booking, 'AMOUNT_MISMATCH', note);
}

async function propose(booking: Booking, { proposal, note }: VerdictTo<'propose'>): Promise<void> {
  const { tx, app, attempt } = booking;
  const { paymentAttempts: t } = app.database.tables;
  if (attempt.proposal === proposal && attempt.needsOperator) return;
  await tx.update(t).set({ proposal, updatedAt: app.clock.now() }).where(eq(t.id, attempt.id));
  await raise(booking, attempt.operatorReason ?? 'UNKNOWN_UNRESOLVED', `proposal ${proposal}: ${note}`);
}

/** The planned looks are over. A person is asked once; looks in the background go on. */
async function raiseUnresolved(booking: Booking): Promise<void> {
  if (booking.attempt.needsOperator) return;
  await raise(booking, 'UNKNOWN_UNRESOLVED', 'the planned looks are over and have proved nothing');
}

/** Hands an attempt to a person, with the evidence in its history. */
async function raise({ tx, app, attempt, told }: Booking, reason: OperatorReason, note: string): Promise<void> {
  const { id: attemptId, state } = attempt;
  await recordEvent(tx, app, { attemptId, from: state, to: state, ...saying(told, note) });
  await flag(tx, app, attempt, reason);
}

const saying = (told: Evidence, note: string): Evidence => ({
  ...told,
  note: told.note === undefined ? note : `${told.note}: ${note}`,
});
