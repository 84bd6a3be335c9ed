import { attemptOf, eventsOf } from './attempt-rows.ts';
import { lineOf, orderOf, paid } from './order-rows.ts';
import type { Shop } from './orders.ts';
import { drawsOf } from './random.ts';
import type { SeedingApp, Source } from './source.ts';
import { firstCycle, mandateOf, rhythmOf, subscriptionIds, subscriptionOf } from './subscription-rows.ts';
import { writeRows } from './write.ts';

export interface SubscribedShop extends Shop {
  /** How many, from the first, fall due on the year's last day; the others in the weeks after it. */
  dueNow: number;
}

/** Active subscriptions whose first cycle is paid, each with a mandate of its own. */
export function subscriptionSource(app: SeedingApp, shop: SubscribedShop): Source {
  const { tables } = app.database;
  const start = starter(app, shop);
  return {
    kind: 'subscriptions',
    total: shop.total,
    table: tables.subscriptions,
    idAt: start.idAt,
    async write(tx, indexes) {
      const built = indexes.map(start.at);
      const column = <K extends keyof (typeof built)[number]>(name: K) => built.map((one) => one[name]);
      await writeRows(tx, tables.orders, column('order'));
      await writeRows(tx, tables.orderLines, column('line'));
      await writeRows(tx, tables.paymentAttempts, column('attempt'));
      await writeRows(tx, tables.paymentAttemptEvents, column('events').flat());
      await writeRows(tx, tables.mandates, column('mandate'));
      await writeRows(tx, tables.subscriptions, column('subscription'));
      await writeRows(tx, tables.billingCycles, column('cycle'));
    },
  };
}

/** Makes everything the start of a subscription leaves behind: order, line, attempt, mandate, first cycle. */
function starter(app: SeedingApp, shop: SubscribedShop) {
  const ids = subscriptionIds(shop);
  const drawAt = drawsOf(shop.seed, `subscriptions ${shop.year.due}`);
  const merchantCode = app.config.payments.kakaopay.recurringCid;

  const at = (index: number) => {
    const draw = drawAt(index);
    // In turns: the provider takes one charge at a time per customer, so due ones belong to as many as there are.
    const person = shop.people.personAt(index % shop.users);
    const rhythm = rhythmOf(app, shop, index, draw);
    const [item = shop.catalogue.itemAt(0)] = shop.catalogue.pickItems(draw, 1);
    const id = ids.subscription(index);
    const wanted = {
      id: ids.line(index),
      item,
      quantity: 1 + draw.below(3),
      periodDays: rhythm.periodDays,
      subscriptionId: id,
    };
    const kind = 'SUBSCRIPTION' as const;
    const unpaid = orderOf(
      app.config,
      { id: ids.order(index), kind, status: 'PAID', person, lines: [wanted], at: rhythm.startedAt },
      draw,
    );
    const tried = {
      purpose: 'SUBSCRIPTION_START',
      outcome: 'APPROVED',
      customerRef: person.customerRef,
      merchantCode,
    } as const;
    const attempt = attemptOf({ ...tried, id: ids.attempt(index), order: unpaid }, draw);
    const order = paid(unpaid, attempt);
    const line = lineOf(order, wanted);
    const mandate = mandateOf(app, ids.mandate(index), attempt, draw);
    const subscription = subscriptionOf({ id, order, line, mandate }, rhythm, person);
    const cycle = firstCycle(ids.cycle(index), subscription, attempt);
    return { order, line, attempt, events: eventsOf(attempt, index, ids.event), mandate, subscription, cycle };
  };
  return { idAt: ids.subscription, at };
}
