import { and, eq } from '../../platform/database/sql.ts';
import { isDuplicateKey } from '../../platform/database/index.ts';
import { InvalidInput, Refused } from '../../platform/errors.ts';
import type { PaymentAttempt, Transaction } from '../../schema.ts';
import { act, wordOf, type OperatorRequest } from './act.ts';
import { checkReference, referenceTaken, wrongState } from './refusals.ts';
import type { Approved } from '../provider.ts';
import type { Outcome } from '../ledger/rules.ts';
import { settleIn, type SettlingApp } from '../ledger/settle.ts';

/** What a person has found out about a payment in doubt. */
export type Resolution =
  /** It was charged; without a payment id it cannot be refunded until one is attached. */
  | { result: 'APPROVED'; providerPaymentId?: string | undefined; approvedAt?: Date | undefined }
  | { result: 'NOT_CHARGED' }
  /** It was charged and given back without our books: nothing is paid, nothing is owed. */
  | { result: 'REFUNDED_OUTSIDE' };

interface SpokenResolution {
  as: 'approved' | 'not-charged' | 'refunded-outside';
  reference?: string | undefined;
  /** ISO 8601 with its zone. */
  approvedAt?: string | undefined;
}

const SPOKEN = { approved: 'APPROVED', 'not-charged': 'NOT_CHARGED', 'refunded-outside': 'REFUNDED_OUTSIDE' } as const;

/** A resolution in a command's words. Throws `InvalidInput` for facts of an approval about something else. */
export function resolutionOf({ as, reference, approvedAt }: SpokenResolution): Resolution {
  const result = SPOKEN[as];
  if (result === 'APPROVED') {
    return { result, providerPaymentId: reference, approvedAt: approvedAt ? new Date(approvedAt) : undefined };
  }
  if (reference === undefined && approvedAt === undefined) return { result };
  throw new InvalidInput(
    'RESOLUTION_INVALID',
    'A payment id and a time of approval belong to an approved payment only.',
  );
}

export type ResolveAttempt = OperatorRequest & { resolution: Resolution };

/** A charge may come true this long after it was sent: bank transactions stay open for about 20 minutes. */
const SETTLES_WITHIN_MS = 30 * 60_000;
/** By how much the provider's clock may be ahead of ours. */
const CLOCK_SLACK_MS = 2 * 60_000;

/**
 * A person decides what became of an UNKNOWN attempt; it is settled or released exactly as by an answer of the provider.
 * Throws `Conflict` for any other state or a payment id that another attempt has, `Refused` for "not charged" while the
 * charge may still come true.
 */
export async function resolveAttempt(app: SettlingApp, request: ResolveAttempt): Promise<PaymentAttempt> {
  const { resolution } = request;
  const reference = resolution.result === 'APPROVED' ? resolution.providerPaymentId : undefined;
  checkReference(reference);
  try {
    return await act(app, { ...request, action: 'payment.resolve' }, async (tx, current) => {
      refuseUnlessUnknown(current);
      const outcome = outcomeOf(app, current, resolution);
      await settleIn(tx, app, current, outcome, wordOf(request));
      await quieten(tx, app, current);
    });
  } catch (error) {
    throw reference !== undefined && isDuplicateKey(error) ? referenceTaken() : error;
  }
}

function refuseUnlessUnknown(attempt: PaymentAttempt): void {
  if (attempt.state === 'UNKNOWN') return;
  throw wrongState(attempt, `Only a payment in doubt can be resolved; this one is ${attempt.state}.`);
}

function outcomeOf(app: SettlingApp, attempt: PaymentAttempt, resolution: Resolution): Outcome {
  if (resolution.result === 'APPROVED') return approvalOf(app, attempt, resolution);
  if (resolution.result === 'REFUNDED_OUTSIDE') return { kind: 'not_charged', reason: 'REFUNDED_OUTSIDE' };
  const certainAt = new Date(sentAtOf(attempt).getTime() + SETTLES_WITHIN_MS);
  if (certainAt > app.clock.now()) {
    const message =
      'The charge was sent less than 30 minutes ago and may still come true; ask the provider, or wait until then.';
    throw new Refused('MAY_STILL_BE_CHARGED', message, { certainAt });
  }
  return { kind: 'not_charged', reason: 'RESOLVED_NOT_CHARGED' };
}

const sentAtOf = ({ sentAt, createdAt }: PaymentAttempt): Date => sentAt ?? createdAt;

function approvalOf(
  { clock }: SettlingApp,
  attempt: PaymentAttempt,
  { providerPaymentId: paymentId, approvedAt = sentAtOf(attempt) }: Extract<Resolution, { result: 'APPROVED' }>,
): Approved {
  const earliest = sentAtOf(attempt).getTime() - CLOCK_SLACK_MS;
  if (approvedAt.getTime() < earliest || approvedAt > clock.now()) {
    const fields = [{ field: 'approvedAt', reason: 'range' }];
    throw new InvalidInput('APPROVED_AT_INVALID', 'It was approved after it was sent, and not in the future.', {
      fields,
    });
  }
  const amounts = { total: attempt.amount, taxFree: attempt.taxFreeAmount };
  return { kind: 'approved', approvedAt, amounts, ...(paymentId !== undefined && { paymentId }) };
}

/** Who has resolved it has seen that the amounts differ; what the settlement itself found stays a person's. */
async function quieten(tx: Transaction, { database }: SettlingApp, attempt: PaymentAttempt): Promise<void> {
  const { paymentAttempts: t } = database.tables;
  if (attempt.operatorReason !== 'AMOUNT_MISMATCH') return;
  await tx
    .update(t)
    .set({ needsOperator: false, operatorReason: null })
    .where(and(eq(t.id, attempt.id), eq(t.operatorReason, 'AMOUNT_MISMATCH')));
}
