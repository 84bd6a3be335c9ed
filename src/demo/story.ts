import { and, count, eq } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { runBilling } from '../billing/index.ts';
import { momentIn } from '../platform/calendar.ts';
import type { Sandbox } from '../sandbox/index.ts';
import { PRESETS, seed } from '../seeding/index.ts';
import { compareBooks, type Books } from './books.ts';
import { approveInBrowser, newCustomer, type Customer } from './customer.ts';

export interface Stage {
  app: App;
  api: string;
  sandbox: Sandbox;
  items: number;
  /** Tells a finished step; seconds are counted by whoever listens. */
  tell: (step: string) => void;
}

export interface Story {
  items: number;
  orders: number;
  subscription: { id: string; status: string; nextBillingOn: string; payAmount: number };
  /** Renewals of this story's subscription that its billing run charged. */
  billed: number;
  renewal: { cycle: number; amount: number; orderNumber: string };
  /** Charges of this story's customer in the sandbox's ledger: the first payment and the renewal. */
  sandboxCharges: number;
  sandboxAmount: number;
  books: Books;
  customer: Customer;
}

interface OrderBody {
  id: string;
  number: string;
  status: string;
  payAmount: number;
  lines: { subscriptionId: string | null }[];
}

interface SubscriptionBody {
  id: string;
  status: string;
  nextBillingOn: string;
  payAmount: number;
  charges: { cycle: number; amount: number; status: string; orderId: string }[];
}

const PERIOD_DAYS = 30;
const QUANTITY = 2;
/** When the owner's cron would bill: outside the bank's night and well before the working day. */
const BILLING_TIME = '02:00';

const won = (amount: number): string => `${amount.toLocaleString('en-US')} won`;

/** A customer signs up, subscribes and pays; the clock moves to the next billing date; the shop bills. */
export async function tellStory(stage: Stage): Promise<Story> {
  const { app, tell } = stage;
  const items = await seedItems(stage);
  const customer = await newCustomer(app, stage.api);
  tell(`signed up ${customer.name} and logged in`);

  const order = await subscribe(stage, customer);
  const subscription = await customer.get<SubscriptionBody>(`/api/subscriptions/${order.lines[0]?.subscriptionId}`);
  tell(`→ ${order.status}, subscription ${subscription.status}, next ${subscription.nextBillingOn}`);

  const renewed = await billNextDate(stage, customer, subscription);
  const books = await compareBooks(app, stage.sandbox);
  const own = await ownCharges(stage, order.id);
  tell(describeBooks(books));
  return { items, orders: await countOrders(app), ...renewed, ...own, books, customer };
}

async function seedItems({ app, items, tell }: Stage): Promise<number> {
  const nothingElse = { users: 0, orders: 0, subscriptions: 0, dueSubscriptions: 0 };
  const report = await seed(app, { ...PRESETS.demo, ...nothingElse, items, due: '2026-01-01', seed: 1, add: true });
  tell(`seeded ${report.items.toLocaleString('en-US')} items in 9 categories`);
  return report.items;
}

async function subscribe({ tell }: Stage, customer: Customer): Promise<OrderBody> {
  const bestSellers = await customer.get<{ id: string; name: string; status: string }[]>(
    '/api/items/categories?category=FATIGUE&size=20',
  );
  const item = bestSellers.find(({ status }) => status === 'ON_SALE');
  const lines = [{ itemId: item?.id, quantity: QUANTITY, periodDays: PERIOD_DAYS }];
  const order = await customer.post<OrderBody>('/api/orders', { kind: 'SUBSCRIPTION', from: 'LINES', lines });
  tell(`ordered ${item?.name} × ${QUANTITY} every ${PERIOD_DAYS} days: ${won(order.payAmount)}, order ${order.number}`);

  const checkout = await customer.post<{ action: { pcUrl: string } }>(`/api/payments/orders/${order.id}`);
  const result = await approveInBrowser(checkout.action.pcUrl);
  tell(`${result} on ${checkout.action.pcUrl}`);
  return customer.get<OrderBody>(`/api/orders/${order.id}`);
}

async function billNextDate({ app, tell }: Stage, customer: Customer, before: SubscriptionBody) {
  const date = before.nextBillingOn;
  app.clock.moveTo(momentIn(app.config.shop.timeZone, date, BILLING_TIME));
  const report = await runBilling(app, { date });
  await customer.logIn(); // a month has passed
  const { id, status, nextBillingOn, payAmount, charges } = await customer.get<SubscriptionBody>(
    `/api/subscriptions/${before.id}`,
  );
  const renewal = charges.find(({ cycle }) => cycle === 2);
  if (renewal?.status !== 'PAID') throw new Error(`Bug: the renewal was not paid: ${JSON.stringify(report)}`);
  const order = await customer.get<OrderBody>(`/api/orders/${renewal.orderId}`);
  const { approved, amountApproved } = report.totals;
  tell(`moved the clock to ${date} and billed: ${approved} approved, ${won(amountApproved)}, order ${order.number}`);
  return {
    subscription: { id, status, nextBillingOn, payAmount },
    billed: charges.filter(({ cycle, status: paid }) => cycle > 1 && paid === 'PAID').length,
    renewal: { cycle: renewal.cycle, amount: renewal.amount, orderNumber: order.number },
  };
}

/** What the provider charged this story's customer, by the provider's own ledger. */
async function ownCharges({ app, sandbox }: Stage, orderId: string) {
  const { paymentAttempts: t } = app.database.tables;
  const [attempt] = await app.database
    .select({ customerRef: t.customerRef })
    .from(t)
    .where(and(eq(t.orderId, orderId), eq(t.state, 'APPROVED')));
  const charges = sandbox.ledger().filter(({ op, customer }) => op === 'charge' && customer === attempt?.customerRef);
  return { sandboxCharges: charges.length, sandboxAmount: charges.reduce((sum, { amount }) => sum + amount, 0) };
}

async function countOrders({ database }: App): Promise<number> {
  const [counted] = await database.select({ orders: count() }).from(database.tables.orders);
  return counted?.orders ?? 0;
}

const describeBooks = ({ charges, amount, approved, differences }: Books): string =>
  differences.length === 0
    ? `books: ${charges} charges in the sandbox's ledger, ${won(amount)} = ${approved} approved attempts, nothing else`
    : `books differ: ${differences.join('; ')}`;
