import { and, eq } from '../../platform/database/sql.ts';
import type { Performer } from '../../audit.ts';
import { redactText } from '../../platform/redact.ts';
import type { OperatorReason, PaymentAttempt, Transaction } from '../../schema.ts';
import { recordEvent } from '../ledger/history.ts';
import { flag, type SettlingApp } from '../ledger/settle.ts';
import { changeLocked } from '../resolver/book.ts';

export interface RaiseDifference {
  attempt: PaymentAttempt;
  reason: OperatorReason;
  /** What differs; kept in the history. */
  note: string;
  data?: Record<string, unknown>;
  actor: Performer;
}

/**
 * Hands a payment to a person because its books and somebody else's differ. Its state stays as it is. Said once: `false`
 * when the history holds this very note, whether or not a person has acknowledged it since.
 */
export async function raiseDifference(app: SettlingApp, request: RaiseDifference): Promise<boolean> {
  const { attempt, reason, actor, data } = request;
  const note = redactText(request.note).slice(0, LONGEST_NOTE); // as the history keeps it
  return app.database.transaction(async (tx) => {
    let raised = false;
    await changeLocked({ tx, app }, attempt, async ({ id, state, needsOperator }) => {
      if (await isSaid(tx, app, id, note)) return;
      const event = { attemptId: id, from: state, to: state, actor: actor.type, note };
      await recordEvent(tx, app, { ...event, data: { ...data, by: actor.id } });
      if (!needsOperator) await flag(tx, app, attempt, reason); // a person who is called already reads the history
      raised = true;
    });
    return raised;
  });
}

/** The width of its column. */
const LONGEST_NOTE = 300;

async function isSaid(tx: Transaction, { database }: SettlingApp, attemptId: string, note: string): Promise<boolean> {
  const { paymentAttemptEvents: e } = database.tables;
  const said = and(eq(e.attemptId, attemptId), eq(e.note, note));
  return (await tx.select({ id: e.id }).from(e).where(said).limit(1)).length > 0;
}
