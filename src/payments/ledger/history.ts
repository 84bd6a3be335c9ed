import type { App } from '../../app.ts';
import { redact, redactText } from '../../platform/redact.ts';
import type { Actor, AttemptState, Transaction } from '../../schema.ts';

export interface AttemptChange {
  attemptId: string;
  from: AttemptState | null;
  to: AttemptState;
  actor: Actor;
  note?: string;
  /** The evidence; no tokens, no card data. */
  data?: Record<string, unknown>;
}

type Needs = Pick<App, 'database' | 'clock' | 'newId'>;

/** Appends to the history of attempts, in the transaction that changes them. */
export async function recordEvents(
  tx: Transaction,
  { database, clock, newId }: Needs,
  changes: readonly AttemptChange[],
): Promise<void> {
  if (changes.length === 0) return;
  await tx.insert(database.tables.paymentAttemptEvents).values(
    changes.map(({ attemptId, from, to, actor, note, data }) => ({
      id: newId(),
      attemptId,
      fromState: from,
      toState: to,
      actor,
      note: note === undefined ? null : redactText(note).slice(0, 300),
      data: data === undefined ? null : (redact(data) as Record<string, unknown>),
      createdAt: clock.now(),
    })),
  );
}

export const recordEvent = (tx: Transaction, app: Needs, change: AttemptChange): Promise<void> =>
  recordEvents(tx, app, [change]);
