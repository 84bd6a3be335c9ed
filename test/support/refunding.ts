import { asc, eq } from '../../src/platform/database/sql.ts';
import type { App } from '../../src/app.ts';
import { requestRefund, type RequestRefund } from '../../src/payments/index.ts';
import type { AuditRow, OutboxEvent, Refund } from '../../src/schema.ts';
import type { Bundle } from './bundle.ts';
import { orderRow, type Paid } from './buying.ts';
import { wait } from './outbox.ts';

/** Asks for money back as an operator would. */
export const askBack = (
  app: App,
  { order }: Pick<Paid, 'order'>,
  wanted: Partial<RequestRefund> = {},
): Promise<Refund> =>
  requestRefund(app, {
    orderId: order.id,
    amount: 'full',
    reasonCode: 'CHANGED_MIND',
    requestedBy: 'ADMIN',
    ...wanted,
  });

/** A refund and its order as they stand. */
export async function stateOf(app: App, { order, refund }: { order: Paid['order']; refund: Refund }) {
  const { refunds: r } = app.database.tables;
  const [row] = await app.database.select().from(r).where(eq(r.id, refund.id));
  if (!row) throw new Error('Bug: the refund is gone.');
  return { refund: row, order: await orderRow(app, order.id) };
}

/** What the provider gave back, in won, by its own ledger. */
export const givenBack = ({ sandbox }: Pick<Bundle, 'sandbox'>): number[] =>
  sandbox
    .ledger()
    .filter(({ op }) => op === 'refund')
    .map(({ amount }) => amount);

export const eventsOf = async ({ database }: App, type: string): Promise<OutboxEvent[]> => {
  const { outboxEvents: e } = database.tables;
  return database.select().from(e).where(eq(e.type, type)).orderBy(asc(e.id));
};

export const auditOf = ({ database }: App, targetId: string): Promise<AuditRow[]> => {
  const { auditLog: a } = database.tables;
  return database.select().from(a).where(eq(a.targetId, targetId)).orderBy(asc(a.id));
};

/** Lets time pass. */
export const minutesPass = (shop: Pick<Bundle, 'clock'>, minutes: number): void => wait(shop, minutes * 60);
