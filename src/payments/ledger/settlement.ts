import type { AttemptPurpose, PaymentAttempt, Refund, Transaction } from '../../schema.ts';
import type { Approved, DeclinedHard, DeclinedSoft } from '../provider.ts';

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
  /** Books many outcomes in few statements, in place of the above, where the feature has many at a time. */
  group?(tx: Transaction): GroupSettlement;
}

/** One outcome with what it is about. */
export interface Told<O> {
  attempt: PaymentAttempt;
  outcome: O;
}

/** A settlement of several attempts in one transaction; it may remember what it has locked. */
export interface GroupSettlement {
  lock(attempts: readonly PaymentAttempt[]): Promise<void>;
  /** Returns the ids of the attempts whose object something else has paid already. */
  approved(approvals: readonly Told<Approved>[]): Promise<ReadonlySet<string>>;
  declined(declines: readonly Told<DeclinedSoft | DeclinedHard>[]): Promise<void>;
  released(attempts: readonly PaymentAttempt[]): Promise<void>;
}

export type Settlements = Record<AttemptPurpose, Settlement>;

/** An approval with the mandate it brought, if any. */
export interface Brought extends Told<Approved> {
  mandateId: string | undefined;
}

/** A group settlement as `settleGroup` calls it. */
export type BookingSettlement = Omit<GroupSettlement, 'approved'> & {
  approved(approvals: readonly Brought[]): Promise<ReadonlySet<string>>;
};

export const groupOf = (tx: Transaction, settlement: Settlement): BookingSettlement =>
  settlement.group?.(tx) ?? oneByOne(tx, settlement);

function oneByOne(tx: Transaction, settlement: Settlement): BookingSettlement {
  return {
    async lock(attempts) {
      for (const attempt of attempts) await settlement.lock(tx, attempt);
    },
    async approved(approvals) {
      const taken = new Set<string>();
      for (const { attempt, outcome, mandateId } of approvals) {
        if ((await settlement.approved(tx, attempt, outcome, mandateId)) === 'taken') taken.add(attempt.id);
      }
      return taken;
    },
    async declined(declines) {
      for (const { attempt, outcome } of declines) await settlement.declined(tx, attempt, outcome);
    },
    async released(attempts) {
      for (const attempt of attempts) await settlement.released(tx, attempt);
    },
  };
}
