import { z } from 'zod';
import {
  ACTORS,
  ATTEMPT_OUTCOMES,
  ATTEMPT_PURPOSES,
  ATTEMPT_STATES,
  CLOSE_REASONS,
  MANDATE_STATUSES,
  OPERATOR_REASONS,
  ORDER_STATUSES,
  PAYMENT_PROVIDERS,
  REASON_GROUPS,
  REFUND_STATUSES,
  SUBSCRIPTION_STATUSES,
} from '../../schema.ts';

const won = z.int().min(0);
const time = z.string();

/** An attempt in a list; moments in the shop's zone, amounts in won. */
export const PaymentSummary = z.strictObject({
  attemptId: z.string(),
  purpose: z.enum(ATTEMPT_PURPOSES),
  state: z.enum(ATTEMPT_STATES),
  provider: z.enum(PAYMENT_PROVIDERS),
  amount: won,
  title: z.string(),
  needsOperator: z.boolean(),
  operatorReason: z.enum(OPERATOR_REASONS).nullable(),
  proposal: z.enum(['APPROVED', 'NOT_CHARGED']).nullable(),
  createdAt: time,
  sentAt: time.nullable(),
  nextCheckAt: time.nullable(),
  checkCount: won,
});

export const PaymentDetail = PaymentSummary.extend({
  attemptNumber: won,
  orderRef: z.string(),
  merchantCode: z.string(),
  outcome: z.enum(ATTEMPT_OUTCOMES).nullable(),
  reasonGroup: z.enum(REASON_GROUPS).nullable(),
  closeReason: z.enum(CLOSE_REASONS).nullable(),
  providerCode: z.string().nullable(),
  providerMessage: z.string().nullable(),
  providerSessionId: z.string().nullable(),
  providerPaymentId: z.string().nullable(),
  providerApprovalId: z.string().nullable(),
  methodLabel: z.string().nullable(),
  sessionExpiresAt: time.nullable(),
  witnessBaseline: time.nullable(),
  approvedAt: time.nullable(),
  resolvedAt: time.nullable(),
  cycle: won.nullable(),
  runId: z.string().nullable(),
  requestId: z.string().nullable(),
});

const HistoryEntry = z.strictObject({
  at: time,
  from: z.enum(ATTEMPT_STATES).nullable(),
  to: z.enum(ATTEMPT_STATES),
  actor: z.enum(ACTORS),
  note: z.string().nullable(),
  evidence: z.record(z.string(), z.unknown()).nullable(),
});

/** The document `pillivery payments list --json` prints; fields are only ever added within a version. */
export const PaymentsDocument = z.strictObject({
  schema: z.literal('pillivery.payments/1'),
  payments: z.array(PaymentSummary),
});

/** The document of one payment: `pillivery payments show --json`, and what the actions answer with. */
export const PaymentDocument = z.strictObject({
  schema: z.literal('pillivery.payment/1'),
  payment: PaymentDetail,
  order: z
    .strictObject({ orderId: z.string(), number: z.string(), status: z.enum(ORDER_STATUSES), payAmount: won })
    .nullable(),
  subscription: z
    .strictObject({
      subscriptionId: z.string(),
      status: z.enum(SUBSCRIPTION_STATUSES),
      itemName: z.string(),
      nextBillingOn: z.string().nullable(),
    })
    .nullable(),
  mandate: z
    .strictObject({
      label: z.string().nullable(),
      status: z.enum(MANDATE_STATUSES),
      lastApprovedAt: time.nullable(),
    })
    .nullable(),
  refunds: z.array(
    z.strictObject({ refundId: z.string(), amount: won, status: z.enum(REFUND_STATUSES), createdAt: time }),
  ),
  history: z.array(HistoryEntry),
  /** What can be done next, in one sentence. */
  next: z.string(),
  /** Only after a lookup: what the provider said, and whether the books changed by it. */
  lookup: z.strictObject({ applied: z.boolean(), provider: z.record(z.string(), z.unknown()) }).optional(),
});

export type PaymentsDocument = z.infer<typeof PaymentsDocument>;
export type PaymentDocument = z.infer<typeof PaymentDocument>;
