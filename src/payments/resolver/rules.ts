import type { OperatorReason, PaymentAttempt } from '../../schema.ts';
import { orderRefOf } from '../ledger/attempts.ts';
import type { Approved, Capabilities, Found, LookupOutcome } from '../provider.ts';
import type { Outcome } from '../ledger/rules.ts';

/** What was seen of an attempt, and all that is needed to judge it. */
export interface Look {
  attempt: PaymentAttempt;
  found: LookupOutcome;
  capabilities: Capabilities;
  now: Date;
  /** Another charge was sent on the mandate since; what its status says may be that one's doing. */
  chargedSince: boolean;
  /** Won that our own refunds gave back, or may have. */
  refundedByUs: number;
}

/** What a look comes to. */
export type Verdict =
  /** The provider's word, or a witness that may be booked. With `alarm` a person looks at it all the same. */
  | { do: 'settle'; outcome: Outcome; note: string; alarm?: OperatorReason }
  /** Only a person may book it. */
  | { do: 'propose'; proposal: Proposal; note: string }
  | { do: 'wait' };

export type Proposal = NonNullable<PaymentAttempt['proposal']>;

const WAIT: Verdict = { do: 'wait' };

/** Decides what a look at the provider proves about an attempt. */
export function judge(look: Look): Verdict {
  switch (look.found.kind) {
    case 'found':
      return judgeRecord(look, look.found);
    case 'absent':
      return notCharged('the provider knows of no such payment');
    case 'witnessed':
      return judgeWitness(look, look.found);
    case 'inconclusive':
    case 'provider_down':
      return WAIT;
  }
}

function judgeRecord(look: Look, found: Found): Verdict {
  const { attempt } = look;
  if (!isOf(attempt, found)) return mistrust(look, 'the provider knows it by other ids than we do');
  switch (found.state) {
    case 'paid':
    case 'refunded':
      return paid(look, found);
    case 'issued':
      return issued(look);
    case 'not_charged':
      return found.decline ? settled(found.decline, 'declined, by the provider’s record') : notCharged(STATUS);
    case 'in_progress':
      return isTooLate(look) ? notCharged('it was never completed, and its window is over') : WAIT;
  }
}

const STATUS = 'by its status at the provider';

const isOf = (attempt: PaymentAttempt, found: Found): boolean =>
  found.attemptId === orderRefOf(attempt) &&
  found.customerRef === attempt.customerRef &&
  found.merchantCode === attempt.merchantCode &&
  (attempt.providerPaymentId === null || found.paymentId === attempt.providerPaymentId);

function paid(look: Look, found: Found): Verdict {
  const { attempt, now, refundedByUs } = look;
  const { paymentId, amounts, method, refunded } = found;
  if (amounts.total !== attempt.amount) return mistrust(look, 'the provider took another amount');
  // A mandate that came without a charge came with its token, and the token came with the answer that was lost.
  if (attempt.purpose === 'MANDATE_UPDATE') return issued(look);
  const approvedAt = found.approvedAt ?? attempt.sentAt ?? now;
  const outcome: Approved = { kind: 'approved', paymentId, approvedAt, amounts, ...(method && { method }) };
  if (refunded <= refundedByUs) return settled(outcome, 'paid, by the provider’s record');
  const note = `paid, and ${refunded - refundedByUs} won were given back outside our books`;
  return { ...settled(outcome, note), alarm: 'AMOUNT_MISMATCH' };
}

const issued = (look: Look): Verdict =>
  look.attempt.purpose === 'MANDATE_UPDATE'
    ? notCharged('the mandate was issued, and its token was lost with the answer')
    : mistrust(look, 'a mandate was issued where a payment was asked for');

/** Stays in doubt and is a person's; said once, however often it is seen again. */
function mistrust({ attempt, now }: Look, note: string): Verdict {
  if (attempt.needsOperator && attempt.operatorReason === 'AMOUNT_MISMATCH') return WAIT;
  return settled({ kind: 'unknown', why: 'mismatch', answered: true, lookAt: now }, note);
}

const FINDINGS = { moved: 'APPROVED', unmoved: 'NOT_CHARGED' } as const satisfies Record<string, Proposal>;

/** What may be done with a witness alone. A stranger's charge on the mandate would look like ours: hence the choice. */
const POLICY = {
  off: { moved: 'nothing', unmoved: 'nothing' },
  suggest: { moved: 'propose', unmoved: 'propose' },
  approve: { moved: 'book', unmoved: 'propose' },
  auto: { moved: 'book', unmoved: 'book' },
} as const satisfies Record<Capabilities['witness'], Record<keyof typeof FINDINGS, 'nothing' | 'propose' | 'book'>>;

type Witnessed = Extract<LookupOutcome, { kind: 'witnessed' }>;

function judgeWitness(look: Look, { moved, lastApprovedAt }: Witnessed): Verdict {
  if (look.chargedSince || (!moved && !isTooLate(look))) return WAIT;
  const finding = moved ? 'moved' : 'unmoved';
  const note = moved
    ? 'the mandate’s last approval moved after the charge was sent'
    : 'the mandate’s last approval has not moved since the charge was sent';
  const action = POLICY[look.capabilities.witness][finding];
  if (action === 'propose') return { do: 'propose', proposal: FINDINGS[finding], note };
  if (action === 'nothing') return WAIT;
  return moved ? settled(witnessedApproval(look, lastApprovedAt), note) : notCharged(note);
}

/** Without a payment id: nobody knows it, so that nothing can be refunded until a person finds it. */
function witnessedApproval({ attempt, now }: Look, lastApprovedAt: Date | undefined): Approved {
  const { amount: total, taxFreeAmount: taxFree, sentAt } = attempt;
  return { kind: 'approved', approvedAt: lastApprovedAt ?? sentAt ?? now, amounts: { total, taxFree } };
}

/** Whether it is too late for a charge that left no trace, or a checkout that is still open, to come true. */
function isTooLate({ attempt, capabilities, now }: Look): boolean {
  const { sentAt, createdAt, sessionExpiresAt } = attempt;
  const age = now.getTime() - (sentAt ?? createdAt).getTime();
  return age >= capabilities.notChargedAfterMs && (sessionExpiresAt === null || sessionExpiresAt <= now);
}

const settled = (outcome: Outcome, note: string): Extract<Verdict, { do: 'settle' }> => ({
  do: 'settle',
  outcome,
  note,
});

const notCharged = (note: string): Verdict => settled({ kind: 'not_charged', reason: 'RESOLVED_NOT_CHARGED' }, note);
