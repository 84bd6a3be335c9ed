import { and, eq, inArray } from 'drizzle-orm';
import type { App } from '../app.ts';
import type { AttemptPurpose, AttemptState, CloseReason, Mandate, PaymentAttempt, Transaction } from '../schema.ts';
import type { Approved, ChargeOutcome, DeclinedHard, DeclinedSoft, NotCompleted } from './provider.ts';

/**
 * What an upper feature does with the outcome of an attempt of its purpose, inside the settling transaction. Orders,
 * subscriptions and billing hand theirs down through `app.ts`.
 */
export interface Settlement {
  /** Locks the rows above the attempt, in the order subscription, order, cycle; called before the attempt changes. */
  lock(tx: Transaction, attempt: PaymentAttempt): Promise<void>;
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
}

export type Settlements = Record<AttemptPurpose, Settlement>;

type SettlingApp = Pick<App, 'database' | 'clock' | 'newId' | 'payments' | 'settlements' | 'log'>;
export type Outcome = ChargeOutcome | NotCompleted;

const STATE = {
  approved: 'APPROVED',
  declined_soft: 'DECLINED',
  declined_hard: 'DECLINED',
  unknown: 'UNKNOWN',
  provider_down: 'NOT_CHARGED',
  rejected_by_config: 'NOT_CHARGED',
  not_completed: 'NOT_CHARGED',
} as const satisfies Record<Outcome['kind'], AttemptState>;

/** The states each new state may leave; nothing leaves a final one. */
const LEAVES: Record<(typeof STATE)[Outcome['kind']], AttemptState[]> = {
  APPROVED: ['SENT', 'UNKNOWN'],
  DECLINED: ['SENT'],
  UNKNOWN: ['SENT'],
  NOT_CHARGED: ['CREATED', 'SENT', 'UNKNOWN'],
};

/** Books an outcome once, in a transaction of its own. Returns the state that holds afterwards. */
export const settle = (app: SettlingApp, attempt: PaymentAttempt, outcome: Outcome): Promise<AttemptState> =>
  app.database.transaction((tx) => settleIn(tx, app, attempt, outcome));

/**
 * Books an outcome once. The conditional update on the state it leaves is what two settlers race for; the loser writes
 * nothing. No network in here.
 */
export async function settleIn(
  tx: Transaction,
  app: SettlingApp,
  attempt: PaymentAttempt,
  outcome: Outcome,
): Promise<AttemptState> {
  const { paymentAttempts: t } = app.database.tables;
  const settlement = app.settlements[attempt.purpose];
  await settlement.lock(tx, attempt);
  const [now] = await tx.lock(tx.select({ state: t.state }).from(t).where(eq(t.id, attempt.id)));
  const from = now?.state ?? attempt.state;
  const state = STATE[outcome.kind];

  const written = await tx
    .update(t)
    .set({ ...columnsOf(outcome), state, updatedAt: app.clock.now() })
    .where(and(eq(t.id, attempt.id), inArray(t.state, LEAVES[state])));
  if (written.rowsAffected === 0) return from;

  await recordEvent(tx, app, { attemptId: attempt.id, from, to: state, actor: 'PROVIDER', data: evidenceOf(outcome) });
  await book(tx, app, attempt, outcome);
  return state;
}

async function book(tx: Transaction, app: SettlingApp, attempt: PaymentAttempt, outcome: Outcome): Promise<void> {
  const settlement = app.settlements[attempt.purpose];
  switch (outcome.kind) {
    case 'approved': {
      const mandateId = await storeMandate(tx, app, attempt, outcome);
      if ((await settlement.approved(tx, attempt, outcome, mandateId)) === 'taken')
        await flagDuplicate(tx, app, attempt);
      return;
    }
    case 'declined_soft':
    case 'declined_hard':
      return settlement.declined(tx, attempt, outcome);
    case 'provider_down':
    case 'rejected_by_config':
    case 'not_completed':
      return settlement.released(tx, attempt);
    case 'unknown': // stays fenced; nothing above it moves
  }
}

/** The columns an outcome fills; fences and live key go with the doubt they stood for. */
function columnsOf(outcome: Outcome) {
  const codes = 'codes' in outcome && outcome.codes ? codeColumns(outcome.codes) : {};
  const free = { liveKey: null, mandateFence: null, customerFence: null, nextCheckAt: null };
  switch (outcome.kind) {
    case 'approved':
      return {
        ...free,
        outcome: 'APPROVED' as const,
        providerPaymentId: outcome.paymentId,
        providerApprovalId: outcome.approvalId ?? null,
        methodLabel: outcome.methodLabel ?? null,
        approvedAt: outcome.approvedAt,
      };
    case 'declined_soft':
      return { ...codes, ...free, outcome: 'DECLINED_SOFT' as const, reasonGroup: outcome.group };
    case 'declined_hard':
      return { ...codes, ...free, outcome: 'DECLINED_HARD' as const, reasonGroup: outcome.group };
    case 'unknown':
      // One charge per mandate until it is known; other mandates of the customer may go on.
      return {
        ...codes,
        customerFence: null,
        outcome: 'UNKNOWN' as const,
        nextCheckAt: outcome.lookAt,
        ...mismatch(outcome.why),
      };
    case 'provider_down':
      return { ...codes, ...free, outcome: 'PROVIDER_DOWN' as const, closeReason: 'PROVIDER_DOWN' as const };
    case 'rejected_by_config':
      return {
        ...codes,
        ...free,
        outcome: 'CONFIG_REJECTED' as const,
        closeReason: 'CONFIG_REJECTED' as const,
        ...forOperator('CONFIG_REJECTED'),
      };
    case 'not_completed':
      return { ...codes, ...free, closeReason: closeReasonOf(outcome) };
  }
}

const forOperator = (operatorReason: 'AMOUNT_MISMATCH' | 'CONFIG_REJECTED') => ({
  needsOperator: true,
  operatorReason,
});

const mismatch = (why: string) => (why === 'mismatch' ? forOperator('AMOUNT_MISMATCH') : {});

const closeReasonOf = ({ why }: NotCompleted): CloseReason =>
  why === 'window_expired' ? 'WINDOW_EXPIRED' : 'PROVIDER_REFUSED';

const codeColumns = ({ code, message }: { code: string; message?: string }) => ({
  providerCode: code.slice(0, 64),
  providerMessage: message?.slice(0, 300) ?? null,
});

/** What the event row keeps of an outcome: no tokens, no card data. */
function evidenceOf(outcome: Outcome): Record<string, unknown> {
  if (outcome.kind !== 'approved') return { ...outcome };
  const { kind, paymentId, amounts, approvedAt } = outcome;
  return { kind, paymentId, amounts, approvedAt };
}

async function storeMandate(
  tx: Transaction,
  app: SettlingApp,
  attempt: PaymentAttempt,
  { mandate, methodLabel, approvedAt }: Approved,
): Promise<string | undefined> {
  if (attempt.purpose !== 'SUBSCRIPTION_START' || !mandate) return undefined;
  const sealed = app.payments.vault().seal(mandate.token);
  const now = app.clock.now();
  const row: Mandate = {
    id: app.newId(),
    userId: attempt.userId,
    provider: attempt.provider,
    merchantCode: mandate.merchantCode,
    tokenCipher: sealed.cipher,
    tokenHash: sealed.hash,
    customerRef: mandate.customerRef,
    methodLabel: methodLabel ?? null,
    status: 'ACTIVE',
    originAttemptId: attempt.id,
    lastApprovedAt: approvedAt,
    createdAt: now,
    updatedAt: now,
  };
  await tx.insert(app.database.tables.mandates).values(row);
  return row.id;
}

async function flagDuplicate(tx: Transaction, app: SettlingApp, attempt: PaymentAttempt): Promise<void> {
  const { paymentAttempts: t } = app.database.tables;
  await tx.update(t).set({ needsOperator: true, operatorReason: 'DUPLICATE_APPROVAL' }).where(eq(t.id, attempt.id));
  app.log.error({ attemptId: attempt.publicId }, 'approved, although something else has paid: refund this attempt');
}

export interface AttemptChange {
  attemptId: string;
  from: AttemptState | null;
  to: AttemptState;
  actor: 'CUSTOMER' | 'SYSTEM' | 'PROVIDER';
  note?: string;
  data?: Record<string, unknown>;
}

/** Appends to the history of an attempt, in the transaction that changes it. */
export const recordEvent = (
  tx: Transaction,
  app: Pick<App, 'database' | 'clock' | 'newId'>,
  change: AttemptChange,
): Promise<void> => recordEvents(tx, app, [change]);

/** The same for many attempts that change together, in one statement. */
export async function recordEvents(
  tx: Transaction,
  { database, clock, newId }: Pick<App, 'database' | 'clock' | 'newId'>,
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
      note: note ?? null,
      data: data ?? null,
      createdAt: clock.now(),
    })),
  );
}
