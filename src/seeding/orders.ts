import type { Order } from '../schema.ts';
import { attemptOf, eventsOf, type Tried } from './attempt-rows.ts';
import { idsOf } from './ids.ts';
import type { Catalogue } from './items.ts';
import { lineOf, orderOf, paid } from './order-rows.ts';
import { drawsOf, type Draw } from './random.ts';
import type { SeedingApp, Source } from './source.ts';
import type { People } from './users.ts';
import { writeRows } from './write.ts';
import type { Year } from './year.ts';

/** What orders are made of and how many. */
export interface Shop {
  seed: number;
  total: number;
  users: number;
  catalogue: Catalogue;
  people: People;
  year: Year;
}

/** One-off orders over the year, most of them paid. */
export function orderSource({ config, database }: SeedingApp, shop: Shop): Source {
  const { orders, orderLines, paymentAttempts, paymentAttemptEvents } = database.tables;
  const ids = orderIds(shop, 'orders');
  const drawAt = drawsOf(shop.seed, `orders ${shop.year.due}`);

  const build = (index: number) => {
    const draw = drawAt(index);
    const placed = place(shop, ids, index, draw);
    const order = orderOf(config, placed, draw);
    const lines = placed.lines.map((line) => lineOf(order, line));
    const outcome = OUTCOMES[order.status];
    if (!outcome) return { order, lines, attempts: [], events: [] };
    const attempt = attemptOf(
      { ...trial(config, order, placed.person.customerRef), id: ids.attempt(index), outcome },
      draw,
    );
    const settled = outcome === 'APPROVED' ? paid(order, attempt) : { ...order, updatedAt: attempt.updatedAt };
    return { order: settled, lines, attempts: [attempt], events: eventsOf(attempt, index, ids.event) };
  };

  return {
    kind: 'orders',
    total: shop.total,
    table: orders,
    idAt: ids.order,
    async write(tx, indexes) {
      const built = indexes.map(build);
      await writeRows(
        tx,
        orders,
        built.map(({ order }) => order),
      );
      await writeRows(
        tx,
        orderLines,
        built.flatMap(({ lines }) => lines),
      );
      await writeRows(
        tx,
        paymentAttempts,
        built.flatMap(({ attempts }) => attempts),
      );
      await writeRows(
        tx,
        paymentAttemptEvents,
        built.flatMap(({ events }) => events),
      );
    },
  };
}

/** Ids of an order and of what hangs on it, for one kind of seeded thing. */
export const orderIds = ({ seed, year }: Pick<Shop, 'seed' | 'year'>, kind: string) => ({
  order: idsOf(seed, `${kind} order`, year.ids),
  line: idsOf(seed, `${kind} line`, year.ids),
  attempt: idsOf(seed, `${kind} attempt`, year.ids),
  event: idsOf(seed, `${kind} event`, year.ids),
});

/** Which unpaid orders were tried in vain; the others were never taken to the provider. */
const OUTCOMES: Partial<Record<Order['status'], Tried['outcome']>> = {
  PAID: 'APPROVED',
  PAYMENT_FAILED: 'DECLINED_SOFT',
};

const trial = ({ payments }: SeedingApp['config'], order: Order, customerRef: string) => ({
  purpose: 'ORDER' as const,
  order,
  customerRef,
  merchantCode: payments.kakaopay.oneTimeCid,
});

function place(
  { total, users, catalogue, people, year }: Shop,
  ids: ReturnType<typeof orderIds>,
  index: number,
  draw: Draw,
) {
  const items = catalogue.pickItems(draw, 1 + draw.below(5));
  return {
    id: ids.order(index),
    kind: 'ONE_OFF' as const,
    status: statusOf(draw.unit()),
    person: people.personAt(draw.below(users)),
    lines: items.map((item, part) => ({ id: ids.line(index, part), item, quantity: 1 + draw.below(3) })),
    at: year.momentAt(index, total, draw.unit()),
  };
}

function statusOf(fate: number): Order['status'] {
  if (fate < 0.9) return 'PAID';
  if (fate < 0.94) return 'EXPIRED';
  if (fate < 0.97) return 'CANCELLED';
  return fate < 0.99 ? 'PAYMENT_FAILED' : 'PENDING_PAYMENT';
}
