import { sql } from './platform/database/sql.ts';
import type { InferSelectModel } from './platform/database/sql.ts';
import type {
  Database as AnyDatabase,
  Kit,
  Queries as AnyQueries,
  Transaction as AnyTransaction,
} from './platform/database/index.ts';
import {
  ACTORS,
  ATTEMPT_OUTCOMES,
  ATTEMPT_PURPOSES,
  ATTEMPT_STATES,
  CANCEL_REASONS,
  CATEGORY_CODES,
  CLOSE_REASONS,
  CYCLE_CLOSE_REASONS,
  CYCLE_HOLDS,
  CYCLE_STATUSES,
  IDENTITY_PROVIDERS,
  MANDATE_STATUSES,
  ITEM_STATUSES,
  OPERATOR_REASONS,
  ORDER_KINDS,
  ORDER_STATUSES,
  OUTBOX_STATUSES,
  PAYMENT_PROVIDERS,
  REASON_GROUPS,
  REFUND_REASON_CODES,
  REFUND_STATUSES,
  ROLES,
  SESSION_REVOKE_REASONS,
  REVIEW_STATUSES,
  SUBSCRIPTION_STATUSES,
  USER_STATUSES,
} from './schema.choices.ts';

export * from './schema.choices.ts';

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

  /**
   * People. `customer_ref` is what providers see of them, so that no id or e-mail leaves the house. Whoever withdraws
   * leaves a row that says nothing: every key is null then, so the same person may come back as somebody new.
   */
  const users = kit.table(
    'users',
    {
      id: kit.id(),
      customerRef: kit.string(32).notNull(),
      email: kit.string(254),
      emailKey: kit.string(254),
      emailVerifiedAt: kit.instant(),
      passwordHash: kit.string(255),
      displayName: kit.string(20),
      displayNameKey: kit.string(20),
      realName: kit.string(30),
      phone: kit.string(11),
      zipCode: kit.string(5),
      city: kit.string(100),
      detailAddress: kit.string(200),
      role: kit.choice(...ROLES).notNull(),
      status: kit.choice(...USER_STATUSES).notNull(),
      withdrawnAt: kit.instant(),
      createdAt: created(),
      updatedAt: created(),
    },
    (t) => [
      kit.uniqueIndex('users_customer_ref').on(t.customerRef),
      kit.uniqueIndex('users_email_key').on(t.emailKey),
      kit.uniqueIndex('users_display_name_key').on(t.displayNameKey),
      kit.uniqueIndex('users_phone').on(t.phone),
      kit.index('users_status').on(t.status, t.id),
      kit.index('users_role').on(t.role, t.status, t.id),
    ],
  );

  /** Accounts elsewhere that log a user in. They are known by provider and subject, never by an e-mail address. */
  const identities = kit.table(
    'identities',
    {
      id: kit.id(),
      userId: kit
        .ref()
        .notNull()
        .references(() => users.id, { onDelete: 'cascade' }),
      provider: kit.choice(...IDENTITY_PROVIDERS).notNull(),
      subject: kit.string(128).notNull(),
      emailAtLink: kit.string(254),
      emailVerified: kit.flag().notNull(),
      linkedAt: kit.instant().notNull(),
      createdAt: created(),
    },
    (t) => [
      kit.uniqueIndex('identities_subject').on(t.provider, t.subject),
      kit.uniqueIndex('identities_user').on(t.userId, t.provider),
    ],
  );

  /**
   * Logins. Every request asks for the row behind its access token, so a revoked one is over at once, everywhere. Of the
   * refresh token only hashes are kept: the present one's, and that of the one before, which tells a race from a theft.
   */
  const sessions = kit.table(
    'sessions',
    {
      id: kit.string(32).primaryKey(),
      userId: kit
        .ref()
        .notNull()
        .references(() => users.id, { onDelete: 'cascade' }),
      refreshHash: kit.string(64).notNull(),
      previousHash: kit.string(64),
      rotatedAt: kit.instant().notNull(),
      /** When the user last proved who they are; refreshing proves nothing new. */
      authenticatedAt: kit.instant().notNull(),
      userAgent: kit.string(200),
      ip: kit.string(45),
      lastUsedAt: kit.instant().notNull(),
      expiresAt: kit.instant().notNull(),
      absoluteExpiresAt: kit.instant().notNull(),
      revokedAt: kit.instant(),
      revokeReason: kit.choice(...SESSION_REVOKE_REASONS),
      createdAt: created(),
      updatedAt: created(),
    },
    (t) => [
      kit.uniqueIndex('sessions_refresh').on(t.refreshHash),
      kit.uniqueIndex('sessions_previous').on(t.previousHash),
      kit.index('sessions_user').on(t.userId, t.revokedAt),
      kit.index('sessions_expiry').on(t.expiresAt),
    ],
  );

  /** Secrets that work once: whoever sets `used_at` first has used it. Only their hashes are here. */
  const oneTimeTokens = kit.table(
    'one_time_tokens',
    {
      tokenHash: kit.string(64).primaryKey(),
      purpose: kit.choice('PASSWORD_RESET', 'SIGNUP_TICKET').notNull(),
      userId: kit.ref(),
      expiresAt: kit.instant().notNull(),
      usedAt: kit.instant(),
      createdAt: created(),
    },
    (t) => [kit.index('one_time_tokens_expiry').on(t.expiresAt), kit.index('one_time_tokens_user').on(t.userId)],
  );

  /** Manufacturers. The name is copied onto items; `item_count` is the number of listed ones. */
  const brands = kit.table(
    'brands',
    {
      id: kit.id(),
      name: kit.string(100).notNull(),
      /** Without case and blanks: what a brand is compared by. */
      nameKey: kit.string(100).notNull(),
      itemCount: kit.count().notNull().default(0),
      createdAt: created(),
      updatedAt: created(),
    },
    (t) => [kit.uniqueIndex('brands_name_key').on(t.nameKey)],
  );

  /** What the shop changed about a category; one without a row is as src/catalog/categories.ts has it. */
  const categories = kit.table('categories', {
    code: kit
      .choice(...CATEGORY_CODES)
      .notNull()
      .primaryKey(),
    label: kit.string(20).notNull(),
    keywords: kit.json<string[]>().notNull(),
    exclusions: kit.json<string[]>().notNull(),
    sortOrder: kit.count().notNull(),
    createdAt: created(),
    updatedAt: created(),
  });

  /**
   * Things for sale. `listed` is status ≠ HIDDEN and `on_sale` a discount above 0, kept as columns so that indexes can
   * hold them. Each list index: what is equal, what sorts, the id as tiebreak, what filters read without the row.
   */
  const items = kit.table(
    'items',
    {
      id: kit.id(),
      statementNumber: kit.string(40),
      brandId: kit.ref().notNull(),
      brandName: kit.string(100).notNull(),
      name: kit.string(200).notNull(),
      /** Name and brand in lower case: what keywords are looked for in. */
      searchText: kit.string(310).notNull(),
      categoryCodes: kit.string(120).notNull(),
      /** Who chose the categories: the classification by keywords, or a person whose choice outlives imports. */
      categoryMode: kit.choice('AUTO', 'MANUAL').notNull().default('AUTO'),
      status: kit.choice(...ITEM_STATUSES).notNull(),
      listed: kit.flag().notNull(),
      ...prices(),
      onSale: kit.flag().notNull(),
      sales: kit.count().notNull(),
      starSum: kit.count().notNull().default(0),
      reviewCount: kit.count().notNull().default(0),
      viewCount: kit.count().notNull().default(0),
      thumbnail: kit.string(500),
      descriptionImage: kit.string(500),
      mainFunction: kit.text(),
      baseStandard: kit.text(),
      appearance: kit.text(),
      servingUse: kit.text(),
      storage: kit.text(),
      precautions: kit.text(),
      shelfLife: kit.string(200),
      registeredOn: kit.day(),
      version: kit.count().notNull().default(1),
      createdAt: created(),
      updatedAt: created(),
    },
    (t) => [
      kit.uniqueIndex('items_statement_number').on(t.statementNumber),
      kit.index('items_sales').on(t.listed, t.sales, t.id, t.salePrice, t.onSale),
      kit.index('items_price').on(t.listed, t.salePrice, t.id, t.onSale),
      kit.index('items_discount_rate').on(t.listed, t.discountPermille, t.id, t.salePrice, t.onSale),
      kit.index('items_reviews').on(t.listed, t.reviewCount, t.id, t.salePrice, t.onSale),
      kit.index('items_brand_sales').on(t.brandId, t.listed, t.sales, t.id, t.salePrice, t.onSale),
      kit.index('items_brand_price').on(t.brandId, t.listed, t.salePrice, t.id, t.onSale),
      kit.index('items_brand_discount_rate').on(t.brandId, t.listed, t.discountPermille, t.id, t.salePrice, t.onSale),
      kit.index('items_brand_reviews').on(t.brandId, t.listed, t.reviewCount, t.id, t.salePrice, t.onSale),
      kit.index('items_text').on(t.listed, t.searchText),
      kit.check('items_sale_price', sql`${t.salePrice} = ${t.originPrice} - ${t.discountPrice}`),
      kit.check('items_discount', sql`${t.discountPrice} >= 0 and ${t.discountPrice} <= ${t.originPrice}`),
      kit.check(
        'items_counters',
        sql`${t.sales} >= 0 and ${t.starSum} >= 0 and ${t.reviewCount} >= 0 and ${t.viewCount} >= 0`,
      ),
    ],
  );

  /** One row per item and category, with copies of what lists sort and filter by: each list is one walk of its index. */
  const itemCategories = kit.table(
    'item_categories',
    {
      itemId: kit
        .ref()
        .notNull()
        .references(() => items.id, { onDelete: 'cascade' }),
      code: kit.choice(...CATEGORY_CODES).notNull(),
      listed: kit.flag().notNull(),
      onSale: kit.flag().notNull(),
      salePrice: kit.won().notNull(),
      discountPermille: kit.count().notNull(),
      sales: kit.count().notNull(),
      reviewCount: kit.count().notNull().default(0),
    },
    (t) => [
      kit.primaryKey({ columns: [t.code, t.itemId] }),
      kit.index('item_categories_item').on(t.itemId),
      kit.index('item_categories_sales').on(t.code, t.listed, t.sales, t.itemId, t.salePrice, t.onSale),
      kit.index('item_categories_price').on(t.code, t.listed, t.salePrice, t.itemId, t.onSale),
      kit
        .index('item_categories_discount_rate')
        .on(t.code, t.listed, t.discountPermille, t.itemId, t.salePrice, t.onSale),
      kit.index('item_categories_reviews').on(t.code, t.listed, t.reviewCount, t.itemId, t.salePrice, t.onSale),
    ],
  );

  /** Counts the changes of the catalogue that readers must not miss: what is cached under another number is not served. */
  const catalogVersions = kit.table('catalog_versions', {
    scope: kit.string(40).notNull().primaryKey(),
    version: kit.count().notNull(),
  });

  /** How many looked at an item on a day: what the counter store knew when it was last asked. */
  const itemViewDaily = kit.table(
    'item_view_daily',
    {
      itemId: kit.ref().notNull(),
      viewedOn: kit.day().notNull(),
      views: kit.count().notNull(),
      createdAt: created(),
      updatedAt: created(),
    },
    (t) => [kit.primaryKey({ columns: [t.itemId, t.viewedOn] }), kit.index('item_view_daily_day').on(t.viewedOn)],
  );

  /** What buyers think of an item, one per order line that was paid; `live_line_id` makes way when one is deleted. */
  const reviews = kit.table(
    'reviews',
    {
      id: kit.id(),
      userId: kit.ref().notNull(),
      itemId: kit.ref().notNull(),
      orderLineId: kit.ref().notNull(),
      liveLineId: kit.ref(),
      star: kit.count().notNull(),
      content: kit.string(350).notNull(),
      status: kit.choice(...REVIEW_STATUSES).notNull(),
      editedAt: kit.instant(),
      createdAt: created(),
      updatedAt: created(),
    },
    (t) => [
      kit.uniqueIndex('reviews_live_line').on(t.liveLineId),
      kit.index('reviews_item').on(t.itemId, t.status, t.id),
      kit.index('reviews_item_star').on(t.itemId, t.status, t.star, t.id),
      kit.index('reviews_user').on(t.userId, t.status, t.id),
      kit.index('reviews_user_star').on(t.userId, t.status, t.star, t.id),
      kit.check('reviews_star', sql`${t.star} between 1 and 5`),
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
      refundedAmount: kit.won().notNull().default(0),
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
      kit.check('orders_refunded', sql`${t.refundedAmount} >= 0 and ${t.refundedAmount} <= ${t.payAmount}`),
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
      /** Units whose money went back; a refund of a plain amount gives back none. */
      refundedQuantity: kit.count().notNull().default(0),
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
      status: kit.choice(...MANDATE_STATUSES).notNull(),
      originAttemptId: kit.ref().notNull(),
      lastApprovedAt: kit.instant(),
      deactivatedAt: kit.instant(),
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
      /** When it was paused last; kept when it is resumed, for that has moved its dates. */
      pausedAt: kit.instant(),
      /** The date of the run that resumes it; without one its customer does. */
      resumeOn: kit.day(),
      cancelledAt: kit.instant(),
      cancelReason: kit.choice(...CANCEL_REASONS),
      createdAt: created(),
      updatedAt: created(),
    },
    (t) => [
      kit.uniqueIndex('subscriptions_line').on(t.originLineId),
      kit.index('subscriptions_due').on(t.status, t.nextBillingOn, t.id),
      kit.index('subscriptions_resume').on(t.status, t.resumeOn),
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
      /** What the provider knows this try by: the public id, unless a successor inherited its predecessor's. */
      orderRef: kit.string(64),
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
      /** Calls made for this try; more than one only where the first certainly wrote nothing. */
      wireTry: kit.count().notNull().default(0),
      /** The mandate's last approval as the provider told it before the charge; without it the ledger's own counts. */
      witnessBaseline: kit.instant(),
      approvedAt: kit.instant(),
      resolvedAt: kit.instant(),
      needsOperator: kit.flag().notNull(),
      operatorReason: kit.choice(...OPERATOR_REASONS),
      /** Which subscriptions a new payment method is for. */
      mandateScope: kit.choice('THIS', 'ALL_ON_MANDATE'),
      /** What a witness suggests and only a person may book. */
      proposal: kit.choice('APPROVED', 'NOT_CHARGED'),
      /** End of a checkout's window, then when SENT counts as silent, then when UNKNOWN is looked at again. */
      nextCheckAt: kit.instant(),
      checkCount: kit.count().notNull().default(0),
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
      kit.index('payment_attempts_operator').on(t.needsOperator, t.id),
      kit.index('payment_attempts_mandate').on(t.mandateId, t.state),
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
      actor: kit.choice(...ACTORS).notNull(),
      note: kit.string(300),
      data: kit.json<Record<string, unknown>>(),
      createdAt: created(),
    },
    (t) => [kit.index('payment_attempt_events_attempt').on(t.attemptId, t.id)],
  );

  /**
   * Money back on one attempt. Reserved under the order's row lock, sent through the outbox, one at a time per attempt;
   * `balance_before` is what the provider is told to expect, so that a repeat is refused.
   */
  const refunds = kit.table(
    'refunds',
    {
      id: kit.id(),
      publicId: kit.string(29).notNull(),
      orderId: kit.ref().notNull(),
      attemptId: kit.ref().notNull(),
      requestedBy: kit.choice('CUSTOMER', 'ADMIN', 'SYSTEM').notNull(),
      actorId: kit.ref(),
      amount: kit.won().notNull(),
      taxFreeAmount: kit.won().notNull(),
      balanceBefore: kit.won(),
      reasonCode: kit.choice(...REFUND_REASON_CODES).notNull(),
      reasonText: kit.string(200),
      cancelSubscriptions: kit.flag().notNull(),
      /** The caller's name for this one intention: asked for again it is the same refund. */
      requestKey: kit.string(128),
      status: kit.choice(...REFUND_STATUSES).notNull(),
      /** One refund in flight per attempt: its id while SENT or UNKNOWN. */
      attemptFence: kit.ref(),
      providerRefundId: kit.string(100),
      providerCode: kit.string(64),
      failure: kit.string(300),
      needsOperator: kit.flag().notNull(),
      sentAt: kit.instant(),
      /** How often it was marked SENT; more than once only on evidence that the one before moved nothing. */
      wireTry: kit.count().notNull().default(0),
      completedAt: kit.instant(),
      nextCheckAt: kit.instant(),
      checkCount: kit.count().notNull().default(0),
      createdAt: created(),
      updatedAt: created(),
    },
    (t) => [
      kit.uniqueIndex('refunds_public').on(t.publicId),
      kit.uniqueIndex('refunds_attempt_fence').on(t.attemptFence),
      kit.uniqueIndex('refunds_request').on(t.orderId, t.requestKey),
      kit.index('refunds_order').on(t.orderId, t.id),
      kit.index('refunds_attempt').on(t.attemptId, t.status),
      kit.index('refunds_status').on(t.status, t.id),
      kit.index('refunds_check').on(t.status, t.nextCheckAt, t.id),
      kit.check('refunds_amount', sql`${t.amount} > 0`),
    ],
  );

  /** Side effects written with the change that causes them, one row per handler; the relay brings them out afterwards. */
  const outboxEvents = kit.table(
    'outbox_events',
    {
      id: kit.id(),
      type: kit.string(60).notNull(),
      handler: kit.string(20).notNull(),
      orderingKey: kit.string(80).notNull(),
      dedupeKey: kit.string(160).notNull(),
      payload: kit.json<Record<string, unknown>>().notNull(),
      status: kit.choice(...OUTBOX_STATUSES).notNull(),
      attempts: kit.count().notNull(),
      nextAttemptAt: kit.instant().notNull(),
      claimedBy: kit.string(64),
      claimUntil: kit.instant(),
      /** Of the first failed try; a dead letter tells it beside the last. */
      firstError: kit.string(500),
      firstFailedAt: kit.instant(),
      lastError: kit.string(500),
      requestId: kit.string(64),
      doneAt: kit.instant(),
      createdAt: created(),
      updatedAt: created(),
    },
    (t) => [
      kit.uniqueIndex('outbox_events_dedupe').on(t.dedupeKey),
      kit.index('outbox_events_due').on(t.status, t.nextAttemptAt, t.id),
      kit.index('outbox_events_order').on(t.orderingKey, t.handler, t.status, t.id),
      kit.index('outbox_events_done').on(t.status, t.doneAt),
    ],
  );

  /** Events that nobody will try again by itself: a person retries or discards them. */
  const deadLetters = kit.table(
    'dead_letters',
    {
      id: kit.id(),
      eventId: kit.ref().notNull(),
      type: kit.string(60).notNull(),
      handler: kit.string(20).notNull(),
      payload: kit.json<Record<string, unknown>>().notNull(),
      attempts: kit.count().notNull(),
      firstError: kit.string(500).notNull(),
      lastError: kit.string(500).notNull(),
      firstFailedAt: kit.instant().notNull(),
      diedAt: kit.instant().notNull(),
      resolution: kit.choice('RETRIED', 'DISCARDED'),
      resolvedBy: kit.string(64),
      resolvedAt: kit.instant(),
      note: kit.string(300),
      createdAt: created(),
      updatedAt: created(),
    },
    (t) => [kit.uniqueIndex('dead_letters_event').on(t.eventId), kit.index('dead_letters_open').on(t.resolution, t.id)],
  );

  /** What people did by hand, with what was there before; rows are never updated or deleted. */
  const auditLog = kit.table(
    'audit_log',
    {
      id: kit.id(),
      actorType: kit.choice(...ACTORS).notNull(),
      actorId: kit.string(64),
      action: kit.string(60).notNull(),
      targetType: kit.string(30).notNull(),
      targetId: kit.string(40).notNull(),
      before: kit.json<Record<string, unknown>>(),
      after: kit.json<Record<string, unknown>>(),
      reason: kit.string(300),
      ip: kit.string(45),
      requestId: kit.string(64),
      createdAt: created(),
    },
    (t) => [
      kit.index('audit_log_target').on(t.targetType, t.targetId, t.id),
      kit.index('audit_log_actor').on(t.actorId, t.id),
      kit.index('audit_log_action').on(t.action, t.id),
    ],
  );

  /** One row, made with the first charge: by it a process tells a database restored from a backup from a new one. */
  const ledgerIdentity = kit.table('ledger_identity', {
    id: kit.id(),
    identity: kit.ref().notNull(),
    createdAt: created(),
  });

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
    (t) => [
      kit.uniqueIndex('billing_runs_date').on(t.job, t.businessOn),
      kit.index('billing_runs_status').on(t.status, t.businessOn),
    ],
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
      /** Where it is and what it has counted, as of its last heartbeat. */
      step: kit.string(12),
      counters: kit.json<Record<string, unknown>>(),
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
      /** The rung of the ladder: 1 on the due date, one more after each decline. */
      step: kit.count().notNull().default(1),
      /** Why no try is made for now: the customer must give another method, or has paused. */
      hold: kit.choice(...CYCLE_HOLDS),
      liveAttemptId: kit.ref(),
      attempts: kit.count().notNull(),
      /** Tries of this step that did not count because the provider itself was pausing. */
      stepRepeats: kit.count().notNull().default(0),
      amount: kit.won().notNull(),
      taxFreeAmount: kit.won().notNull(),
      quantity: kit.count().notNull(),
      unitOriginPrice: kit.won().notNull(),
      unitDiscountPermille: kit.count().notNull(),
      unitDiscountPrice: kit.won().notNull(),
      unitSalePrice: kit.won().notNull(),
      firstTryOn: kit.day(),
      lastTryOn: kit.day(),
      /** The first date of the next try; of a held cycle, the date on which it ends. Without one: at once. */
      nextTryOn: kit.day().notNull().default('1970-01-01'),
      reasonGroup: kit.choice(...REASON_GROUPS),
      closeReason: kit.choice(...CYCLE_CLOSE_REASONS),
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
      kit.index('billing_cycles_step').on(t.status, t.step, t.nextTryOn, t.id),
      kit.index('billing_cycles_open').on(t.status, t.billingOn, t.id),
    ],
  );

  /**
   * Requests that their callers have named (Idempotency-Key), and their answers. On routes of money DONE is written in the
   * transaction of the change, so a crash between the two cannot repeat it. `locked_until` tells a holder from the next.
   */
  const idempotencyKeys = kit.table(
    'idempotency_keys',
    {
      scope: kit.string(64).notNull(),
      key: kit.string(128).notNull(),
      route: kit.string(120).notNull(),
      requestHash: kit.string(64).notNull(),
      state: kit.choice('IN_PROGRESS', 'DONE').notNull(),
      httpStatus: kit.count(),
      response: kit.json<StoredAnswer>(),
      lockedUntil: kit.instant().notNull(),
      expiresAt: kit.instant().notNull(),
      createdAt: created(),
    },
    (t) => [kit.primaryKey({ columns: [t.scope, t.key] }), kit.index('idempotency_keys_expiry').on(t.expiresAt)],
  );

  return {
    users,
    identities,
    sessions,
    oneTimeTokens,
    idempotencyKeys,
    brands,
    categories,
    items,
    itemCategories,
    catalogVersions,
    itemViewDaily,
    reviews,
    orders,
    orderLines,
    mandates,
    subscriptions,
    paymentAttempts,
    paymentAttemptEvents,
    refunds,
    outboxEvents,
    deadLetters,
    auditLog,
    ledgerIdentity,
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

/** What a repeat of a named request is answered. */
export interface StoredAnswer {
  status: number;
  body: unknown;
  type: string;
  location: string | null;
}

export type Tables = ReturnType<typeof defineTables>;
export type Database = AnyDatabase<Tables>;
export type Transaction = AnyTransaction;
export type Queries = AnyQueries;

export type User = InferSelectModel<Tables['users']>;
export type Identity = InferSelectModel<Tables['identities']>;
export type Session = InferSelectModel<Tables['sessions']>;
export type Brand = InferSelectModel<Tables['brands']>;
export type Category = InferSelectModel<Tables['categories']>;
export type Item = InferSelectModel<Tables['items']>;
export type ItemCategory = InferSelectModel<Tables['itemCategories']>;
export type Review = InferSelectModel<Tables['reviews']>;
export type Order = InferSelectModel<Tables['orders']>;
export type OrderLine = InferSelectModel<Tables['orderLines']>;
export type Mandate = InferSelectModel<Tables['mandates']>;
export type Subscription = InferSelectModel<Tables['subscriptions']>;
export type PaymentAttempt = InferSelectModel<Tables['paymentAttempts']>;
export type Refund = InferSelectModel<Tables['refunds']>;
export type OutboxEvent = InferSelectModel<Tables['outboxEvents']>;
export type DeadLetter = InferSelectModel<Tables['deadLetters']>;
export type IdempotencyKey = InferSelectModel<Tables['idempotencyKeys']>;
export type AuditRow = InferSelectModel<Tables['auditLog']>;
export type BillingCycle = InferSelectModel<Tables['billingCycles']>;
