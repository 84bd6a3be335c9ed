import { z } from 'zod';
import { withOffset } from '../platform/calendar.ts';
import {
  ATTEMPT_PURPOSES,
  ATTEMPT_STATES,
  CLOSE_REASONS,
  PAYMENT_PROVIDERS,
  REASON_GROUPS,
  type PaymentAttempt,
} from '../schema.ts';
import { RESULTS, type CheckoutResult } from './checkout/complete-checkout.ts';

export const Checkout = z
  .object({
    attemptId: z.string(),
    attemptNumber: z.int(),
    purpose: z.enum(ATTEMPT_PURPOSES),
    state: z.enum(ATTEMPT_STATES),
    provider: z.enum(PAYMENT_PROVIDERS),
    amount: z.int(),
    expiresAt: z.string(),
    action: z.object({
      type: z.literal('REDIRECT'),
      pcUrl: z.string(),
      mobileUrl: z.string().optional(),
      appUrl: z.string().optional(),
    }),
  })
  .meta({ id: 'Checkout' });

export const Attempt = z
  .object({
    attemptId: z.string(),
    attemptNumber: z.int(),
    purpose: z.enum(ATTEMPT_PURPOSES),
    state: z.enum(ATTEMPT_STATES),
    provider: z.enum(PAYMENT_PROVIDERS),
    amount: z.int(),
    methodLabel: z.string().nullable(),
    reasonGroup: z.enum(REASON_GROUPS).nullable(),
    closeReason: z.enum(CLOSE_REASONS).nullable(),
    createdAt: z.string(),
    approvedAt: z.string().nullable(),
    orderId: z.string().nullable(),
    subscriptionId: z.string().nullable(),
    cycle: z.int().nullable(),
  })
  .meta({ id: 'PaymentAttempt' });

export const ReturnResult = z
  .object({
    attemptId: z.string(),
    orderNumber: z.string().optional(),
    result: z.enum(['approved', 'declined', 'pending', 'closed', 'cancelled', 'failed']),
    amount: z.int(),
    approvedAt: z.string().nullable(),
  })
  .meta({ id: 'CheckoutResult' });

export function toCheckout(attempt: PaymentAttempt, timeZone: string): z.infer<typeof Checkout> {
  if (!attempt.checkout || !attempt.sessionExpiresAt) throw new Error('Bug: a checkout without its session.');
  const { publicId, attemptNumber, purpose, state, provider, amount, checkout } = attempt;
  const expiresAt = withOffset(timeZone, attempt.sessionExpiresAt);
  return { attemptId: publicId, attemptNumber, purpose, state, provider, amount, expiresAt, action: checkout };
}

export const toAttempt = (attempt: PaymentAttempt, timeZone: string): z.infer<typeof Attempt> => ({
  attemptId: attempt.publicId,
  attemptNumber: attempt.attemptNumber,
  purpose: attempt.purpose,
  state: attempt.state,
  provider: attempt.provider,
  amount: attempt.amount,
  methodLabel: attempt.methodLabel,
  reasonGroup: attempt.reasonGroup,
  closeReason: attempt.closeReason,
  createdAt: withOffset(timeZone, attempt.createdAt),
  approvedAt: attempt.approvedAt && withOffset(timeZone, attempt.approvedAt),
  orderId: attempt.orderId,
  subscriptionId: attempt.subscriptionId,
  cycle: attempt.cycle,
});

/** Result, amount and order number: all that the bearer of an attempt id may know. */
export const toReturnResult = (
  { attempt, orderNumber }: CheckoutResult,
  timeZone: string,
  result: z.infer<typeof ReturnResult>['result'] = RESULTS[attempt.state],
): z.infer<typeof ReturnResult> => ({
  attemptId: attempt.publicId,
  ...(orderNumber !== undefined && { orderNumber }),
  result,
  amount: attempt.amount,
  approvedAt: attempt.approvedAt && withOffset(timeZone, attempt.approvedAt),
});
