import { and, asc, desc, eq, inArray, ne, or, type SQL } from '../../platform/database/sql.ts';
import { isCommandType } from '../../outbox/index.ts';
import type { App } from '../../app.ts';
import type {
  AuditRow,
  BillingCycle,
  Mandate,
  Order,
  OutboxEvent,
  PaymentAttempt,
  Refund,
  Subscription,
  Tables,
} from '../../schema.ts';
import { customerFence } from '../fences.ts';
import type { Subject } from './subject.ts';

export type AttemptEvent = Tables['paymentAttemptEvents']['$inferSelect'];

/** Everything that belongs to what a person asked about. */
export interface File {
  subject: Subject;
  mandate: Mandate | undefined;
  /** Oldest first; of a long life the newest. */
  cycles: BillingCycle[];
  attempts: PaymentAttempt[];
  events: AttemptEvent[];
  orders: Order[];
  /** Subscriptions that an order has started. */
  started: Subscription[];
  refunds: Refund[];
  refundTrail: AuditRow[];
  notices: OutboxEvent[];
  /** A charge in doubt before which nothing else is sent for this customer. */
  fencedBy: PaymentAttempt | undefined;
}

/** Two years of monthly deliveries; a longer story is nobody's question. */
const MOST_CYCLES = 24;
const MOST_ATTEMPTS = 200;

type Reader = Pick<App, 'database'>;

export async function readFile(app: Reader, subject: Subject): Promise<File> {
  const { subscription } = subject;
  const cycles = await readCycles(app, subject);
  const attempts = await readAttempts(app, subject);
  const attemptIds = attempts.map(({ id }) => id);
  const orders = await readOrders(app, subject, attemptIds);
  const refunds = await readRefunds(app, attemptIds);
  const mandate = await readMandate(app, subscription?.mandateId ?? null);
  return {
    subject,
    mandate,
    cycles,
    attempts,
    events: await readEvents(app, attemptIds),
    orders,
    started: await readStarted(app, subject),
    refunds,
    refundTrail: await readTrail(app, refunds),
    notices: await readNotices(app, { subject, attempts, orders, refunds }),
    fencedBy: await readFence(app, mandate, attemptIds),
  };
}

async function readCycles({ database }: Reader, { subscription, cycle }: Subject): Promise<BillingCycle[]> {
  const { billingCycles: c } = database.tables;
  if (!subscription) return [];
  const rows = await database
    .select()
    .from(c)
    .where(and(eq(c.subscriptionId, subscription.id), cycle === undefined ? undefined : eq(c.cycle, cycle)))
    .orderBy(desc(c.cycle))
    .limit(MOST_CYCLES);
  return rows.toReversed();
}

async function readAttempts({ database }: Reader, subject: Subject): Promise<PaymentAttempt[]> {
  const { paymentAttempts: t } = database.tables;
  const rows = await database.select().from(t).where(attemptsOf(t, subject)).orderBy(desc(t.id)).limit(MOST_ATTEMPTS);
  return rows.toReversed();
}

function attemptsOf(t: Tables['paymentAttempts'], { attempt, order, subscription, cycle }: Subject): SQL | undefined {
  if (subscription && cycle !== undefined) return and(eq(t.subscriptionId, subscription.id), eq(t.cycle, cycle));
  if (attempt?.purpose === 'MANDATE_UPDATE') return eq(t.id, attempt.id);
  if (order) return eq(t.orderId, order.id);
  return or(eq(t.subscriptionId, subscription?.id ?? ''), eq(t.orderId, subscription?.originOrderId ?? ''));
}

async function readEvents({ database }: Reader, attemptIds: readonly string[]): Promise<AttemptEvent[]> {
  const { paymentAttemptEvents: e } = database.tables;
  if (attemptIds.length === 0) return [];
  return database
    .select()
    .from(e)
    .where(inArray(e.attemptId, [...attemptIds]))
    .orderBy(asc(e.id));
}

async function readOrders({ database }: Reader, { order }: Subject, attemptIds: readonly string[]): Promise<Order[]> {
  const { orders: o } = database.tables;
  if (order) return [order];
  if (attemptIds.length === 0) return [];
  return database
    .select()
    .from(o)
    .where(inArray(o.paidAttemptId, [...attemptIds]))
    .orderBy(asc(o.id));
}

async function readStarted({ database }: Reader, { order }: Subject): Promise<Subscription[]> {
  const { subscriptions: s } = database.tables;
  if (order?.kind !== 'SUBSCRIPTION') return [];
  return database.select().from(s).where(eq(s.originOrderId, order.id)).orderBy(asc(s.id));
}

async function readRefunds({ database }: Reader, attemptIds: readonly string[]): Promise<Refund[]> {
  const { refunds: r } = database.tables;
  if (attemptIds.length === 0) return [];
  return database
    .select()
    .from(r)
    .where(inArray(r.attemptId, [...attemptIds]))
    .orderBy(asc(r.id));
}

async function readTrail({ database }: Reader, refunds: readonly Refund[]): Promise<AuditRow[]> {
  const { auditLog: a } = database.tables;
  if (refunds.length === 0) return [];
  const ids = refunds.map(({ publicId }) => publicId);
  return database
    .select()
    .from(a)
    .where(and(eq(a.targetType, 'refund'), inArray(a.targetId, ids)))
    .orderBy(asc(a.id));
}

type Told = Pick<File, 'subject' | 'attempts' | 'orders' | 'refunds'>;

/** Notices are kept for some weeks after they were delivered. */
async function readNotices({ database }: Reader, { subject, ...rest }: Told): Promise<OutboxEvent[]> {
  const { outboxEvents: e } = database.tables;
  const subjects = [...rest.attempts, ...rest.orders, ...rest.refunds].map(({ id }) => id);
  const keys = subject.subscription ? [subject.subscription.id, ...subjects] : subjects;
  if (keys.length === 0) return [];
  const rows = await database.select().from(e).where(inArray(e.orderingKey, keys)).orderBy(asc(e.id));
  const notices = rows.filter(({ type }) => !isCommandType(type)); // what the shop tells itself is told by its outcome
  // Notices about the subscription name the cycle they belong to; others are no part of one cycle's story.
  const { cycle, subscription } = subject;
  const isPart = ({ orderingKey, payload }: OutboxEvent): boolean =>
    cycle === undefined || orderingKey !== subscription?.id || payload['cycle'] === cycle;
  return notices.filter(isPart);
}

async function readMandate({ database }: Reader, id: string | null): Promise<Mandate | undefined> {
  const { mandates: m } = database.tables;
  if (id === null) return undefined;
  const [mandate] = await database.select().from(m).where(eq(m.id, id));
  return mandate;
}

async function readFence(
  { database }: Reader,
  mandate: Mandate | undefined,
  own: readonly string[],
): Promise<PaymentAttempt | undefined> {
  const { paymentAttempts: t } = database.tables;
  if (!mandate) return undefined;
  const before = or(eq(t.mandateFence, mandate.id), eq(t.customerFence, customerFence(mandate)));
  const others = await database
    .select()
    .from(t)
    .where(and(before, ne(t.state, 'CREATED')));
  return others.find(({ id }) => !own.includes(id));
}
