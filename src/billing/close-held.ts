import { and, asc, eq, inArray, lte } from '../platform/database/sql.ts';
import type { App } from '../app.ts';
import { failPoint } from '../platform/fail-points.ts';
import type { Transaction } from '../schema.ts';
import { readNeeds, selectHeld, type Cursor, type OpenRow, type StepWindow } from './due.ts';
import { endCycles, type Ending } from './end-cycles.ts';

type Needs = Pick<App, 'database' | 'clock' | 'newId'>;
type HeldWindow = Pick<StepWindow, 'step' | 'date' | 'only'>;

/** Ends the cycles of a step whose customers gave no other payment method in time. Returns how many ended. */
export async function closeHeld(app: Needs, window: HeldWindow, stop: AbortSignal): Promise<number> {
  let [ended, cursor]: [number, Cursor | undefined] = [0, undefined];
  while (!stop.aborted) {
    const page: OpenRow[] = await selectHeld(app.database, app, window, cursor);
    if (page.length === 0) break;
    cursor = page.at(-1);
    ended += await app.database.transaction((tx) => endPage(tx, app, window, page));
    failPoint('hold:closed');
  }
  return ended;
}

async function endPage(tx: Transaction, app: Needs, window: HeldWindow, page: readonly OpenRow[]): Promise<number> {
  const { subscriptions: s, billingCycles: c } = app.database.tables;
  const wanted = inArray(
    s.id,
    page.map(({ subscriptionId }) => subscriptionId),
  );
  const subscriptions = await tx.lock(tx.select().from(s).where(wanted).orderBy(asc(s.id)), { skipLocked: true });
  const byId = new Map(subscriptions.map((row) => [row.id, row]));
  const ids = page.filter(({ subscriptionId }) => byId.has(subscriptionId)).map(({ id }) => id);
  if (ids.length === 0) return 0;
  const held = and(inArray(c.id, ids), eq(c.status, 'OPEN'), eq(c.hold, 'NEW_METHOD'), lte(c.nextTryOn, window.date));
  const cycles = await tx.lock(tx.select().from(c).where(held).orderBy(asc(c.id)));
  const { mandates } = await readNeeds(tx, app, subscriptions);
  const endings = cycles.flatMap((cycle): Ending[] => {
    const subscription = byId.get(cycle.subscriptionId);
    if (!subscription || subscription.status === 'CANCELLED') return [];
    return [{ cycle, subscription, revoked: mandates.get(subscription.mandateId ?? '')?.status === 'INACTIVE' }];
  });
  await endCycles(tx, app, endings);
  return endings.length;
}
