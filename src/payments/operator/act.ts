import { writeAudit, type Performer } from '../../audit.ts';
import type { PaymentAttempt, Transaction } from '../../schema.ts';
import { getAttempt } from '../ledger/attempts.ts';
import { checkNote } from './refusals.ts';
import { changeLocked, type Change } from '../resolver/book.ts';
import type { Evidence, SettlingApp } from '../ledger/settle.ts';

/** What a person asks for, about one attempt. */
export interface OperatorRequest {
  /** The id that providers and customers see. */
  attemptId: string;
  /** Why: 10 to 300 characters, kept in the history and in the audit log. */
  note: string;
  actor: Performer;
}

/** One kind of action, as the audit log names it. */
export type OperatorAction = 'payment.lookup' | 'payment.resolve' | 'payment.attach_reference' | 'payment.acknowledge';

/**
 * Carries out one action of a person: reads the attempt under the locks that settling takes, lets `change` refuse or
 * book, and writes the audit row in the same transaction. Throws `InvalidInput` for a note that says too little,
 * `NotFound` for an unknown attempt.
 */
export async function act(
  app: SettlingApp,
  { action, ...request }: OperatorRequest & { action: OperatorAction },
  change: (tx: Transaction, current: PaymentAttempt) => Promise<void>,
): Promise<PaymentAttempt> {
  const note = checkNote(request.note);
  const attempt = await getAttempt(app, request.attemptId);
  return app.database.transaction(async (tx) => {
    const done = await changeLocked({ tx, app }, attempt, (current) => change(tx, current));
    await audit(tx, app, { action, actor: request.actor, reason: note, ...done });
    return done.after;
  });
}

/** The person's word, for the history of the attempt. */
export const wordOf = ({ actor, note }: Omit<OperatorRequest, 'attemptId'>): Evidence => ({
  actor: actor.type,
  note: note.trim(),
  data: { by: actor.id },
});

export const audit = (
  tx: Transaction,
  app: SettlingApp,
  { before, after, actor, ...entry }: Change & { action: OperatorAction; actor: Performer; reason: string | null },
): Promise<void> =>
  writeAudit(tx, app, {
    ...entry,
    by: actor,
    targetType: 'payment_attempt',
    targetId: after.publicId,
    before: whatMatters(before),
    after: whatMatters(after),
  });

const whatMatters = (attempt: PaymentAttempt): Record<string, unknown> => {
  const { state, closeReason, reasonGroup, providerPaymentId, approvedAt, proposal, operatorReason } = attempt;
  return { state, closeReason, reasonGroup, providerPaymentId, approvedAt, proposal, operatorReason };
};
