import { and, asc, desc, eq, gte, lt, type SQL } from '../../platform/database/sql.ts';
import type { App } from '../../app.ts';
import { addDays, momentIn } from '../../platform/calendar.ts';
import type {
  AttemptPurpose,
  AttemptState,
  Mandate,
  Order,
  PaymentAttempt,
  PaymentProviderName,
  Refund,
  Subscription,
  Tables,
} from '../../schema.ts';
import { getAttempt } from '../ledger/attempts.ts';

type ReadingApp = Pick<App, 'config' | 'database'>;

export interface AttemptFilter {
  needsOperator?: boolean | undefined;
  state?: AttemptState | undefined;
  purpose?: AttemptPurpose | undefined;
  provider?: PaymentProviderName | undefined;
  /** Days in the shop's zone, both included. */
  from?: string | undefined;
  to?: string | undefined;
  limit?: number | undefined;
}

const DEFAULT_LIMIT = 50;

/**
 * Attempts that answer the filter, newest first. Without a filter those that somebody must look after: first what needs
 * a person, then what else is in doubt, oldest first.
 */
export async function listAttempts(app: ReadingApp, filter: AttemptFilter): Promise<PaymentAttempt[]> {
  const { paymentAttempts: t } = app.database.tables;
  const { limit = DEFAULT_LIMIT, ...asked } = filter;
  const conditions = conditionsOf(app, asked);
  if (conditions.length > 0) return select(app, and(...conditions), limit).orderBy(desc(t.id));
  const urgent = await select(app, eq(t.needsOperator, true), limit).orderBy(asc(t.id));
  const inDoubt = and(eq(t.state, 'UNKNOWN'), eq(t.needsOperator, false));
  return [...urgent, ...(await select(app, inDoubt, limit - urgent.length).orderBy(asc(t.id)))];
}

const select = ({ database }: ReadingApp, condition: SQL | undefined, limit: number) =>
  database.select().from(database.tables.paymentAttempts).where(condition).limit(limit);

function conditionsOf({ config, database }: ReadingApp, { from, to, ...columns }: AttemptFilter): SQL[] {
  const { paymentAttempts: t } = database.tables;
  const startOf = (day: string): Date => momentIn(config.shop.timeZone, day, '00:00');
  return [
    columns.needsOperator !== undefined && eq(t.needsOperator, columns.needsOperator),
    columns.state && eq(t.state, columns.state),
    columns.purpose && eq(t.purpose, columns.purpose),
    columns.provider && eq(t.provider, columns.provider),
    from !== undefined && gte(t.createdAt, startOf(from)),
    to !== undefined && lt(t.createdAt, startOf(addDays(to, 1))),
  ].filter((condition) => condition !== false && condition !== undefined);
}

export type AttemptEvent = Tables['paymentAttemptEvents']['$inferSelect'];

/** An attempt with everything that belongs to it. */
export interface AttemptFile {
  attempt: PaymentAttempt;
  /** In the order in which it happened. */
  events: AttemptEvent[];
  order: Order | undefined;
  subscription: Subscription | undefined;
  mandate: Mandate | undefined;
  refunds: Refund[];
}

export async function readAttempt(app: ReadingApp, publicId: string): Promise<AttemptFile> {
  const { database } = app;
  const { paymentAttemptEvents: e, orders: o, subscriptions: s, mandates: m, refunds: r } = database.tables;
  const attempt = await getAttempt(app, publicId);
  const { id, subscriptionId, mandateId } = attempt;
  const [order] = await database.select().from(o).where(orderOf(o, attempt));
  const [subscription] = await database
    .select()
    .from(s)
    .where(eq(s.id, subscriptionId ?? ''));
  const mandateOf = mandateId === null ? eq(m.originAttemptId, id) : eq(m.id, mandateId);
  const [mandate] = await database.select().from(m).where(mandateOf);
  const events = await database.select().from(e).where(eq(e.attemptId, id)).orderBy(asc(e.id));
  const refunds = await database.select().from(r).where(eq(r.attemptId, id)).orderBy(asc(r.id));
  return { attempt, events, order, subscription, mandate, refunds };
}

/** The order it pays for; a renewal's is made when it is paid. */
const orderOf = (o: Tables['orders'], { id, orderId }: PaymentAttempt): SQL =>
  orderId === null ? eq(o.paidAttemptId, id) : eq(o.id, orderId);
