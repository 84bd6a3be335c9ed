import { redactText } from '../../platform/redact.ts';
import type { AttemptState, CloseReason, OperatorReason, PaymentAttempt } from '../../schema.ts';
import { firstCheckAt } from './check-schedule.ts';
import type { ChargeOutcome, NotCompleted, RawCodes } from '../provider.ts';

/** Evidence that an attempt in doubt moved no money, found by a lookup, a witness or a person. */
export interface ResolvedNotCharged {
  kind: 'not_charged';
  reason: 'RESOLVED_NOT_CHARGED' | 'REFUNDED_OUTSIDE';
}

/** Everything the ledger can be told about an attempt. */
export type Outcome = ChargeOutcome | NotCompleted | ResolvedNotCharged;

type Columns = Partial<PaymentAttempt>;

/** What telling the ledger an outcome comes to. */
export type Step =
  /** The attempt moves; the upper feature books what follows. */
  | { do: 'move'; to: AttemptState; columns: Columns }
  /** An approval that only a witness proved gets the reference it lacked. */
  | { do: 'complete'; columns: Columns }
  /** Evidence against what the books say: they stay, and a person looks. */
  | { do: 'flag'; reason: OperatorReason }
  | { do: 'nothing' };

const NOTHING: Step = { do: 'nothing' };

/** Decides what an outcome does to an attempt in its present state. Final states never change. */
export function stepOf(attempt: PaymentAttempt, outcome: Outcome, now: Date): Step {
  switch (outcome.kind) {
    case 'approved':
      return approve(attempt, outcome, now);
    case 'declined_soft':
    case 'declined_hard':
      return decline(attempt, outcome, now);
    case 'unknown':
      return doubt(attempt, outcome);
    case 'not_charged':
      return attempt.state === 'UNKNOWN' ? close(attempt, { closeReason: outcome.reason }, now) : NOTHING;
    case 'provider_down':
      return close(attempt, { outcome: 'PROVIDER_DOWN', closeReason: 'PROVIDER_DOWN', ...codesOf(outcome) }, now);
    case 'rejected_by_config':
      return close(attempt, { ...REJECTED, ...codesOf(outcome) }, now);
    case 'not_completed':
      return close(attempt, { closeReason: CLOSED_BY[outcome.why], ...codesOf(outcome) }, now);
  }
}

const REJECTED = {
  outcome: 'CONFIG_REJECTED',
  closeReason: 'CONFIG_REJECTED',
  needsOperator: true,
  operatorReason: 'CONFIG_REJECTED',
} as const;

const CLOSED_BY = {
  window_expired: 'WINDOW_EXPIRED',
  not_authenticated: 'PROVIDER_REFUSED',
  bad_return: 'PROVIDER_REFUSED',
} as const satisfies Record<NotCompleted['why'], CloseReason>;

/** Fences and live key go with the doubt they stood for. */
const FREE = { liveKey: null, mandateFence: null, customerFence: null, nextCheckAt: null, proposal: null } as const;

const isOpen = ({ state }: PaymentAttempt): boolean => state === 'SENT' || state === 'UNKNOWN';

/** An attempt that was in doubt has been resolved; whatever a person was asked to look at is settled with it. */
const resolved = ({ state, operatorReason }: PaymentAttempt, now: Date): Columns =>
  state === 'UNKNOWN'
    ? {
        resolvedAt: now,
        ...(operatorReason === 'UNKNOWN_UNRESOLVED' && { needsOperator: false, operatorReason: null }),
      }
    : {};

type Of<K extends Outcome['kind']> = Extract<Outcome, { kind: K }>;

function approve(attempt: PaymentAttempt, outcome: Of<'approved'>, now: Date): Step {
  const { paymentId, approvalId, approvedAt, method } = outcome;
  if (isOpen(attempt)) {
    const columns: Columns = {
      ...FREE,
      ...resolved(attempt, now),
      outcome: 'APPROVED',
      providerPaymentId: paymentId ?? null,
      providerApprovalId: approvalId ?? null,
      methodLabel: method?.label ?? null,
      approvedAt,
      ...(paymentId === undefined && { needsOperator: true, operatorReason: 'REFERENCE_MISSING' }),
    };
    return { do: 'move', to: 'APPROVED', columns };
  }
  if (attempt.state !== 'APPROVED') return { do: 'flag', reason: 'DUPLICATE_APPROVAL' };
  if (paymentId === undefined || paymentId === attempt.providerPaymentId) return NOTHING;
  if (attempt.providerPaymentId !== null) return { do: 'flag', reason: 'DUPLICATE_APPROVAL' };
  const reference = { providerPaymentId: paymentId, providerApprovalId: approvalId ?? null };
  const settled = attempt.operatorReason === 'REFERENCE_MISSING' && { needsOperator: false, operatorReason: null };
  return { do: 'complete', columns: { ...reference, ...settled } };
}

function decline(attempt: PaymentAttempt, outcome: Of<'declined_soft' | 'declined_hard'>, now: Date): Step {
  const columns: Columns = {
    ...FREE,
    ...codesOf(outcome),
    outcome: outcome.kind === 'declined_soft' ? 'DECLINED_SOFT' : 'DECLINED_HARD',
    reasonGroup: outcome.group,
  };
  if (attempt.state === 'SENT') return { do: 'move', to: 'DECLINED', columns };
  // A decline that comes after the doubt: the try is spent, and it was in doubt before.
  return attempt.state === 'UNKNOWN'
    ? close(attempt, { ...columns, closeReason: 'RESOLVED_NOT_CHARGED' }, now)
    : NOTHING;
}

function doubt(attempt: PaymentAttempt, outcome: Of<'unknown'>): Step {
  const isMismatch = outcome.why === 'mismatch';
  if (attempt.state !== 'SENT') return isMismatch ? { do: 'flag', reason: 'AMOUNT_MISMATCH' } : NOTHING;
  const columns: Columns = {
    ...codesOf(outcome),
    outcome: 'UNKNOWN',
    // One charge per mandate until it is known; other mandates of the customer may go on.
    customerFence: null,
    nextCheckAt: firstCheckAt(attempt.sentAt ?? attempt.createdAt, outcome.lookAt),
    ...(isMismatch && { needsOperator: true, operatorReason: 'AMOUNT_MISMATCH' as const }),
  };
  return { do: 'move', to: 'UNKNOWN', columns };
}

function close(attempt: PaymentAttempt, columns: Columns, now: Date): Step {
  if (attempt.state !== 'CREATED' && !isOpen(attempt)) return NOTHING;
  return { do: 'move', to: 'NOT_CHARGED', columns: { ...FREE, ...resolved(attempt, now), ...columns } };
}

/** The provider's own words, cut to the width of their columns. */
function codesOf({ codes }: { codes?: RawCodes }): Columns {
  if (!codes) return {};
  return {
    providerCode: codes.code.slice(0, 64),
    providerMessage: codes.message === undefined ? null : redactText(codes.message).slice(0, 300),
  };
}
