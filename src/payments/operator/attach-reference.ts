import { isDuplicateKey } from '../../platform/database/index.ts';
import type { PaymentAttempt } from '../../schema.ts';
import { act, wordOf, type OperatorRequest } from './act.ts';
import { checkReference, referenceTaken, wrongState } from './refusals.ts';
import type { Approved } from '../provider.ts';
import { settleIn, type SettlingApp } from '../ledger/settle.ts';

export type AttachReference = OperatorRequest & { providerPaymentId: string };

/**
 * Gives an approval that only a witness or a person vouched for the payment id it lacks, which makes refunds possible.
 * Throws `Conflict` when it has one, was not approved, or another attempt has this id.
 */
export async function attachReference(app: SettlingApp, request: AttachReference): Promise<PaymentAttempt> {
  checkReference(request.providerPaymentId);
  try {
    return await act(app, { ...request, action: 'payment.attach_reference' }, async (tx, current) => {
      await settleIn(tx, app, current, withReference(current, request.providerPaymentId), wordOf(request));
    });
  } catch (error) {
    throw isDuplicateKey(error) ? referenceTaken() : error;
  }
}

function withReference(attempt: PaymentAttempt, paymentId: string): Approved {
  const { state, providerPaymentId, approvedAt, amount: total, taxFreeAmount: taxFree } = attempt;
  if (state !== 'APPROVED' || approvedAt === null) {
    throw wrongState(attempt, `Only an approved payment takes a payment id; this one is ${state}.`);
  }
  if (providerPaymentId !== null) throw wrongState(attempt, 'This payment has its payment id already.');
  return { kind: 'approved', paymentId, approvedAt, amounts: { total, taxFree } };
}
