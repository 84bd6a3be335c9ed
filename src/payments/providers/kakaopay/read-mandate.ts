import type { DeactivateOutcome, MandateRef, MandateStatusOutcome } from '../../provider.ts';
import { doubt, isFault, nothingHappened, undecided, type Verdict } from '../verdict.ts';
import { InactiveAnswer, StatusAnswer } from './shapes.ts';

type Deactivated = Extract<DeactivateOutcome, { kind: 'deactivated' }>;
type Status = Extract<MandateStatusOutcome, { kind: 'status' }>;

const isOf = (answer: { cid: string; sid: string }, mandate: MandateRef): boolean =>
  answer.sid === mandate.token && answer.cid === mandate.merchantCode;

export const readInactive =
  (mandate: MandateRef) =>
  (body: unknown, now: Date): Deactivated | Verdict => {
    const { success, data } = InactiveAnswer.safeParse(body);
    if (!success) return doubt(now, { why: 'unparsable' });
    if (!isOf(data, mandate)) return doubt(now, { why: 'mismatch' });
    return { kind: 'deactivated', ...(data.inactivated_at && { at: data.inactivated_at }) };
  };

export function concludeInactive(verdict: Deactivated | Verdict, now: Date): DeactivateOutcome {
  if (isGone(verdict)) return { kind: 'already' };
  switch (verdict.kind) {
    case 'look_up':
      return undecided(now, verdict);
    case 'declined_soft':
    case 'declined_hard':
    case 'not_completed':
      // No money was asked for, so a refusal of money is no answer to this call.
      return doubt(now, { why: 'unlisted_code', ...(verdict.codes && { codes: verdict.codes }) });
    default:
      return verdict;
  }
}

/** No such SID, or one that is inactive. */
const isGone = (verdict: { kind: string } | Verdict): boolean =>
  'group' in verdict && verdict.group === 'MANDATE_INACTIVE';

export const readStatus =
  (mandate: MandateRef) =>
  (body: unknown, now: Date): Status | Verdict => {
    const { success, data } = StatusAnswer.safeParse(body);
    if (!success) return doubt(now, { why: 'unparsable' });
    if (!isOf(data, mandate)) return doubt(now, { why: 'mismatch' });
    const { last_approved_at: lastApprovedAt } = data;
    return { kind: 'status', status: statusOf(data), ...(lastApprovedAt && { lastApprovedAt }) };
  };

function statusOf({ status, available }: StatusAnswer): Status['status'] {
  if (status === 'INACTIVE') return 'inactive';
  return status === 'ACTIVE' && available !== false ? 'active' : 'unknown';
}

export function concludeStatus(verdict: Status | Verdict): MandateStatusOutcome {
  if (isGone(verdict)) return { kind: 'status', status: 'inactive' };
  switch (verdict.kind) {
    case 'status':
    case 'provider_down':
    case 'rejected_by_config':
      return verdict;
    case 'unknown':
      return isFault(verdict) ? nothingHappened(verdict) : { kind: 'status', status: 'unknown' };
    default:
      return { kind: 'status', status: 'unknown' };
  }
}
