import { asc, eq } from '../../src/platform/database/sql.ts';
import { runBilling, type BillReport } from '../../src/billing/index.ts';
import type { BillRequest } from '../../src/billing/request.ts';
import { momentIn } from '../../src/platform/calendar.ts';
import type { Subscription } from '../../src/schema.ts';
import type { Bundle } from '../support/bundle.ts';
import { given } from '../support/given.ts';

export const TODAY = '2026-11-20';

/** Moves the shop and its provider to a time of day in Seoul. */
export const moveTo = ({ clock }: Bundle, date: string, time = '02:00'): void =>
  clock.moveTo(momentIn('Asia/Seoul', date, time));

/** Bills a date at two in the morning of that day. */
export function billOn(shop: Bundle, date: string, request: BillRequest = {}): Promise<BillReport> {
  moveTo(shop, date);
  return runBilling(shop.app, { date, ...request });
}

export const subscriptionOf = async ({ app: { database } }: Bundle, id: string): Promise<Subscription> => {
  const { subscriptions: s } = database.tables;
  const [row] = await database.select().from(s).where(eq(s.id, id));
  if (!row) throw new Error('Bug: no such subscription.');
  return row;
};

export const cyclesOf = ({ app: { database } }: Bundle, subscriptionId: string) => {
  const { billingCycles: c } = database.tables;
  return database.select().from(c).where(eq(c.subscriptionId, subscriptionId)).orderBy(asc(c.cycle));
};

export const attemptsOf = ({ app: { database } }: Bundle, subscriptionId: string) => {
  const { paymentAttempts: t } = database.tables;
  return database.select().from(t).where(eq(t.subscriptionId, subscriptionId)).orderBy(asc(t.id));
};

export const mandateOf = async ({ app: { database } }: Bundle, id: string | null) => {
  const { mandates: m } = database.tables;
  return (
    await database
      .select()
      .from(m)
      .where(eq(m.id, id ?? ''))
  )[0];
};

/** What waits in the outbox, in the order in which it was written. */
export async function eventsOf({
  app: { database },
}: Bundle): Promise<{ type: string; payload: Record<string, unknown> }[]> {
  const { outboxEvents: t } = database.tables;
  const rows = await database.select().from(t).orderBy(asc(t.id));
  return rows.map(({ type, payload }) => ({ type, payload }));
}

export const LACKS_BALANCE = { code: -782, result: 'LACK_BALANCE' };
/** The customer has ended the mandate in KakaoPay's app. */
export const INACTIVE = { code: -751 };
/** The bank has closed the account. */
export const CLOSED_ACCOUNT = { code: -782, result: 'BANK_ACCOUNT_BLOCKED' };

/** A subscription with a customer of its own, whose next charges are declined `times` times. */
export async function declining(
  shop: Bundle,
  decline: { code: number; result?: string },
  { times = 100, ...columns }: Partial<Subscription> & { times?: number } = {},
): Promise<Subscription & { customer: string }> {
  const user = await given(shop.app).user();
  const subscription = await given(shop.app).subscription({ user, ...columns });
  shop.sandbox.changeCustomer(user.customerRef, { declineNext: { times, ...decline } });
  return { ...subscription, customer: user.customerRef };
}

/** Executed charges of a customer, by the sandbox's own ledger. */
export const chargesOf = ({ sandbox }: Bundle, customer: string): number =>
  sandbox.ledger().filter((line) => line.op === 'charge' && line.customer === customer).length;
