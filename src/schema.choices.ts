/** The enumerations that the API and the database share; one list each, in upper case. */
export const CATEGORY_CODES = [
  'EYE',
  'BONE',
  'BRAIN',
  'INTESTINE',
  'LIVER',
  'SKIN',
  'ANTIOXIDANT',
  'FATIGUE',
  'ETC',
] as const;
export const ITEM_SORTS = [
  'SALES',
  'PRICE_H',
  'PRICE_L',
  'DISCOUNT_RATE_H',
  'DISCOUNT_RATE_L',
  'REVIEW_COUNT',
] as const;
export const ROLES = ['USER', 'ADMIN'] as const;
export const USER_STATUSES = ['ACTIVE', 'SUSPENDED', 'WITHDRAWN'] as const;
export const IDENTITY_PROVIDERS = ['GOOGLE', 'KAKAO', 'NAVER'] as const;
export const SESSION_REVOKE_REASONS = [
  'LOGOUT',
  'USER_REVOKED',
  'REUSE_DETECTED',
  'PASSWORD_CHANGED',
  'ROLE_CHANGED',
  'SUSPENDED',
  'WITHDRAWN',
] as const;
export const ITEM_STATUSES = ['ON_SALE', 'SOLD_OUT', 'HIDDEN'] as const;
export const REVIEW_STATUSES = ['ACTIVE', 'HIDDEN', 'DELETED'] as const;
export const REVIEW_SORTS = ['NEWEST', 'OLDEST', 'STAR_L', 'STAR_H'] as const;
export const ORDER_KINDS = ['ONE_OFF', 'SUBSCRIPTION', 'RENEWAL'] as const;
export const ORDER_STATUSES = [
  'PENDING_PAYMENT',
  'PAID',
  'PARTIALLY_REFUNDED',
  'REFUNDED',
  'PAYMENT_FAILED',
  'EXPIRED',
  'CANCELLED',
] as const;
export const PAYMENT_PROVIDERS = ['KAKAOPAY', 'TOSS'] as const;
export const ATTEMPT_PURPOSES = ['ORDER', 'SUBSCRIPTION_START', 'RENEWAL', 'MANDATE_UPDATE'] as const;
export const ATTEMPT_STATES = ['CREATED', 'SENT', 'APPROVED', 'DECLINED', 'UNKNOWN', 'NOT_CHARGED'] as const;
export const ATTEMPT_OUTCOMES = [
  'APPROVED',
  'DECLINED_SOFT',
  'DECLINED_HARD',
  'UNKNOWN',
  'PROVIDER_DOWN',
  'CONFIG_REJECTED',
] as const;
export const CLOSE_REASONS = [
  'USER_CANCELLED',
  'PROVIDER_REFUSED',
  'WINDOW_EXPIRED',
  'SUPERSEDED',
  'ORDER_CLOSED',
  'PROVIDER_DOWN',
  'CONFIG_REJECTED',
  'RESOLVED_NOT_CHARGED',
  'REFUNDED_OUTSIDE',
] as const;
export const REASON_GROUPS = [
  'INSUFFICIENT_FUNDS',
  'LIMIT',
  'ISSUER_TEMPORARY',
  'EXPIRED_METHOD',
  'LOST_OR_STOLEN',
  'CLOSED_ACCOUNT',
  'MANDATE_INACTIVE',
  'AUTHENTICATION_NEEDED',
  'FRAUD',
  'GENERIC',
] as const;
export const OPERATOR_REASONS = [
  'UNKNOWN_UNRESOLVED',
  'AMOUNT_MISMATCH',
  'DUPLICATE_APPROVAL',
  'REFERENCE_MISSING',
  'CONFIG_REJECTED',
] as const;
/** Who changed something: in histories and in the audit log. */
export const ACTORS = ['CUSTOMER', 'ADMIN', 'SYSTEM', 'SERVICE', 'PROVIDER'] as const;
export const MANDATE_STATUSES = ['ACTIVE', 'DEACTIVATING', 'INACTIVE'] as const;
export const REFUND_STATUSES = [
  'REQUESTED',
  'PENDING',
  'SENT',
  'SUCCEEDED',
  'FAILED',
  'UNKNOWN',
  'REJECTED',
  'WITHDRAWN',
] as const;
export const REFUND_REASON_CODES = [
  'CHANGED_MIND',
  'DEFECTIVE',
  'WRONG_ITEM',
  'LATE',
  'DUPLICATE_PAYMENT',
  'OTHER',
] as const;
export const OUTBOX_STATUSES = ['PENDING', 'IN_FLIGHT', 'DONE', 'DEAD', 'DISCARDED'] as const;
export const SUBSCRIPTION_STATUSES = ['ACTIVE', 'PAST_DUE', 'PAUSED', 'CANCELLED'] as const;
/** Why a subscription ended. */
export const CANCEL_REASONS = ['CUSTOMER', 'PAYMENT_FAILED', 'MANDATE_REVOKED', 'ADMIN'] as const;
export const CYCLE_STATUSES = ['OPEN', 'PAID', 'SKIPPED', 'FAILED'] as const;
export const CYCLE_HOLDS = ['NEW_METHOD', 'PAUSED'] as const;
export const CYCLE_CLOSE_REASONS = [
  'PAID',
  'CUSTOMER_SKIP',
  'SYSTEM_SKIP',
  'CANCELLED',
  'LADDER_ENDED',
  'MANDATE_REVOKED',
] as const;

export type Role = (typeof ROLES)[number];
export type SessionRevokeReason = (typeof SESSION_REVOKE_REASONS)[number];
export type IdentityProviderName = (typeof IDENTITY_PROVIDERS)[number];
export type CategoryCode = (typeof CATEGORY_CODES)[number];
export type ReviewSort = (typeof REVIEW_SORTS)[number];
export type ItemSort = (typeof ITEM_SORTS)[number];
export type PaymentProviderName = (typeof PAYMENT_PROVIDERS)[number];
export type AttemptPurpose = (typeof ATTEMPT_PURPOSES)[number];
export type AttemptState = (typeof ATTEMPT_STATES)[number];
export type CloseReason = (typeof CLOSE_REASONS)[number];
export type ReasonGroup = (typeof REASON_GROUPS)[number];
export type OperatorReason = (typeof OPERATOR_REASONS)[number];
export type Actor = (typeof ACTORS)[number];
export type RefundStatus = (typeof REFUND_STATUSES)[number];
export type RefundReasonCode = (typeof REFUND_REASON_CODES)[number];
export type CancelReason = (typeof CANCEL_REASONS)[number];
export type OutboxStatus = (typeof OUTBOX_STATUSES)[number];
