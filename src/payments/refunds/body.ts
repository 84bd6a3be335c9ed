import type { Refund } from '../../schema.ts';

/** The document of one refund, as `pillivery payments refund --json` prints it. */
export const toRefundDocument = (refund: Refund) => ({
  schema: 'pillivery.payments-refund/1' as const,
  refundId: refund.publicId,
  orderId: refund.orderId,
  status: refund.status,
  amount: refund.amount,
  reasonCode: refund.reasonCode,
  reasonText: refund.reasonText,
  requestedBy: refund.requestedBy,
  cancelSubscriptions: refund.cancelSubscriptions,
  createdAt: refund.createdAt.toISOString(),
  completedAt: refund.completedAt?.toISOString() ?? null,
  failure: refund.failure,
});

/** One line for a person. */
export const describeRefund = ({ publicId, amount, status }: Refund): string =>
  `refund ${publicId} of ${amount} won is ${status}${status === 'PENDING' ? '; a running server sends it' : ''}`;
