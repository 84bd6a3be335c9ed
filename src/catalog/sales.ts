import { z } from 'zod';
import type { App } from '../app.ts';
import { finishTogether, type Handler, type NewEvent } from '../outbox/index.ts';
import { increasedDownTo0 } from '../platform/database/index.ts';
import { inArray } from '../platform/database/sql.ts';
import type { OutboxEvent, Transaction } from '../schema.ts';

/** Units of an item that were sold, or, below 0, given back. */
export interface Sale {
  itemId: string;
  units: number;
}

const Payload = z.object({ sales: z.array(z.object({ itemId: z.string(), units: z.int() })) });

/**
 * The order to count what an order sold, to be enqueued in the transaction that pays it: a best seller's row is not
 * locked by every payment. What a refund takes back is an occasion of its own.
 */
export const saleEvent = (orderId: string, sales: readonly Sale[], occasion?: string): NewEvent => ({
  type: 'sales.apply',
  subject: orderId,
  ...(occasion !== undefined && { occasion }),
  payload: { orderId, sales },
});

/** Waiting orders to count that are carried out together: one update of an item that a thousand people bought. */
const MOST_TOGETHER = 500;

/** Counts what was sold, in one transaction with the events' end: each once, whatever dies. */
export const applySales: Handler = (app, event) =>
  finishTogether(app, event, {
    most: MOST_TOGETHER,
    work: (tx, events) => addSales(tx, app, unitsOf(events)),
  });

function unitsOf(events: readonly OutboxEvent[]): Map<string, number> {
  const units = new Map<string, number>();
  for (const { itemId, units: more } of events.flatMap(({ payload }) => Payload.parse(payload).sales)) {
    units.set(itemId, (units.get(itemId) ?? 0) + more);
  }
  return units;
}

/** Items first, then their copies, as everything that changes both does it. Lists show it when their entries end. */
async function addSales(
  tx: Transaction,
  { database: { tables } }: Pick<App, 'database'>,
  units: ReadonlyMap<string, number>,
): Promise<void> {
  const { items: i, itemCategories: c } = tables;
  const ids = [...units.keys()].toSorted();
  if (ids.length === 0) return;
  await tx
    .update(i)
    .set({ sales: increasedDownTo0(i.sales, i.id, units) })
    .where(inArray(i.id, ids));
  await tx
    .update(c)
    .set({ sales: increasedDownTo0(c.sales, c.itemId, units) })
    .where(inArray(c.itemId, ids));
}
