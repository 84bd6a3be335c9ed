import { sql } from 'drizzle-orm';
import type { InferSelectModel } from 'drizzle-orm';
import type {
  Database as AnyDatabase,
  Kit,
  Queries as AnyQueries,
  Transaction as AnyTransaction,
} from './platform/database/index.ts';

/** The enumerations the API and the database share; one list each, in upper case. */
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
export const ORDER_KINDS = ['ONE_OFF', 'SUBSCRIPTION', 'RENEWAL'] as const;
export const ORDER_STATUSES = ['PENDING_PAYMENT', 'PAID', 'PAYMENT_FAILED', 'EXPIRED', 'CANCELLED'] as const;
export const PAYMENT_PROVIDERS = ['KAKAOPAY', 'TOSS'] as const;
export const ATTEMPT_PURPOSES = ['ORDER', 'SUBSCRIPTION_START', 'RENEWAL'] as const;
export const ATTEMPT_STATES = ['CREATED', 'SENT', 'APPROVED', 'DECLINED', 'UNKNOWN', 'NOT_CHARGED'] as const;
const ATTEMPT_OUTCOMES = [
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
const OPERATOR_REASONS = ['AMOUNT_MISMATCH', 'DUPLICATE_APPROVAL', 'CONFIG_REJECTED'] as const;
export const SUBSCRIPTION_STATUSES = ['ACTIVE', 'PAST_DUE', 'PAUSED', 'CANCELLED'] as const;
export const CYCLE_STATUSES = ['OPEN', 'PAID', 'SKIPPED', 'FAILED'] as const;

/** Every table, once. Foreign keys hold inside an aggregate; between aggregates ids are plain and indexed. */
export function defineTables(kit: Kit) {
  const created = () => kit.instant().notNull();

  /** Where a parcel goes; copied, so that a later change of address leaves old orders as they were. */
  const receiver = () => ({
    receiverName: kit.string(30).notNull(),
    receiverPhone: kit.string(11).notNull(),
    receiverZip: kit.string(5),
    receiverCity: kit.string(100).notNull(),
    receiverDetail: kit.string(200).notNull(),
    receiverMemo: kit.string(100),
  });

  const prices = () => ({
    originPrice: kit.won().notNull(),
    discountPermille: kit.count().notNull(),
    discountPrice: kit.won().notNull(),
    salePrice: kit.won().notNull(),
  });

  /** People with a password. `customer_ref` is what providers see of them, so that no id or e-mail leaves the house. */
  const users = kit.table(
    'users',
    {
      id: kit.id(),
      customerRef: kit.string(32).notNull(),
      email: kit.string(254),
      emailKey: kit.string(254),
      passwordHash: kit.string(255),
      displayName: kit.string(20),
      displayNameKey: kit.string(20),
      realName: kit.string(30),
      phone: kit.string(11),
      zipCode: kit.string(5),
      city: kit.string(100),
      detailAddress: kit.string(200),
      role: kit.choice('USER', 'ADMIN').notNull(),
      status: kit.choice('ACTIVE', 'SUSPENDED', 'WITHDRAWN').notNull(),
      createdAt: created(),
      updatedAt: created(),
    },
    (t) => [
      kit.uniqueIndex('users_customer_ref').on(t.customerRef),
      kit.uniqueIndex('users_email_key').on(t.emailKey),
      kit.uniqueIndex('users_display_name_key').on(t.displayNameKey),
      kit.uniqueIndex('users_phone').on(t.phone),
    ],
  );

  /** Things for sale. `listed` is status ≠ HIDDEN, kept as a column so that indexes can begin with it. */
  const items = kit.table(
    'items',
    {
      id: kit.id(),
      statementNumber: kit.string(40),
      brandName: kit.string(100).notNull(),
      name: kit.string(200).notNull(),
      categoryCodes: kit.string(120).notNull(),
      status: kit.choice('ON_SALE', 'SOLD_OUT', 'HIDDEN').notNull(),
      listed: kit.flag().notNull(),
      ...prices(),
      sales: kit.count().notNull(),
      thumbnail: kit.string(500),
      mainFunction: kit.text(),
      servingUse: kit.text(),
      precautions: kit.text(),
      shelfLife: kit.string(200),
      registeredOn: kit.day(),
      createdAt: created(),
      updatedAt: created(),
    },
    (t) => [
      kit.uniqueIndex('items_statement_number').on(t.statementNumber),
      kit.check('items_sale_price', sql`${t.salePrice} = ${t.originPrice} - ${t.discountPrice}`),
      kit.check('items_discount', sql`${t.discountPrice} >= 0 and ${t.discountPrice} <= ${t.originPrice}`),
    ],
  );

  /** One row per item and category: the list of a category is one walk of its index, best sellers first. */
  const itemCategories = kit.table(
    'item_categories',
    {
      itemId: kit
        .ref()
        .notNull()
        .references(() => items.id, { onDelete: 'cascade' }),
      code: kit.choice(...CATEGORY_CODES).notNull(),
      listed: kit.flag().notNull(),
      sales: kit.count().notNull(),
    },
    (t) => [
      kit.primaryKey({ columns: [t.code, t.itemId] }),
      kit.index('item_categories_item').on(t.itemId),
      kit.index('item_categories_sales').on(t.code, t.listed, t.sales, t.itemId),
    ],
  );

  /** One checkout. A renewal is an order of its own, born paid, one per subscription and cycle. */
  const orders = kit.table(
    'orders',
    {
      id: kit.id(),
      number: kit.string(24).notNull(),
      userId: kit.ref().notNull(),
      kind: kit.choice(...ORDER_KINDS).notNull(),
      recurring: kit.flag().notNull(),
      status: kit.choice(...ORDER_STATUSES).notNull(),
      title: kit.string(220).notNull(),
      thumbnail: kit.string(500),
      lineCount: kit.count().notNull(),
      totalItemCount: kit.count().notNull(),
      totalPrice: kit.won().notNull(),
      totalDiscount: kit.won().notNull(),
      payAmount: kit.won().notNull(),
      taxFreeAmount: kit.won().notNull(),
      ...receiver(),
      subscriptionId: kit.ref(),
      cycle: kit.count(),
      paidAttemptId: kit.ref(),
      expiresAt: kit.instant(),
      paidAt: kit.instant(),
      createdAt: created(),
      updatedAt: created(),
    },
    (t) => [
      kit.uniqueIndex('orders_number').on(t.number),
      kit.uniqueIndex('orders_paid_attempt').on(t.paidAttemptId),
      kit.uniqueIndex('orders_cycle').on(t.subscriptionId, t.cycle),
      kit.index('orders_user').on(t.userId, t.recurring, t.id),
      kit.check('orders_pay_amount', sql`${t.payAmount} = ${t.totalPrice} - ${t.totalDiscount}`),
    ],
  );

  /** What was ordered, as it was then: no view of a past order reads the item. */
  const orderLines = kit.table(
    'order_lines',
    {
      id: kit.id(),
      orderId: kit
        .ref()
        .notNull()
        .references(() => orders.id, { onDelete: 'cascade' }),
      itemId: kit.ref().notNull(),
      name: kit.string(200).notNull(),
      brandName: kit.string(100).notNull(),
      thumbnail: kit.string(500),
      categoryCodes: kit.string(120).notNull(),
      ...prices(),
      quantity: kit.count().notNull(),
      periodDays: kit.count(),
      subscriptionId: kit.ref(),
      createdAt: created(),
      updatedAt: created(),
    },
    (t) => [kit.uniqueIndex('order_lines_item').on(t.orderId, t.itemId)],
  );

  /** A provider's standing permission to charge. The token is encrypted; its hash lets equality be tested. */
  const mandates = kit.table(
    'mandates',
    {
      id: kit.id(),
      userId: kit.ref().notNull(),
      provider: kit.choice(...PAYMENT_PROVIDERS).notNull(),
      merchantCode: kit.string(20).notNull(),
      tokenCipher: kit.string(512).notNull(),
      tokenHash: kit.string(64).notNull(),
      customerRef: kit.string(32).notNull(),
      methodLabel: kit.string(60),
      status: kit.choice('ACTIVE', 'DEACTIVATING', 'INACTIVE').notNull(),
      originAttemptId: kit.ref().notNull(),
      lastApprovedAt: kit.instant(),
      createdAt: created(),
      updatedAt: created(),
    },
    (t) => [
      kit.uniqueIndex('mandates_token').on(t.provider, t.tokenHash),
      kit.uniqueIndex('mandates_origin').on(t.originAttemptId),
      kit.index('mandates_user').on(t.userId, t.status),
    ],
  );

  /** The agreement to deliver and charge one order line every `period_days`; one per line. */
  const subscriptions = kit.table(
    'subscriptions',
    {
      id: kit.id(),
      userId: kit.ref().notNull(),
      itemId: kit.ref().notNull(),
      originOrderId: kit.ref().notNull(),
      originLineId: kit.ref().notNull(),
      mandateId: kit.ref(),
      status: kit.choice(...SUBSCRIPTION_STATUSES).notNull(),
      itemName: kit.string(200).notNull(),
      brandName: kit.string(100).notNull(),
      categoryCodes: kit.string(120).notNull(),
      thumbnail: kit.string(500),
      quantity: kit.count().notNull(),
      unitOriginPrice: kit.won().notNull(),
      unitDiscountPermille: kit.count().notNull(),
      unitDiscountPrice: kit.won().notNull(),
      unitSalePrice: kit.won().notNull(),
      periodDays: kit.count().notNull(),
      lastBillingOn: kit.day().notNull(),
      nextBillingOn: kit.day(),
      /** The last closed cycle: the one to open is the next, and (subscription, cycle) is unique. */
      lastCycle: kit.count().notNull(),
      ...receiver(),
      startedAt: created(),
      createdAt: created(),
      updatedAt: created(),
    },
    (t) => [
      kit.uniqueIndex('subscriptions_line').on(t.originLineId),
      kit.index('subscriptions_due').on(t.status, t.nextBillingOn, t.id),
      kit.index('subscriptions_user').on(t.userId, t.id),
      kit.index('subscriptions_mandate').on(t.mandateId),
    ],
  );

  /**
   * The payment ledger: one try to move money. `live_key` admits one live try per order or cycle, `mandate_fence` and
   * `customer_fence` one charge at a time per mandate and customer, `idempotency_key` each numbered try once.
   */
  const paymentAttempts = kit.table(
    'payment_attempts',
    {
      id: kit.id(),
      publicId: kit.string(29).notNull(),
      purpose: kit.choice(...ATTEMPT_PURPOSES).notNull(),
      userId: kit.ref().notNull(),
      orderId: kit.ref(),
      subscriptionId: kit.ref(),
      cycle: kit.count(),
      attemptNumber: kit.count().notNull(),
      idempotencyKey: kit.string(80).notNull(),
      liveKey: kit.string(60),
      mandateFence: kit.ref(),
      customerFence: kit.string(60),
      provider: kit.choice(...PAYMENT_PROVIDERS).notNull(),
      merchantCode: kit.string(20).notNull(),
      mandateId: kit.ref(),
      customerRef: kit.string(32).notNull(),
      amount: kit.won().notNull(),
      taxFreeAmount: kit.won().notNull(),
      title: kit.string(220).notNull(),
      quantity: kit.count().notNull(),
      state: kit.choice(...ATTEMPT_STATES).notNull(),
      outcome: kit.choice(...ATTEMPT_OUTCOMES),
      reasonGroup: kit.choice(...REASON_GROUPS),
      closeReason: kit.choice(...CLOSE_REASONS),
      providerCode: kit.string(64),
      providerMessage: kit.string(300),
      providerSessionId: kit.string(100),
      providerPaymentId: kit.string(200),
      providerApprovalId: kit.string(100),
      methodLabel: kit.string(60),
      checkout: kit.json<CheckoutAction>(),
      sessionExpiresAt: kit.instant(),
      sentAt: kit.instant(),
      sentBy: kit.string(64),
      approvedAt: kit.instant(),
      needsOperator: kit.flag().notNull(),
      operatorReason: kit.choice(...OPERATOR_REASONS),
      /** When a SENT row counts as silent; the run moves it to UNKNOWN then. */
      nextCheckAt: kit.instant(),
      runId: kit.ref(),
      requestId: kit.string(64),
      createdAt: created(),
      updatedAt: created(),
    },
    (t) => [
      kit.uniqueIndex('payment_attempts_public').on(t.publicId),
      kit.uniqueIndex('payment_attempts_idempotency').on(t.idempotencyKey),
      kit.uniqueIndex('payment_attempts_live').on(t.liveKey),
      kit.uniqueIndex('payment_attempts_mandate_fence').on(t.mandateFence),
      kit.uniqueIndex('payment_attempts_customer_fence').on(t.customerFence),
      kit.uniqueIndex('payment_attempts_payment').on(t.provider, t.providerPaymentId),
      kit.index('payment_attempts_order').on(t.orderId, t.id),
      kit.index('payment_attempts_cycle').on(t.subscriptionId, t.cycle, t.attemptNumber),
      kit.index('payment_attempts_check').on(t.state, t.nextCheckAt, t.id),
      kit.index('payment_attempts_purpose').on(t.state, t.purpose, t.id),
      kit.index('payment_attempts_run').on(t.runId, t.state, t.id),
    ],
  );

  /** Every change of an attempt's state with its evidence; rows are never updated or deleted. */
  const paymentAttemptEvents = kit.table(
    'payment_attempt_events',
    {
      id: kit.id(),
      attemptId: kit
        .ref()
        .notNull()
        .references(() => paymentAttempts.id, { onDelete: 'cascade' }),
      fromState: kit.choice(...ATTEMPT_STATES),
      toState: kit.choice(...ATTEMPT_STATES).notNull(),
      actor: kit.choice('CUSTOMER', 'SYSTEM', 'PROVIDER').notNull(),
      note: kit.string(300),
      data: kit.json<Record<string, unknown>>(),
      createdAt: created(),
    },
    (t) => [kit.index('payment_attempt_events_attempt').on(t.attemptId, t.id)],
  );

  /** One billing date of the renewal job; `fence` counts its runners. */
  const billingRuns = kit.table(
    'billing_runs',
    {
      id: kit.id(),
      job: kit.string(20).notNull(),
      businessOn: kit.day().notNull(),
      status: kit.choice('RUNNING', 'INCOMPLETE', 'COMPLETED').notNull(),
      fence: kit.count().notNull(),
      startedAt: kit.instant().notNull(),
      completedAt: kit.instant(),
      report: kit.json<Record<string, unknown>>(),
      createdAt: created(),
      updatedAt: created(),
    },
    (t) => [kit.uniqueIndex('billing_runs_date').on(t.job, t.businessOn)],
  );

  /** One process that works on a run. Its lease saves work and makes reports true; money is guarded by the ledger. */
  const billingRunners = kit.table(
    'billing_runners',
    {
      id: kit.id(),
      runId: kit
        .ref()
        .notNull()
        .references(() => billingRuns.id, { onDelete: 'cascade' }),
      fence: kit.count().notNull(),
      host: kit.string(100).notNull(),
      pid: kit.count().notNull(),
      version: kit.string(40).notNull(),
      status: kit.choice('RUNNING', 'DRAINING', 'ENDED', 'LOST').notNull(),
      startedAt: kit.instant().notNull(),
      heartbeatAt: kit.instant().notNull(),
      leaseUntil: kit.instant().notNull(),
      exitCode: kit.count(),
      createdAt: created(),
      updatedAt: created(),
    },
    (t) => [
      kit.index('billing_runners_run').on(t.runId, t.status),
      kit.index('billing_runners_lease').on(t.status, t.leaseUntil),
    ],
  );

  /** One turn of a subscription: its amount is fixed when it opens, and it is paid at most once. */
  const billingCycles = kit.table(
    'billing_cycles',
    {
      id: kit.id(),
      subscriptionId: kit
        .ref()
        .notNull()
        .references(() => subscriptions.id, { onDelete: 'cascade' }),
      cycle: kit.count().notNull(),
      billingOn: kit.day().notNull(),
      status: kit.choice(...CYCLE_STATUSES).notNull(),
      liveAttemptId: kit.ref(),
      attempts: kit.count().notNull(),
      amount: kit.won().notNull(),
      taxFreeAmount: kit.won().notNull(),
      quantity: kit.count().notNull(),
      unitOriginPrice: kit.won().notNull(),
      unitDiscountPermille: kit.count().notNull(),
      unitDiscountPrice: kit.won().notNull(),
      unitSalePrice: kit.won().notNull(),
      firstTryOn: kit.day(),
      lastTryOn: kit.day(),
      reasonGroup: kit.choice(...REASON_GROUPS),
      paidAttemptId: kit.ref(),
      orderId: kit.ref(),
      periodsMissed: kit.count().notNull(),
      runId: kit.ref(),
      closedAt: kit.instant(),
      createdAt: created(),
      updatedAt: created(),
    },
    (t) => [
      kit.uniqueIndex('billing_cycles_cycle').on(t.subscriptionId, t.cycle),
      kit.index('billing_cycles_open').on(t.status, t.billingOn, t.id),
    ],
  );

  return {
    users,
    items,
    itemCategories,
    orders,
    orderLines,
    mandates,
    subscriptions,
    paymentAttempts,
    paymentAttemptEvents,
    billingRuns,
    billingRunners,
    billingCycles,
  };
}

/** Where the buyer goes to approve: a page of the provider. */
export interface CheckoutAction {
  type: 'REDIRECT';
  pcUrl: string;
  mobileUrl?: string;
  appUrl?: string;
}

export type Tables = ReturnType<typeof defineTables>;
export type Database = AnyDatabase<Tables>;
export type Transaction = AnyTransaction;
export type Queries = AnyQueries;

export type User = InferSelectModel<Tables['users']>;
export type Item = InferSelectModel<Tables['items']>;
export type Order = InferSelectModel<Tables['orders']>;
export type OrderLine = InferSelectModel<Tables['orderLines']>;
export type Mandate = InferSelectModel<Tables['mandates']>;
export type Subscription = InferSelectModel<Tables['subscriptions']>;
export type PaymentAttempt = InferSelectModel<Tables['paymentAttempts']>;
export type BillingCycle = InferSelectModel<Tables['billingCycles']>;

export type CategoryCode = (typeof CATEGORY_CODES)[number];
export type PaymentProviderName = (typeof PAYMENT_PROVIDERS)[number];
export type AttemptPurpose = (typeof ATTEMPT_PURPOSES)[number];
export type AttemptState = (typeof ATTEMPT_STATES)[number];
export type CloseReason = (typeof CLOSE_REASONS)[number];
export type ReasonGroup = (typeof REASON_GROUPS)[number];
