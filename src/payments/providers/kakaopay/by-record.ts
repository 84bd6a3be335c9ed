import type { Clock } from '../../../platform/clock.ts';
import type {
  ChargeOutcome,
  CompleteCheckout,
  LookupOutcome,
  NotCompleted,
  PaymentProvider,
  RefundOutcome,
  RefundRequest,
} from '../../provider.ts';
import { undecided, type LookUp } from '../verdict.ts';
import { judgeByRecord } from './read-charge.ts';
import { judgeRefundByRecord } from './read-refund.ts';

/** For the codes that say "not again": one lookup, and what the provider's own record says counts. */
export function recordJudge(lookup: PaymentProvider['lookup'], clock: Clock) {
  const ask = ({ attemptId, merchantCode, requestId }: Asked, tid: string): Promise<LookupOutcome> =>
    lookup({ attemptId, merchantCode, providerPaymentId: tid, ...(requestId !== undefined && { requestId }) });

  return {
    async ofCheckout(request: CompleteCheckout, lookUp: LookUp): Promise<ChargeOutcome | NotCompleted> {
      const found = await ask(request, request.sessionId);
      const now = clock.now();
      return found.kind === 'found' ? judgeByRecord(found, { request, lookUp, now }) : undecided(now, lookUp);
    },
    async ofRefund(request: RefundRequest, lookUp: LookUp): Promise<RefundOutcome> {
      const found = await ask(request, request.providerPaymentId);
      const now = clock.now();
      return found.kind === 'found' ? judgeRefundByRecord(found, { request, lookUp, now }) : undecided(now, lookUp);
    },
  };
}

type Asked = Pick<CompleteCheckout, 'attemptId' | 'merchantCode' | 'requestId'>;
